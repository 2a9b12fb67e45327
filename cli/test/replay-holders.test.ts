import { deadLetterTopicOf, ReadingsFetched, topicOf } from '@weatherline/events';
import { DependencyError, type LogReader } from '@weatherline/runtime';
import test from 'ava';
import { Ledger, readProgress, swapProgress } from '../src/replay/ledger.ts';
import { Outcomes } from '../src/replay/outcomes.ts';
import type { Progress, Holder } from '../src/replay/progress.ts';
import { ReplayWorld } from './support/replay-world.ts';

/** A replay at a slow rate, and what somebody else writes into its progress after some time. */
async function runAndMeet(change: (progress: Progress) => Progress) {
  const world = await ReplayWorld.open(100);
  await world.start();
  const stored = await world.plan('fill');
  const books = { store: world.store, put: world.store.put, clock: world.clock };
  let atChange = 0;
  const meet = async (): Promise<void> => {
    await world.clock.sleep(3_000);
    for (let isDone = false; !isDone;) {
      const known = await readProgress(books, stored.id);
      if (known === undefined) throw new Error('it has not begun');
      isDone = (await swapProgress(books, change(known.progress), known.etag)) !== undefined;
    }
    atChange = await published(world);
  };
  const [end] = await Promise.all([world.run(stored, { rate: 10 }), meet()]);
  return { world, stored, end, begunAfterwards: (await published(world)) - atChange };
}

async function published({ broker }: ReplayWorld): Promise<number> {
  const ends = await broker.lag('nobody', topicOf(ReadingsFetched, 'replay'));
  return ends.reduce((sum, { end }) => sum + end, 0);
}

const other: Holder = {
  who: 'somebody@elsewhere',
  host: 'elsewhere',
  pid: 1,
  nonce: 'another',
  since: '2026-11-23T06:00:00.000Z',
  until: '2026-11-23T07:00:00.000Z',
};

test('a holder that was replaced stops at its next look and changes nothing any more', async (t) => {
  const { world, stored, end, begunAfterwards } = await runAndMeet((progress) => ({
    ...progress,
    epoch: progress.epoch + 1,
    begins: [...progress.begins, progress.settled],
    holder: other,
  }));
  t.is(end, 'fenced');
  t.like(world.progress(stored), { epoch: 2, holder: other, state: 'running' });
  t.true(begunAfterwards <= 10, `${begunAfterwards} parts`);
});

test('an abort stops a holder at its next look, for good', async (t) => {
  const { world, stored, end, begunAfterwards } = await runAndMeet((progress) => ({ ...progress, state: 'aborted' }));
  t.is(end, 'aborted');
  t.like(world.progress(stored), { state: 'aborted', holder: null });
  t.true(begunAfterwards <= 10, `${begunAfterwards} parts`);
});

test('a wish to pause, and a pause by who thought that it was gone, stop a holder, and it can be resumed', async (t) => {
  for (const change of [{ asked: 'pause' }, { state: 'paused', holder: null }] as const) {
    const { world, stored, end } = await runAndMeet((progress) => ({ ...progress, ...change }));
    t.is(end, 'paused');
    const { settled } = world.progress(stored);
    t.like(world.progress(stored), { state: 'paused', holder: null, asked: null });
    t.true(settled > 10 && settled < 60, `${settled}`);
    t.is(await world.run(stored, { resume: true }), 'done');
  }
});

test('one whose lease ran out while it slept begins nothing before it has its lease again', async (t) => {
  const world = await ReplayWorld.open(60);
  const stored = await world.plan('fill');
  const running = world.run(stored, { rate: 10, timeoutMs: 120_000 });
  const sleep = async (): Promise<void> => {
    await world.clock.sleep(2_000);
    const before = await published(world);
    // Suspended: all timers are late at once, and somebody else has gone on meanwhile.
    world.clock.advance(20_000);
    const books = { store: world.store, put: world.store.put, clock: world.clock };
    const known = await readProgress(books, stored.id);
    if (known === undefined) throw new Error('it has not begun');
    const taken = { ...known.progress, epoch: 2, begins: [0, 0], holder: other };
    await swapProgress(books, taken, known.etag);
    await world.clock.sleep(10_000);
    t.true((await published(world)) - before <= 10);
  };
  const [end] = await Promise.all([running, world.clock.run(sleep())]);
  t.is(end, 'fenced');
});

test('Ctrl-C ends a replay also while the store does not answer, and nothing is lost', async (t) => {
  const world = await ReplayWorld.open(50);
  await world.start();
  const stored = await world.plan('fill');
  const stop = new AbortController();
  const interrupt = async (): Promise<void> => {
    await world.clock.sleep(2_000);
    world.store.failWith(new DependencyError('STORE_UNAVAILABLE', 'not now'));
    await world.clock.sleep(5_000);
    stop.abort();
  };
  const [end] = await Promise.all([world.run(stored, { rate: 10, signal: stop.signal }), interrupt()]);
  t.is(end, 'interrupted');
  world.store.failWith(undefined);
  world.clock.advance(20_000);
  t.is(await world.run(stored), 'done', 'its lease was not given back, and has run out');
  t.like(world.progress(stored), { settled: 50, counts: { created: 50 } });
});

test('a store that does not answer for longer than five minutes ends a replay with its error', async (t) => {
  const world = await ReplayWorld.open(50);
  await world.start();
  const stored = await world.plan('fill');
  const fail = async (): Promise<void> => {
    await world.clock.sleep(1_000);
    world.store.failWith(new DependencyError('STORE_UNAVAILABLE', 'not now'));
  };
  await t.throwsAsync(Promise.all([world.run(stored, { rate: 10 }), fail()]), { message: 'not now' });
  world.store.failWith(undefined);
  t.is(await world.run(stored), 'done');
});

test('a slow rate begins no more at once than it allows', async (t) => {
  const world = await ReplayWorld.open(20);
  const stored = await world.plan('fill');
  await world.run(stored, { rate: 0.5, timeoutMs: 9_000 });
  const count = await published(world);
  t.true(count >= 4 && count <= 6, `${count} parts in 9 s`);
});

test('an end is told again until its reader has come back from it, and once after that', async (t) => {
  const world = await ReplayWorld.open(40);
  await world.start();
  const stored = await world.plan('fill');
  let failsAfter: number | undefined = 5;
  const log: LogReader = {
    lag: async (...args) => world.broker.lag(...args),
    async *read(topic, from) {
      for await (const message of world.broker.read(topic, from)) {
        if (failsAfter !== undefined && (failsAfter -= 1) < 0) throw new DependencyError('BROKER_UNAVAILABLE', 'gone');
        yield message;
      }
    },
  };
  const outcomes = await Outcomes.follow(log, stored.id);
  await world.run(stored);
  await world.broker.publish(deadLetterTopicOf(topicOf(ReadingsFetched, 'replay')), [
    { key: 'k', value: null, headers: {} },
  ]);
  const told: string[] = [];
  const take = async (fails: boolean): Promise<void> => {
    for await (const some of outcomes.more()) {
      if (fails) throw new Error('it could not be judged');
      told.push(...some.map(({ subject }) => subject));
    }
  };
  await t.throwsAsync(take(false), { message: 'gone' });
  failsAfter = undefined;
  await t.throwsAsync(take(true), { message: 'it could not be judged' });
  await take(false);
  t.is(new Set(told).size, 40);
  t.is(told.length, 40);
  await take(false);
  t.is(told.length, 40);
});

test('of one that was abandoned each holder has left its mark', async (t) => {
  const world = await ReplayWorld.open(1);
  const stored = await world.plan('fill');
  const books = { store: world.store, put: world.store.put, clock: world.clock };
  for (const epoch of [1, 2, 3]) {
    const { progress } = await Ledger.claim(books, stored, { resume: false });
    t.like(progress, { epoch, begins: Array.from({ length: epoch }, () => 0) });
    world.clock.advance(16_000);
  }
});
