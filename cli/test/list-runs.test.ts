import { planKey, productKey, productMetaKey, slotId } from '@weatherline/events';
import { parseSchedule } from '@weatherline/events/schedule';
import { createMemoryStore } from '@weatherline/testkit';
import type { LoggedMessage, ObjectReader } from '@weatherline/runtime';
import test from 'ava';
import { planRun } from '../src/plan.ts';
import { listedRuns } from '../src/runs/list-runs.ts';

const SCHEDULE = parseSchedule('0 */6 * * *');
const NOW = new Date('2026-11-23T07:00:00Z');
const PART = { index: 1, count: 1 };
const PLACE = { id: 'luxembourg', name: 'Luxembourg', lat: 49.6, lon: 6.1 };
const YEAR = 1460;

const nothing = {
  async *read(): AsyncGenerator<LoggedMessage> {
    // No dead letter.
  },
  lag: async () => [],
};

/** A store with a run in every slot of a year, but for one in the middle, and what was asked of it. */
async function yearOfRuns(): Promise<{ store: ObjectReader; asked: Record<'list' | 'get' | 'head', number> }> {
  const memory = createMemoryStore();
  const create = { ifNoneMatch: '*', contentType: 'application/json' } as const;
  let slot = SCHEDULE.current(NOW);
  for (let count = 0; count < YEAR; count += 1, slot = SCHEDULE.previous(slot)) {
    if (count === YEAR / 2) continue;
    const plan = planRun({ slot, reason: 'schedule', schedule: SCHEDULE, locations: [PLACE], partSize: 50 });
    await memory.put(planKey(plan.run.id), Buffer.from(JSON.stringify(plan)), create);
    const metadata = { failures: count === 1000 ? '1' : '0', revision: '0' };
    await memory.put(productKey(plan.run.id, PART), Buffer.from('{}\n'), { ...create, metadata });
    await memory.put(productMetaKey(plan.run.id, PART), Buffer.from('{}'), create);
  }
  const asked = { list: 0, get: 0, head: 0 };
  const store: ObjectReader = {
    list: async (options) => {
      asked.list += 1;
      return memory.list(options);
    },
    get: async (key) => {
      asked.get += 1;
      return memory.get(key);
    },
    head: async (key) => {
      asked.head += 1;
      return memory.head(key);
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
  return { store, asked };
}

test('the newest runs of a year cost a few listings, and no more reads than there are runs to show', async (t) => {
  const { store, asked } = await yearOfRuns();
  const runs = await listedRuns({ store, log: nothing }, { limit: 20, now: NOW, schedule: SCHEDULE });
  t.is(runs.length, 20);
  t.is(runs[0]?.run, '20261123T060000Z');
  t.deepEqual(asked, { list: 3, get: 20, head: 20 });
});

test('what is looked for is found however far back it lies, and runs that cannot be it are not read', async (t) => {
  const { store, asked } = await yearOfRuns();
  const ask = { limit: 20, now: NOW, schedule: SCHEDULE } as const;
  const missing = await listedRuns({ store, log: nothing }, { ...ask, state: 'missing' });
  t.deepEqual(
    missing.map(({ run }) => run),
    [slotId(new Date(SCHEDULE.current(NOW).getTime() - (YEAR / 2) * 6 * 3_600_000))],
  );
  t.is(asked.get + asked.head, 0);
  t.true(asked.list <= 20, `${asked.list} listings`);
  const partial = await listedRuns({ store, log: nothing }, { ...ask, state: 'partial' });
  t.is(partial.length, 1);
  const all = await listedRuns({ store, log: nothing }, { ...ask, limit: 5_000 });
  t.is(all.length, YEAR);
});
