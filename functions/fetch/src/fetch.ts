import {
  instantText,
  ReadingsFetched,
  readingsKey,
  RunRequested,
  type Failure,
  type Lane,
  type ReadingsFetched as Output,
  type RunRequested as Input,
} from '@weatherline/events';
import {
  defineFunction,
  PermanentError,
  type Clock,
  type FunctionDefinition,
  type ObjectStore,
  type WeatherProvider,
} from '@weatherline/runtime';
import { Budget } from './budget.ts';
import { collect } from './collect.ts';
import { OpenGate, type Gate } from './gate.ts';
import { inOrder, readMemo, readPrevious, settleMemo } from './memo.ts';
import { Unfinished } from './unfinished.ts';

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
  const { provider, store, clock, random = Math.random, concurrency = 8 } = ports;
  const gate = gateOf(ports, random);
  const unfinished = new Unfinished();

  return defineFunction({
    name: 'fetch',
    accepts: RunRequested,
    emits: ReadingsFetched,

    async handle(data, { log, signal }) {
      const { run, part, locations } = data;
      const memo = await readMemo(store, run.id, part);
      if (memo !== undefined) return forEvent(data, memo.data);
      const key = readingsKey(run.id, part);
      const collected = unfinished.takeUp(key);
      try {
        if (collected.readings.length === 0) refuseExpired(data, ports);
        const previous = await readPrevious(store, provider.id, data, log);
        const asking = { provider, gate, clock, random, concurrency, deadline: deadlineOf(data, ports) };
        await collect(asking, collected, { locations, slot: new Date(run.slot), signal });
        if (collected.readings.length === 0) throw noReadings(collected.failures);
        const collectedAt = instantText(clock.now());
        const fetched = inOrder({ run, part, provider: provider.id, collectedAt, ...collected, previous });
        return forEvent(data, await settleMemo(store, fetched));
      } catch (error) {
        if (!(error instanceof PermanentError)) unfinished.layAside(key, collected);
        throw error;
      }
    },
  });
}

function gateOf({ provider, store, clock, lane }: FetchPorts, random: () => number): Gate {
  const { callsPerMinute, id: providerId } = provider;
  if (callsPerMinute === undefined) return new OpenGate(clock);
  return new Budget({ store, clock, random, providerId, callsPerMinute, lane });
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

/** Nobody is asked for longer than one handling may take, nor about a slot that has ended meanwhile. */
function deadlineOf({ expiresAt }: Input, { provider, clock, timeBudgetMs = TIME_BUDGET_MS }: FetchPorts): number {
  const deadline = clock.now().getTime() + timeBudgetMs;
  return provider.history ? deadline : Math.min(deadline, Date.parse(expiresAt));
}

function noReadings(failures: readonly Failure[]): PermanentError {
  const counts = new Map<string, number>();
  for (const { code } of failures) counts.set(code, (counts.get(code) ?? 0) + 1);
  const codes = [...counts].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([code, count]) => `${code} (${count})`);
  return new PermanentError('NO_READINGS', `none of ${failures.length} locations has a reading: ${codes.join(', ')}`);
}
