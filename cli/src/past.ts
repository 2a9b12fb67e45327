import { HISTORY_PROVIDERS, historyName } from '@weatherline/adapters/providers/history';
import { instantText, type ProviderId } from '@weatherline/events';
import { reaches, type Price, type Reach } from '@weatherline/runtime';

/** Who can be asked about slots that have ended, and what that takes. */
export type Past = {
  readonly id: ProviderId;
  readonly reach: Reach | undefined;
  readonly price: Price | undefined;
  /** Over all users of the key; undefined = no limit. */
  readonly callsPerMinute: number | undefined;
};

type Config = Parameters<typeof historyName>[0] & { readonly callsPerMinute: number };

/** Undefined = whoever is asked knows only the present. */
export function pastOf(config: Config): Past | undefined {
  if (config.provider === 'recorded') {
    return { id: 'recorded', reach: undefined, price: undefined, callsPerMinute: undefined };
  }
  const id = historyName(config);
  if (id === 'none') return undefined;
  const { reach, price, callsPerMinute = config.callsPerMinute } = HISTORY_PROVIDERS[id];
  return { id, reach, price, callsPerMinute };
}

/** Why nobody can be asked about a slot that has ended; undefined = somebody can. */
export function whyNobodyKnows(past: Past | undefined, slot: Date, now: Date): string | undefined {
  if (past === undefined) {
    return "the provider has no history: asking it now would put today's weather into the past. WEATHERLINE_HISTORY names one that has";
  }
  if (past.reach === undefined || knows(past, slot, now)) return undefined;
  return `${past.id} covers ${instantText(past.reach.from)} to ${lastOf(past.reach, now)}`;
}

function lastOf({ untilMsAgo }: Reach, now: Date): string {
  return instantText(new Date(now.getTime() - untilMsAgo));
}

/** Does it know of this instant? */
export function knows({ reach }: Past, instant: Date, now: Date): boolean {
  return reach === undefined || reaches(reach, instant, now);
}
