import { planKey, productKey, productMetaKey, readingsKey } from '@weatherline/events';
import { EXIT } from '@weatherline/runtime';
import test from 'ava';
import fc from 'fast-check';
import { planRun } from '../src/plan.ts';
import { archivedParts } from '../src/replay/archive.ts';
import { listReplays, loadPlan, storePlan } from '../src/replay/plan.ts';
import { rangeOf, selectItems } from '../src/replay/select.ts';
import { FIRST, ReplayWorld, runAt } from './support/replay-world.ts';

const HOUR = 3_600_000;
const at = (hours: number): string => new Date(FIRST.getTime() + hours * HOUR).toISOString().replace('.000Z', 'Z');
const runsOf = (items: readonly { run: string }[]): string[] => items.map(({ run }) => run);

test('a range holds its first slot and not its last instant, whatever it is', async (t) => {
  const world = await ReplayWorld.open(40);
  const all = Array.from({ length: 40 }, (_, index) => index);
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: -30, max: 260 }), fc.integer({ min: 1, max: 300 }), async (start, length) => {
      const range = { from: new Date(at(start)), to: new Date(at(start + length)) };
      const found: string[] = [];
      for await (const { run } of archivedParts(world.store, range)) found.push(run);
      t.deepEqual(found, all.filter((slot) => slot * 6 >= start && slot * 6 < start + length).map(runAt));
    }),
    { numRuns: 200 },
  );
});

test('a range that ends before it begins is refused', (t) => {
  const selection = { runs: [], locations: [], only: 'all' } as const;
  const failure = t.throws(() => rangeOf({ ...selection, runs: [], locations: [], from: at(6), to: at(6) }));
  t.like(failure, { exitCode: EXIT.usage });
  t.notThrows(() => rangeOf({ ...selection, runs: [], locations: [], from: at(6), to: at(7) }));
});

test('only what is missing, what has failed, or a location is selected when that is asked for', async (t) => {
  const world = await ReplayWorld.open(4, 2);
  await world.start();
  const items = async (selection: Parameters<ReplayWorld['plan']>[1]) =>
    (await world.plan('fill', selection)).plan.items.map(({ run, part }) => `${run}/${part.index}`);
  const slot = FIRST;
  const locations = ['place-1', 'place-2', 'place-9'].map((id) => ({ id, name: id, lat: 1, lon: 1 }));
  const schedule = {
    expression: '0 */6 * * *',
    current: () => slot,
    next: () => slot,
    previous: () => slot,
    has: () => true,
  };
  // Planned with another number of parts than are archived: the archive decides.
  const planned = planRun({ slot, reason: 'schedule', schedule, locations, partSize: 1 });
  const put = { ifNoneMatch: '*', contentType: 'application/json' } as const;
  await world.store.put(planKey(runAt(0)), Buffer.from(JSON.stringify(planned)), put);
  await world.store.put(planKey(runAt(1)), Buffer.from('{ broken'), put);
  const second = [0, 1, 2, 3].map((index) => `${runAt(index)}/2`);
  t.deepEqual(await items({ locations: ['place-2', 'nowhere'], only: 'all' }), second);
  t.deepEqual(await items({ locations: ['place-9'], only: 'all' }), []);

  await world.run(await world.plan('fill', { from: at(6) }));
  t.deepEqual(await items({ only: 'missing' }), [`${runAt(0)}/1`, `${runAt(0)}/2`]);
  t.deepEqual(await items({ only: 'failed' }), []);
  t.deepEqual(await items({ runs: [runAt(2)], only: 'all' }), [`${runAt(2)}/1`, `${runAt(2)}/2`]);
});

test('readings that cannot be read do not hinder a plan: they might hold the location', async (t) => {
  const world = await ReplayWorld.open(2);
  const part = { index: 1, count: 1 };
  const before = world.store.objects.get(readingsKey(runAt(1), part));
  const options = { ifMatch: before?.etag ?? '', contentType: 'application/gzip' };
  await world.store.put(readingsKey(runAt(1), part), Buffer.from('not gzip'), options);
  await world.start();
  const stored = await world.plan('fill', { locations: ['place-1'] });
  t.deepEqual(runsOf(stored.plan.items), [runAt(0), runAt(1)]);
  t.is(await world.run(stored), 'done');
  t.like(world.progress(stored).counts, { created: 1, conflict: 1 });
});

test('runs that were named and are not archived, and events that the log holds no more, are gaps', async (t) => {
  const world = await ReplayWorld.open(2);
  const ports = { store: world.store, log: world.broker };
  const selection = { from: null, to: null, runs: [runAt(0), runAt(30)], locations: [], only: 'all' as const };
  const { items, gaps } = await selectItems(ports, { stage: 'transform', selection });
  t.deepEqual(runsOf(items), [runAt(0)]);
  t.deepEqual(gaps, [{ run: runAt(30), part: null, why: 'no readings are archived' }]);
  const fromLog = await selectItems(ports, { stage: 'upload', selection });
  t.deepEqual(fromLog.items, []);
  t.regex(fromLog.gaps[1]?.why ?? '', /the log holds its records\.transformed no more/);
});

test('runs that were planned, and parts of runs, are gaps when their readings are not archived', async (t) => {
  const world = await ReplayWorld.open(1, 3);
  await world.archive(1, { index: 2, count: 3 });
  // Split anew: one of the two is whole.
  await world.archive(2, { index: 1, count: 3 });
  await world.archive(2, { index: 1, count: 1 });
  const put = { ifNoneMatch: '*', contentType: 'application/json' } as const;
  for (const index of [0, 1, 2, 3]) await world.store.put(planKey(runAt(index)), Buffer.from('{}'), put);
  await world.overwrite(4, 'published without an archive');
  await world.store.put(planKey(runAt(4)), Buffer.from('{}'), put);
  const gapsOf = async (mode: 'fill' | 'replace') =>
    (await world.plan(mode, { to: at(27) })).plan.gaps.map(({ run, part }) => [run, part]);
  const missing = [
    [runAt(1), '00001-of-00003'],
    [runAt(1), '00003-of-00003'],
    [runAt(3), null],
  ];
  t.deepEqual(await gapsOf('fill'), missing);
  t.deepEqual(await gapsOf('replace'), [...missing, [runAt(4), null]]);
});

test('each item names its readings and its product by their ETags', async (t) => {
  const world = await ReplayWorld.open(2);
  await world.overwrite(1, 'there\n');
  const { plan } = await world.plan('replace');
  const part = { index: 1, count: 1 };
  for (const [index, item] of plan.items.entries()) {
    const readings = world.store.objects.get(readingsKey(runAt(index), part));
    t.like(item.source, { kind: 'readings', key: readings?.key, etag: readings?.etag, bytes: readings?.size });
    const key = productKey(runAt(index), part);
    t.deepEqual(item.product, { key, etag: world.store.objects.get(key)?.etag ?? null });
  }
  t.false(world.store.objects.has(productMetaKey(runAt(1), part)));
});

test('a plan is found by its hash or the start of it, and only while its bytes are what it is named by', async (t) => {
  const world = await ReplayWorld.open(2);
  const { store } = world;
  const { id, hash, plan } = await world.plan('fill');
  const put = { ifNoneMatch: '*', contentType: 'application/json' } as const;
  for (const key of [`replays/${id}-old/plan.json`, 'replays/doctor/probe.json', `replays/${id.slice(0, 8)}/plan.json`])
    await store.put(key, Buffer.from('{}'), put);
  for (const text of [hash, id, hash.slice(0, 8), hash.slice(0, 30)]) t.is((await loadPlan(store, text)).hash, hash);
  t.deepEqual(await listReplays(store), [id]);
  await t.throwsAsync(loadPlan(store, 'doctor'), { message: /expected the hash of a plan/ });
  await t.throwsAsync(loadPlan(store, '0'.repeat(64)), { message: /there is no plan/ });
  await t.throwsAsync(loadPlan(store, `${hash.slice(0, 12)}${'0'.repeat(20)}`), { message: /is not the plan/ });
  const other = `${id.slice(0, 8)}${id.endsWith('0') ? '1111' : '0000'}`;
  await store.put(`replays/${other}/plan.json`, Buffer.from('{}'), put);
  await t.throwsAsync(loadPlan(store, id.slice(0, 8)), { message: /names more than one plan/ });

  const key = `replays/${id}/plan.json`;
  const etag = store.objects.get(key)?.etag ?? '';
  const bytes = Buffer.from(world.text(key).replace('"fill"', '"replace"'));
  await store.put(key, bytes, { ifMatch: etag, contentType: 'application/json' });
  await t.throwsAsync(loadPlan(store, hash), { message: /is not the plan that .* names: expected its bytes' SHA-256/ });
  await t.throwsAsync(storePlan({ store, put: store.put }, plan), { message: /is there already/ });
});
