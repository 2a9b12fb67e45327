import { ReadingsFetched, RecordsTransformed } from '@weatherline/events';
import { defineFunction, HaltError, PermanentError } from '@weatherline/runtime';
import { randomFrom } from '@weatherline/testkit';
import { transform } from '@weatherline/transform';
import test from 'ava';
import { shownOf } from '../src/replay/show.ts';
import { ReplayWorld, runAt } from './support/replay-world.ts';

const SOME = { limit: 100 };

test('fill makes what is missing and touches nothing that exists', async (t) => {
  const world = await ReplayWorld.open(6);
  await world.start();
  await world.overwrite(2, 'as it was\n');
  const stored = await world.plan('fill', { only: 'all' });
  t.is(await world.run(stored), 'done');
  t.is(world.product(2), 'as it was\n');
  t.regex(world.product(3), /"location_id":"place-1"/);
  t.like(world.progress(stored), { state: 'done', settled: 6, holder: null, counts: { created: 5, kept: 1 } });
});

test('replace swaps a product that is the one of the plan, and keeps and lists every other one', async (t) => {
  const world = await ReplayWorld.open(4);
  await world.start();
  for (const at of [0, 1]) await world.overwrite(at, 'as it was\n');
  const stored = await world.plan('replace');
  await world.overwrite(1, 'changed since\n');
  await world.overwrite(2, 'appeared since\n');
  t.is(await world.run(stored), 'done');
  t.regex(world.product(0), /"location_id":"place-1"/);
  t.deepEqual([world.product(1), world.product(2)], ['changed since\n', 'appeared since\n']);
  const { counts, findings } = await shownOf(world.store, stored, { now: world.clock.now(), ...SOME });
  t.like(counts, { replaced: 1, conflict: 2, created: 1 });
  t.deepEqual(
    findings.map(({ run, detail }) => [run, detail]),
    [
      [runAt(1), 'the product has changed since the plan was made; it is kept'],
      [runAt(2), 'a product has appeared since the plan was made; it is kept'],
    ],
  );
});

test('verify changes no product and names the slot and the location that differ', async (t) => {
  const world = await ReplayWorld.open(3);
  await world.start();
  await world.run(await world.plan('fill'));
  await world.overwrite(1, world.product(1).replace('"humidity":', '"humidity":1'));
  const before = world.products();
  const stored = await world.plan('verify');
  t.is(await world.run(stored), 'done');
  t.deepEqual(world.products(), before);
  const { counts, findings } = await shownOf(world.store, stored, { now: world.clock.now(), ...SOME });
  t.like(counts, { same: 2, different: 1 });
  t.like(findings[0], { run: runAt(1), locations: [{ location: 'place-1', fields: ['humidity'] }] });
});

test('a product without its sidecar counts as missing, and gets it', async (t) => {
  const world = await ReplayWorld.open(1);
  await world.start();
  await world.run(await world.plan('fill'));
  const product = world.product(0);
  const bare = await ReplayWorld.open(1);
  await bare.start();
  await bare.overwrite(0, product);
  const stored = await bare.plan('fill');
  t.is(await bare.run(stored), 'done');
  t.like(bare.progress(stored).counts, { unchanged: 1 });
  t.deepEqual(bare.products(), world.products());
});

test('readings that were added to or removed since the plan was made are conflicts, and the rest is done', async (t) => {
  const world = await ReplayWorld.open(3);
  await world.start();
  const stored = await world.plan('fill');
  await world.archive(1, { index: 1, count: 1 }, (body) => `${body} `);
  t.is(await world.run(stored), 'done');
  const { counts, findings } = await shownOf(world.store, stored, { now: world.clock.now(), ...SOME });
  t.like(counts, { created: 2, conflict: 1 });
  t.regex(findings[0]?.detail ?? '', /expected ETag/);
  t.is(world.product(1), '');
});

test('the parts of a run are handled and counted one by one', async (t) => {
  const world = await ReplayWorld.open(2, 3);
  await world.start();
  const stored = await world.plan('fill');
  t.is(await world.run(stored), 'done');
  t.like(world.progress(stored), { settled: 6, total: 6, records: 6 });
  t.regex(world.product(1, { index: 3, count: 3 }), /place-3/);
});

/** A transform that cannot handle some runs. */
const refusing = (refuses: (run: string) => boolean) =>
  defineFunction({
    name: 'transform',
    accepts: ReadingsFetched,
    emits: RecordsTransformed,
    handle(data, context) {
      if (refuses(data.run.id)) throw new PermanentError('NO_USE', 'nothing in it is usable');
      return transform.handle(data, context);
    },
  });

test('a part that ends as a dead letter is listed with it, and the others go on', async (t) => {
  const world = await ReplayWorld.open(5);
  await world.start(refusing((run) => run === runAt(2)));
  const stored = await world.plan('fill');
  t.is(await world.run(stored), 'done');
  const { counts, findings } = await shownOf(world.store, stored, { now: world.clock.now(), ...SOME });
  t.like(counts, { created: 4, failed: 1 });
  t.like(findings[0], { run: runAt(2), code: 'NO_USE', detail: 'transform: nothing in it is usable' });
  t.regex(findings[0]?.dead_letter ?? '', /^weatherline\.readings\.fetched\.replay\/\d+\/\d+$/);
});

test('too many dead letters stop a replay; when it is resumed it goes on with the rest', async (t) => {
  const world = await ReplayWorld.open(120);
  let isBroken = true;
  await world.start(refusing(() => isBroken));
  const stored = await world.plan('fill');
  t.is(await world.run(stored, { rate: 20 }), 'dead-letters');
  const { settled, counts } = world.progress(stored);
  t.true(settled < 40 && counts.failed > 10, `${settled}`);
  isBroken = false;
  t.is(await world.run(stored, { resume: true, rate: 20 }), 'done');
  t.is(world.progress(stored).settled, 120);
});

test('one that is stopped while it gives way to live events has done nothing, and says so', async (t) => {
  const world = await ReplayWorld.open(3);
  await world.start();
  await world.broker.publish(ReadingsFetched.topic, [{ key: 'k', value: null, headers: {} }]);
  const stored = await world.plan('fill');
  t.is(await world.run(stored, { timeoutMs: 5_000 }), 'timeout');
  t.like(world.progress(stored), { state: 'paused', settled: 0, holder: null });
  t.deepEqual(world.products(), {});
  t.true(world.notes.includes('gives way to live events'));
});

test('without anybody to handle it a replay waits, says for what, and ends when its time is over', async (t) => {
  const world = await ReplayWorld.open(3);
  const stored = await world.plan('fill');
  t.is(await world.run(stored, { timeoutMs: 30_000 }), 'timeout');
  t.true(world.notes.includes('3 parts wait for the functions of the replay lane'));
  await world.start();
  t.is(await world.run(stored, { resume: true }), 'done');
  t.like(world.progress(stored), { settled: 3, counts: { created: 3 } });
});

test('what halts the functions in this process ends the replay, which can be resumed', async (t) => {
  const world = await ReplayWorld.open(2);
  const stored = await world.plan('fill');
  world.trouble = new HaltError('BUCKET_MISSING', 'there is no bucket');
  await t.throwsAsync(world.run(stored), { message: 'there is no bucket' });
  t.like(world.progress(stored), { state: 'paused', holder: null });
});

test('a letter of somebody else among the dead letters is passed over', async (t) => {
  const world = await ReplayWorld.open(1);
  const stored = await world.plan('fill');
  const running = world.run(stored);
  await world.broker.publish('weatherline.readings.fetched.replay.dlq', [
    { key: 'k', value: Buffer.from('no JSON'), headers: {} },
  ]);
  await world.start();
  t.is(await running, 'done');
});

test('upload can be begun from the log, and an event that is another one now is a conflict', async (t) => {
  const world = await ReplayWorld.open(3);
  await world.start();
  await world.run(await world.plan('fill'));
  const stored = await world.plan('replace', {}, { stage: 'upload' });
  t.is(stored.plan.items.length, 3);
  t.is(await world.run(stored), 'done');
  t.like(world.progress(stored).counts, { unchanged: 3 });

  const [one, ...rest] = stored.plan.items;
  const wrong = { ...stored.plan.items[1]!, source: one!.source };
  const tampered = await world.plan('replace', {}, { stage: 'upload', items: [wrong, ...rest.slice(1)] });
  t.is(await world.run(tampered), 'done');
  t.like(world.progress(tampered).counts, { unchanged: 1, conflict: 1 });
});

for (const mode of ['fill', 'replace', 'verify'] as const) {
  test(`a replay (${mode}) that dies at any call and is resumed ends as one that was left alone`, async (t) => {
    const open = async () => {
      const world = await ReplayWorld.open(5);
      await world.start(refusing((run) => run === runAt(3)));
      await world.overwrite(1, 'as it was\n');
      return { world, stored: await world.plan(mode, { only: 'all' }) };
    };
    const calm = await open();
    t.is(await calm.world.run(calm.stored), 'done');
    const shown = async ({ world, stored }: typeof calm) => {
      const { counts, settled, findings } = await shownOf(world.store, stored, { now: world.clock.now(), ...SOME });
      return { counts, settled, findings: findings.map((finding) => ({ ...finding, dead_letter: undefined })) };
    };
    const expected = { products: calm.world.products(), shown: await shown(calm) };
    t.is(expected.shown.settled, 5);
    for (let diesAt = 1; diesAt <= calm.world.passed; diesAt += 1) {
      const { world, stored } = await open();
      const end = await world.run(stored, { perils: { diesAt } });
      // Its lease has to be over: both are this process.
      world.clock.advance(20_000);
      if (
        end === 'died' &&
        (world.text(`replays/${stored.id}/progress.json`) === '' || world.progress(stored).state !== 'done')
      )
        t.is(await world.run(stored, { resume: true }), 'done', `died at ${diesAt}`);
      t.deepEqual({ products: world.products(), shown: await shown({ world, stored }) }, expected, `died at ${diesAt}`);
    }
  });
}

test('a replay whose calls fail, are done twice or lose their answers ends as one that was left alone', async (t) => {
  for (let seed = 1; seed <= 25; seed += 1) {
    const world = await ReplayWorld.open(20);
    await world.start(refusing((run) => run === runAt(3)));
    await world.overwrite(1, 'as it was\n');
    const stored = await world.plan('verify', { only: 'all' });
    const random = randomFrom(seed);
    const fault = () =>
      random() < 0.3 ? (['before', 'after', 'twice', 'refused'] as const)[Math.floor(random() * 4)] : undefined;
    let isClaimed = false;
    const end = await world.run(stored, {
      perils: {
        fault: (operation) => {
          // Whoever cannot claim ends with that error; from then on it is patient.
          isClaimed ||= operation === 'store.list' || world.text(`replays/${stored.id}/progress.json`) !== '';
          return isClaimed ? fault() : undefined;
        },
      },
    });
    t.is(end, 'done', `seed ${seed}`);
    const { counts, findings, settled } = await shownOf(world.store, stored, { now: world.clock.now(), ...SOME });
    t.is(settled, 20);
    t.like(counts, { different: 19, failed: 1 }, `seed ${seed}`);
    t.deepEqual(
      findings.map(({ index }) => index),
      Array.from({ length: 20 }, (_, at) => at),
      `seed ${seed}`,
    );
  }
});
