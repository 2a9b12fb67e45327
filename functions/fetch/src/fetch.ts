import {
  ReadingsFetched,
  RunRequested,
  type Location,
  type ReadingsFetched as Output,
  type RunRequested as Input,
} from '@weatherline/events';
import { defineFunction, type FunctionDefinition } from '@weatherline/runtime';
import { Asker, type AskerPorts } from './asker.ts';
import { readMemo } from './memo.ts';

export type FetchPorts = Omit<AskerPorts, 'random' | 'concurrency' | 'timeBudgetMs'> & {
  readonly random?: () => number;
  /** Calls in flight for one part. */
  readonly concurrency?: number;
  /** How long one handling goes on asking; then it goes on with what it has. */
  readonly timeBudgetMs?: number;
};

const DEFAULTS = { random: Math.random, concurrency: 8, timeBudgetMs: 4 * 60_000 };

/** Asks the provider for a part's locations, once: what it said is stored first, and a second handling emits that. */
export function createFetch(ports: FetchPorts): FunctionDefinition<Input, Output> {
  const { store } = ports;
  const asker = new Asker({ ...DEFAULTS, ...ports });
  return defineFunction({
    name: 'fetch',
    accepts: RunRequested,
    emits: ReadingsFetched,

    async handle(data, context) {
      const memo = await readMemo(store, data.run.id, data.part);
      const failed = memo !== undefined && data.retry === true ? failedOf(memo.data, data.locations) : [];
      if (memo !== undefined && failed.length > 0) {
        return forEvent(data, await asker.again(data, memo.data, { ...context, locations: failed }));
      }
      if (memo !== undefined) return forEvent(data, memo.data);
      return forEvent(data, await asker.first(data, context));
    },
  });
}

/** The readings are the memo's; which run and replay they serve is the event's. */
function forEvent({ run, part, replay }: Input, memo: Output): Output {
  const { replay: _earlier, ...stored } = memo;
  return { ...stored, run, part, ...(replay === undefined ? {} : { replay }) };
}

/** The locations of the event that the memo lists as failed. */
function failedOf({ failures }: Output, locations: readonly Location[]): Location[] {
  const failed = new Set(failures.map(({ location }) => location));
  return locations.filter(({ id }) => failed.has(id));
}
