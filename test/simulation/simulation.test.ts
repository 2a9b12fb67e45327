import { readFileSync } from 'node:fs';
import { parseSchedule } from '@weatherline/events/schedule';
import test from 'ava';
import { schedule } from './chain.ts';
import { MUTATIONS, patch } from './mutations.ts';
import { runJob, runShards, SHARDS } from './run.ts';
import { drawScenario } from './scenario.ts';
import { simulate } from './simulate.ts';
import { VARIANTS } from './work.ts';

const isFull = process.env['WEATHERLINE_TEST_LEVEL'] === 'all';
const SEEDS = isFull ? 20_000 : 1_000;
const PAIRS_WITHIN_MS = 480_000;
const one = process.env['WEATHERLINE_TEST_SEED'];
const shards = Array.from({ length: SHARDS }, (_, shard) => shard);
const seconds = (since: number): string => `${((performance.now() - since) / 1000).toFixed(1)} s`;

// Serial: each of these keeps every core busy by itself.
test.serial(`whatever ${SEEDS} seeds draw, every invariant holds in the end`, async (t) => {
  t.timeout(900_000);
  if (one !== undefined) {
    const { violations, trace } = await simulate(drawScenario(Number(one)), { trace: true });
    if (violations.length > 0) t.log([`WEATHERLINE_TEST_SEED=${one}`, ...trace].join('\n'));
    t.deepEqual(violations, []);
    return;
  }
  const started = performance.now();
  const count = SEEDS / SHARDS;
  const { runs, failures } = await runShards(
    shards.map((shard) => ({ kind: 'seeds', from: 1 + shard * count, count }) as const),
  );
  t.log(`${runs} seeds in ${seconds(started)} on ${SHARDS} cores`);
  t.deepEqual(failures, []);
  t.is(runs, SEEDS);
});

for (const [variant, { name, withinS }] of VARIANTS.entries()) {
  test.serial(
    `a crash at any one point of ${name} loses nothing, stores nothing twice, and is over in ${withinS} s`,
    async (t) => {
      t.timeout(300_000);
      const started = performance.now();
      const jobs = shards.map((shard) => ({ kind: 'singles', variant, shard, shards: SHARDS }) as const);
      const { runs, failures, points, slowestMs } = await runShards(jobs);
      t.log(`${runs} of ${points} points in ${seconds(started)}; the slowest product came after ${slowestMs} ms`);
      t.deepEqual(failures, []);
      t.is(runs, points);
      t.true(slowestMs <= withinS * 1000);
    },
  );
}

(isFull ? test.serial : test.serial.skip)(
  `crashes at any two points lose nothing and store nothing twice${isFull ? '' : ' (skipped: npm run test:all)'}`,
  async (t) => {
    t.timeout(PAIRS_WITHIN_MS + 60_000);
    const started = performance.now();
    const jobs = shards.map(
      (shard) => ({ kind: 'pairs', variant: 0, shard, shards: SHARDS, stopAfterMs: PAIRS_WITHIN_MS }) as const,
    );
    const { runs, failures, points, slowestMs, isWhole } = await runShards(jobs);
    t.log(`${runs} pairs of ${points} points in ${seconds(started)}; the slowest product came after ${slowestMs} ms`);
    t.deepEqual(failures, []);
    t.true(isWhole, 'all pairs');
    t.true(slowestMs <= 30_000);
  },
);

test.serial('the same seed makes the same history, in this process and in any other', async (t) => {
  const job = { kind: 'seeds', from: 1, count: 40 } as const;
  const [first, second] = await Promise.all([runJob(job), runJob(job)]);
  t.is(first.hash, second.hash);
  for (const seed of [3, 7, 23]) {
    const outcomes = [await simulate(drawScenario(seed)), await simulate(drawScenario(seed))];
    t.is(outcomes[0]?.hash, outcomes[1]?.hash);
    t.not(outcomes[0]?.hash, (await simulate(drawScenario(seed + 1))).hash);
  }
});

test.serial('every planted bug is found', async (t) => {
  t.timeout(600_000);
  const names = Object.keys(MUTATIONS);
  const found: string[] = [];
  const missed: string[] = [];
  const hunt = async (): Promise<void> => {
    for (let name = names.shift(); name !== undefined; name = names.shift()) {
      const focus = MUTATIONS[name]?.focus ?? {};
      const { runs, failures } = await runJob({ kind: 'seeds', from: 1, count: 2_000, enough: 1, focus }, name);
      const [failure] = failures;
      if (failure === undefined) missed.push(`${name}: not in ${runs} seeds`);
      else found.push(`${String(runs).padStart(4)} seeds  ${name}: ${failure.violations[0]?.slice(0, 150)}`);
    }
  };
  await Promise.all(shards.map(hunt));
  t.log(found.toSorted().join('\n'));
  t.deepEqual(missed, []);
  t.true(found.length >= 40);
});

test('every planted bug still fits the code it is planted in', (t) => {
  for (const [name, mutation] of Object.entries(MUTATIONS)) {
    const source = readFileSync(new URL(`../../${mutation.file}`, import.meta.url), 'utf8');
    t.not(patch(mutation, source), source, name);
  }
});

test('the schedule of the simulation is the one that its expression means', (t) => {
  const parsed = parseSchedule(schedule.expression);
  for (const at of ['06:00:00.000', '06:00:00.001', '06:09:59.999', '06:05:00.000', '23:59:59.999']) {
    const instant = new Date(`2026-11-23T${at}Z`);
    for (const ask of ['current', 'next', 'previous'] as const)
      t.deepEqual(schedule[ask](instant), parsed[ask](instant), `${ask} ${at}`);
    t.is(schedule.has(instant), parsed.has(instant), at);
  }
});
