import { spawnSync } from 'node:child_process';
import { EXIT } from '@weatherline/runtime';
import { createMemoryStore, createVirtualClock, randomFrom } from '@weatherline/testkit';
import test from 'ava';
import fc from 'fast-check';
import { audit } from '../src/replay/audit.ts';
import { Fenced, Ledger, readProgress, swapProgress } from '../src/replay/ledger.ts';
import { replayKey } from '../src/replay/plan.ts';
import type { Progress } from '../src/replay/progress.ts';
import { ReplayWorld } from './support/replay-world.ts';

async function setUp() {
  const world = await ReplayWorld.open(10);
  const stored = await world.plan('fill');
  const { store, clock } = world;
  const books = { store, put: store.put, clock };
  const claim = async (resume = false) => clock.run(Ledger.claim(books, stored, { resume }));
  /** As somebody else would have written it. */
  const rewrite = async (change: (progress: Progress) => Progress): Promise<boolean> => {
    const known = await readProgress(books, stored.id);
    return known !== undefined && (await swapProgress(books, change(known.progress), known.etag)) !== undefined;
  };
  return { world, stored, books, clock, claim, rewrite };
}

const isHeld = { message: /is held by .*, process \d+, since /, name: 'Failure' };

test('of two that start the same plan one runs it, and the other is told who has it', async (t) => {
  const { stored, books, clock } = await setUp();
  const both = [Ledger.claim(books, stored, { resume: false }), Ledger.claim(books, stored, { resume: false })];
  const ends = await clock.run(Promise.allSettled(both));
  t.deepEqual(ends.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected']);
  const lost = ends.find((end) => end.status === 'rejected');
  t.regex(String(lost?.reason), isHeld.message);
});

test('a lease that has run out is taken over, and whoever had it is refused from then on', async (t) => {
  const { claim, clock } = await setUp();
  const first = await claim();
  t.true(first.isHeld);
  clock.advance(14_000);
  await t.throwsAsync(claim(), isHeld);
  clock.advance(2_000);
  t.false(first.isHeld);
  const second = await claim();
  t.like(second.progress, { epoch: 2, begins: [0, 0] });
  await t.throwsAsync(first.save({ settled: 5 }), { instanceOf: Fenced, message: /was taken over/ });
  t.is(second.progress.settled, 0);
});

test('one who wakes up after its lease and finds nobody else goes on', async (t) => {
  const { claim, clock } = await setUp();
  const ledger = await claim();
  clock.advance(3_600_000);
  await ledger.save({ settled: 5 });
  t.true(ledger.isHeld);
  t.like(ledger.progress, { epoch: 1, settled: 5 });
});

test('a holder on this host that has died holds nothing; one that lives does until its lease ends', async (t) => {
  const { claim, rewrite } = await setUp();
  await claim();
  const { pid } = spawnSync('true');
  const dead = (progress: Progress): Progress => ({
    ...progress,
    holder: progress.holder && { ...progress.holder, pid },
  });
  await rewrite((progress) => ({ ...progress, holder: progress.holder && { ...progress.holder, pid: process.ppid } }));
  await t.throwsAsync(claim(), isHeld);
  await rewrite(dead);
  t.is((await claim()).progress.epoch, 2);
});

test('a holder elsewhere whose clock is late is not taken over while it goes on writing', async (t) => {
  const { stored, books, clock, claim, rewrite } = await setUp();
  await claim();
  const elsewhere = (progress: Progress): Progress => ({
    ...progress,
    holder: progress.holder && { ...progress.holder, host: 'elsewhere', until: '2020-01-01T00:00:00.000Z' },
    updated_at: clock.now().toISOString(),
  });
  await rewrite(elsewhere);
  const writes = async (): Promise<void> => {
    await clock.sleep(500);
    await rewrite((progress) => ({ ...progress, settled: 1 }));
  };
  const claims = Ledger.claim(books, stored, { resume: false });
  const [end] = await clock.run(Promise.allSettled([claims, writes()]));
  t.regex(String(end.status === 'rejected' ? end.reason : ''), isHeld.message);
  t.is((await claim()).progress.epoch, 2, 'one that is silent is gone');
});

test('what is done or aborted is over, and what is paused is only resumed', async (t) => {
  for (const [state, text, resumes] of [
    ['done', /is done: weatherline replay status/, false],
    ['aborted', /was aborted: make a new plan/, false],
    ['paused', /is paused: weatherline replay resume/, true],
  ] as const) {
    const { claim, rewrite } = await setUp();
    await claim();
    await rewrite((progress) => ({ ...progress, state, holder: null }));
    const failure = await t.throwsAsync(claim(), { message: text });
    t.like(failure, { exitCode: EXIT.conflict });
    if (resumes) t.is((await claim(true)).progress.state, 'running');
    else await t.throwsAsync(claim(true), { message: text });
  }
});

test('a progress that is broken is told as such, with its key', async (t) => {
  const { world, stored, claim } = await setUp();
  const key = replayKey(stored.id, 'progress.json');
  for (const text of ['{', '{"schema":"weatherline.replay-progress/9"}', '']) {
    const before = world.store.objects.get(key);
    const condition = before === undefined ? ({ ifNoneMatch: '*' } as const) : { ifMatch: before.etag };
    await world.store.put(key, Buffer.from(text), { ...condition, contentType: 'application/json' });
    await t.throwsAsync(claim(), { name: 'Failure', message: new RegExp(`^${key} cannot be read`) });
  }
});

test('a wish to pause and an abort survive every interleaving with a holder that writes', async (t) => {
  const wishes = fc.array(fc.constantFrom('save', 'pause', 'abort'), { minLength: 1, maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(wishes, fc.integer(), async (steps, seed) => {
      const { stored, books, claim, rewrite } = await setUp();
      const ledger = await claim();
      const random = randomFrom(seed);
      const later = async (): Promise<void> => {
        for (let turns = random() * 12; turns > 0; turns -= 1) await Promise.resolve();
      };
      const until = async (change: (progress: Progress) => Progress): Promise<void> => {
        while (!(await rewrite(change)));
      };
      await Promise.all(
        steps.map(async (step, at) => {
          await later();
          if (step === 'pause') await until((progress) => ({ ...progress, asked: 'pause' }));
          else if (step === 'abort') await until((progress) => ({ ...progress, state: 'aborted', asked: null }));
          else await ledger.save({ settled: at });
        }),
      );
      await ledger.save({ settled: 10 });
      const found = (await readProgress(books, stored.id))?.progress;
      t.deepEqual(found, ledger.progress);
      t.is(found?.settled, 10);
      t.is(found?.state, steps.includes('abort') ? 'aborted' : 'running');
      if (!steps.includes('abort')) t.is(found?.asked, steps.includes('pause') ? 'pause' : null);
    }),
    { numRuns: 60 },
  );
});

test('a claim or a checkpoint whose answer got lost is its own, not that of somebody else', async (t) => {
  const { stored, books, clock } = await setUp();
  let refuses = true;
  const put: typeof books.put = async (...args) => {
    const answer = await books.put(...args);
    refuses = !refuses;
    // What a client that asks again is told.
    return refuses ? answer : { stored: false };
  };
  const ledger = await clock.run(Ledger.claim({ ...books, put }, stored, { resume: false }));
  await ledger.save({ settled: 3 });
  t.like(ledger.progress, { epoch: 1, settled: 3 });
});

test('a line of the audit trail is written once, also when its answer got lost, and none of many is lost', async (t) => {
  const store = createMemoryStore();
  const clock = createVirtualClock();
  let calls = 0;
  const put: typeof store.put = async (...args) => {
    const answer = await store.put(...args);
    calls += 1;
    return calls === 1 ? { stored: false } : answer;
  };
  await audit({ store, put, clock }, 'a', 'planned');
  await Promise.all(
    Array.from({ length: 5 }, async (_, epoch) => audit({ store, put, clock }, 'a', 'resumed', { epoch })),
  );
  const lines = Buffer.from(store.objects.get('replays/a/audit.jsonl')?.body ?? [])
    .toString()
    .trimEnd()
    .split('\n');
  t.is(lines.length, 6);
  t.is(new Set(lines).size, 6);
});
