import { HISTORY_PROVIDERS, historyName } from '@weatherline/adapters/providers/history';
import type { ProviderId } from '@weatherline/events';
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

/** May somebody be asked about this instant? */
export function mayAsk(past: Past | undefined, instant: Date, now: Date): boolean {
  return past !== undefined && knows(past, instant, now);
}

/** Does it know of this instant? */
export function knows({ reach }: Past, instant: Date, now: Date): boolean {
  return reach === undefined || reaches(reach, instant, now);
}
