import {
  instantText,
  ReadingsFetched,
  RunRequested,
  type Lane,
  type ReadingsFetched as Output,
  type RunRequested as Input,
} from '@weatherline/events';
import {
  defineFunction,
  MAX_EVENT_BYTES,
  PermanentError,
  type Clock,
  type FunctionDefinition,
  type ObjectStore,
  type WeatherProvider,
} from '@weatherline/runtime';
import { Budget } from './budget.ts';
import { collect } from './collect.ts';
import { readMemo, readPrevious, settleMemo } from './memo.ts';

export type FetchPorts = {
  readonly provider: WeatherProvider;
  readonly store: ObjectStore;
  readonly clock: Clock;
  readonly lane: Lane;
  readonly random?: () => number;
  /** Calls in flight for one part. */
  readonly concurrency?: number;
  /** How long one handling goes on asking; then it goes on with what it has. */
  readonly timeBudgetMs?: number;
};

const TIME_BUDGET_MS = 4 * 60_000;

/** Asks the provider for a part's locations, once: what it said is stored first, and a second handling emits that. */
export function createFetch(ports: FetchPorts): FunctionDefinition<Input, Output> {
  const { provider, store, lane, clock, random = Math.random } = ports;
  const { callsPerMinute, id: providerId } = provider;
  const budget =
    callsPerMinute === undefined ? undefined : new Budget({ store, clock, random, providerId, callsPerMinute, lane });

  return defineFunction({
    name: 'fetch',
    accepts: RunRequested,
    emits: ReadingsFetched,

    async handle(data, { log, signal }) {
      const memo = await readMemo(store, data.run.id, data.part);
      if (memo !== undefined) return forEvent(data, memo);
      refuseExpired(data, ports);
      const previous = await readPrevious(store, providerId, data, log);
      const deadline = clock.now().getTime() + (ports.timeBudgetMs ?? TIME_BUDGET_MS);
      const asking = { provider, budget, clock, random, concurrency: ports.concurrency ?? 8, deadline };
      const { readings, failures } = await collect(asking, data.locations, new Date(data.run.slot), signal);
      if (readings.length === 0) {
        const codes = [...new Set(failures.map(({ code }) => code))].join(', ');
        throw new PermanentError('NO_READINGS', `none of ${data.locations.length} locations has a reading: ${codes}`);
      }
      const fetched = withinSize({
        run: data.run,
        part: data.part,
        provider: providerId,
        collectedAt: instantText(clock.now()),
        readings,
        failures,
        previous,
      });
      return forEvent(data, await settleMemo(store, fetched));
    },
  });
}

/** The readings are the memo's; which run and replay they serve is the event's. */
function forEvent({ run, part, replay }: Input, memo: Output): Output {
  const { replay: _earlier, ...stored } = memo;
  return { ...stored, run, part, ...(replay === undefined ? {} : { replay }) };
}

/** After the next slot has begun, "now" is another slot's weather. */
function refuseExpired({ run, expiresAt }: Input, { provider, clock }: FetchPorts): void {
  const now = clock.now();
  if (provider.history || now.getTime() < Date.parse(expiresAt)) return;
  throw new PermanentError(
    'SLOT_EXPIRED',
    `slot ${run.slot} ended at ${expiresAt}, it is ${instantText(now)}, and ${provider.id} knows only the present`,
  );
}

/** The past is left out before the present is refused. */
function withinSize(fetched: Output): Output {
  if (fetched.previous === null) return fetched;
  const bytes = new TextEncoder().encode(JSON.stringify(fetched)).length;
  return bytes <= MAX_EVENT_BYTES ? fetched : { ...fetched, previous: null };
}
