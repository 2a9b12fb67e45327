import { readingsKey, type ReadingsFetched, type RunRequested } from '@weatherline/events';
import { DependencyError, type ObjectStore } from '@weatherline/runtime';
import { createMemoryStore, createVirtualClock, type MemoryStore } from '@weatherline/testkit';
import test from 'ava';
import fc from 'fast-check';
import { createFetch } from '../src/fetch.ts';
import { readMemo } from '../src/memo.ts';
import { context, fault, places, requested, scriptedProvider } from './support.ts';

const IDS = ['a', 'b', 'c', 'd'];
const KEY = readingsKey('20260101T060000Z', { index: 1, count: 1 });

/** One delivery of the retry: for which locations, where its process dies, and whether it comes twice at once. */
const delivery = fc.record({
  ids: fc.subarray(IDS, { minLength: 1 }),
  /** The operation of the store at which the handling ends, before or after it has acted. */
  dies: fc.option(fc.record({ at: fc.nat(4), after: fc.boolean() }), { nil: undefined }),
  together: fc.boolean(),
});
type Delivery = typeof delivery extends fc.Arbitrary<infer Value> ? Value : never;

/** How often each place fails before it answers. */
const failures = fc.tuple(fc.nat(4), fc.nat(4), fc.nat(4), fc.nat(4));

function dying(store: MemoryStore, dies: Delivery['dies']): ObjectStore {
  let operation = 0;
  const passing = async <Result>(act: () => Promise<Result>): Promise<Result> => {
    const here = operation === dies?.at;
    operation += 1;
    if (here && !dies.after) throw new DependencyError('STORE', 'gone before');
    const result = await act();
    if (here) throw new DependencyError('STORE', 'gone after');
    return result;
  };
  return {
    ...store,
    get: async (key) => passing(async () => store.get(key)),
    put: async (key, body, options) => passing(async () => store.put(key, body, options)),
  };
}

async function memoOf(store: ObjectStore): Promise<ReadingsFetched | undefined> {
  return (await readMemo(store, '20260101T060000Z', { index: 1, count: 1 }))?.data;
}

const event = (ids: readonly string[]): RunRequested =>
  requested(places(...ids), {
    run: { id: '20260101T060000Z', slot: '2026-01-01T06:00:00Z', reason: 'backfill' },
    retry: true,
  });

const bodies = (memo: ReadingsFetched | undefined): Map<string, string> =>
  new Map(memo?.readings.map(({ location, body, collectedAt }) => [location.id, `${collectedAt} ${body}`]));

function setUp(failing: readonly number[]) {
  const clock = createVirtualClock();
  const store = createMemoryStore(clock.now);
  let answers = 0;
  const script = Object.fromEntries(
    // The first place always answers: a part without any reading has no memo.
    IDS.map((id, at) => [
      id,
      at === 0 ? [] : Array.from({ length: failing[at] ?? 0 }, () => fault('location', 'HTTP_404')),
    ]),
  );
  const base = scriptedProvider({}, { history: true });
  const provider = {
    ...base,
    read: async (...args: Parameters<typeof base.read>) => {
      const [{ id }] = args;
      base.calls.push(id);
      await clock.sleep(10);
      const next = script[id]?.shift();
      if (next !== undefined) throw next;
      answers += 1;
      return { units: 'metric' as const, body: `{"answer":${answers}}` };
    },
  };
  const start = (dies?: Delivery['dies']) =>
    createFetch({ provider, store: dying(store, dies), clock, lane: 'replay', random: () => 0.5 });
  return { clock, store, calls: base.calls, start };
}

test('however a retry is delivered, dies and comes again, the memo only grows, and what is emitted is what is stored', async (t) => {
  await fc.assert(
    fc.asyncProperty(failures, fc.array(delivery, { maxLength: 8 }), async (failing, deliveries) => {
      const { clock, store, calls, start } = setUp(failing);
      const work = async ({ ids, dies }: Pick<Delivery, 'ids' | 'dies'>): Promise<void> => {
        const before = bodies(await memoOf(store));
        const from = calls.length;
        const output = await Promise.resolve(start(dies).handle(event(ids), context)).catch((error: unknown) => {
          if (!(error instanceof DependencyError)) throw error;
        });
        const after = bodies(await memoOf(store));
        for (const [id, body] of before) t.is(after.get(id), body, 'a reading stays');
        if (before.size > 0)
          t.deepEqual(
            calls.slice(from).filter((id) => before.has(id)),
            [],
            'nobody is asked again',
          );
        for (const [id, body] of bodies(output ?? undefined)) t.is(after.get(id), body, 'what is emitted is stored');
      };
      await clock.run(work({ ids: IDS, dies: undefined }));
      for (const each of deliveries) {
        const twice = each.together ? [each, { ...each, dies: undefined }] : [each];
        await clock.run(Promise.all(twice.map(work)));
        const memo = await memoOf(store);
        const listed = [
          ...(memo?.readings ?? []).map(({ location }) => location.id),
          ...(memo?.failures ?? []).map(({ location }) => location),
        ];
        t.deepEqual(listed.toSorted(), IDS, 'each place is there once');
      }
      for (let left = Math.max(...failing); left >= 0; left -= 1) await clock.run(work({ ids: IDS, dies: undefined }));
      t.deepEqual([...bodies(await memoOf(store)).keys()], IDS, 'in the end all have answered');
      t.deepEqual([...store.objects.keys()], [KEY]);
    }),
    { numRuns: 150 },
  );
});
