import { instantText, type Lane, type ProviderId, type RunRequested } from '@weatherline/events';
import { PermanentError, reaches, type Clock, type ObjectStore, type WeatherProvider } from '@weatherline/runtime';
import { Budget } from './budget.ts';
import { OpenGate, type Gate } from './gate.ts';

export type SourcePorts = {
  readonly provider: WeatherProvider;
  /** Who is asked about a slot that has ended, when the provider knows only the present. */
  readonly history?: WeatherProvider | undefined;
  readonly store: ObjectStore;
  readonly clock: Clock;
  readonly lane: Lane;
  readonly random: () => number;
};

/** A provider, and when it may be called. */
export type Source = { readonly provider: WeatherProvider; readonly gate: Gate };

type Requested = Pick<RunRequested, 'run' | 'expiresAt'>;

/** Whom a part is asked of: all of it one provider, for the bodies of one event are all in one format. */
export class Sources {
  readonly #clock: Clock;
  readonly #present: Source;
  readonly #past: Source | undefined;

  constructor(ports: SourcePorts) {
    const gateOf = gates(ports);
    const { provider, history, clock } = ports;
    this.#clock = clock;
    this.#present = { provider, gate: gateOf(provider) };
    this.#past = history === undefined ? undefined : { provider: history, gate: gateOf(history) };
  }

  /** The source for a part of which nothing is known yet. */
  forSlot(requested: Requested): Source {
    if (!this.#isOver(requested)) return this.#present;
    // After the next slot has begun, "now" is another slot's weather.
    const { provider } = this.#present;
    const source = provider.history ? this.#present : this.#past;
    if (source === undefined) throw this.#expired(requested, `${provider.id} knows only the present`);
    return this.#within(source, requested);
  }

  /** The source that has answered for a part before; undefined when it is none of ours. */
  named(id: ProviderId): Source | undefined {
    return [this.#present, this.#past].find((source) => source?.provider.id === id);
  }

  /** The source that adds to readings of `id`. */
  again(id: ProviderId, requested: Requested): Source {
    const source = this.named(id);
    const readings = `the stored readings are of ${id}, with which no other provider's mix`;
    if (source === undefined) throw this.#expired(requested, `${readings}, and it is not asked here`);
    if (!this.#isOver(requested)) return source;
    if (!source.provider.history) throw this.#expired(requested, `${readings}, and it knows only the present`);
    return this.#within(source, requested);
  }

  #isOver({ expiresAt }: Requested): boolean {
    return this.#clock.now().getTime() >= Date.parse(expiresAt);
  }

  #within(source: Source, { run }: Requested): Source {
    const { id, reach } = source.provider;
    const now = this.#clock.now();
    if (reach === undefined || reaches(reach, new Date(run.slot), now)) return source;
    const last = new Date(now.getTime() - reach.untilMsAgo);
    throw new PermanentError(
      'HISTORY_OUT_OF_REACH',
      `slot ${run.slot}: ${id} covers ${instantText(reach.from)} to ${instantText(last)}`,
    );
  }

  #expired({ run, expiresAt }: Requested, why: string): PermanentError {
    const now = instantText(this.#clock.now());
    return new PermanentError('SLOT_EXPIRED', `slot ${run.slot} ends at ${expiresAt}, it is ${now}, and ${why}`);
  }
}

/** One gate for each budget: products of one key that are allowed the same share it, the others meet in the store. */
function gates({ store, clock, lane, random }: SourcePorts): (provider: WeatherProvider) => Gate {
  const opened = new Map<string, Gate>();
  return ({ id, budgetId: providerId = id, callsPerMinute }) => {
    if (callsPerMinute === undefined) return new OpenGate(clock);
    const name = `${providerId} ${callsPerMinute}`;
    const gate = opened.get(name) ?? new Budget({ store, clock, random, providerId, callsPerMinute, lane });
    opened.set(name, gate);
    return gate;
  };
}
