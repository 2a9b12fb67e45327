import { createMemoryStore, createVirtualClock } from '@weatherline/testkit';
import type { Clock } from '@weatherline/runtime';
import test from 'ava';
import fc from 'fast-check';
import { Budget } from '../src/budget.ts';

const MINUTE = 60_000;

type Replica = {
  readonly lane: 'live' | 'replay';
  readonly startMs: number;
  readonly calls: number;
  readonly skewMs: number;
};

const replica: fc.Arbitrary<Replica> = fc.record({
  lane: fc.constantFrom('live' as const, 'replay' as const),
  startMs: fc.nat(40_000),
  calls: fc.integer({ min: 1, max: 60 }),
  skewMs: fc.integer({ min: -2_000, max: 2_000 }),
});

/** Most instants in any span of a minute. */
function mostInAMinute(instants: readonly number[]): number {
  const sorted = instants.toSorted((a, b) => a - b);
  let most = 0;
  for (let from = 0, to = 0; to < sorted.length; to += 1) {
    while ((sorted[to] ?? 0) - (sorted[from] ?? 0) >= MINUTE) from += 1;
    most = Math.max(most, to - from + 1);
  }
  return most;
}

test('however many replicas and lanes share a key, no minute holds more calls than its plan, nor more than half by replays', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(replica, { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 4, max: 60 }),
      fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })),
      async (replicas, callsPerMinute, randoms) => {
        const clock = createVirtualClock();
        const store = createMemoryStore();
        const random = (): number => randoms.next().value ?? 0;
        const made: { lane: string; at: number }[] = [];
        const work = replicas.map(async ({ lane, startMs, calls, skewMs }) => {
          const own: Clock = { sleep: clock.sleep, now: () => new Date(clock.now().getTime() + skewMs) };
          const budget = new Budget({ store, clock: own, random, providerId: 'openweather', callsPerMinute, lane });
          await clock.sleep(startMs);
          for (let call = 0; call < calls; call += 1) {
            await budget.take(new AbortController().signal, Number.POSITIVE_INFINITY);
            made.push({ lane, at: clock.now().getTime() });
            await clock.sleep(Math.floor(random() * 700));
          }
        });
        await clock.run(Promise.all(work));
        const all = mostInAMinute(made.map(({ at }) => at));
        const replayed = mostInAMinute(made.filter(({ lane }) => lane === 'replay').map(({ at }) => at));
        if (all > callsPerMinute) throw new Error(`${all} calls in a minute of ${callsPerMinute}`);
        if (replayed > Math.floor(callsPerMinute / 2))
          throw new Error(`${replayed} replayed calls of ${callsPerMinute}`);
        return made.length === replicas.reduce((sum, { calls }) => sum + calls, 0);
      },
    ),
    { numRuns: 60 },
  );
  t.pass();
});

test('a pause holds for every replica, doubles while it is needed, and starts small again after a success', async (t) => {
  const clock = createVirtualClock();
  const store = createMemoryStore();
  const make = () =>
    new Budget({ store, clock, random: () => 0.5, providerId: 'openweather', callsPerMinute: 60, lane: 'live' });
  const [one, two] = [make(), make()];
  const signal = new AbortController().signal;
  const waited = async (budget: Budget): Promise<number> => {
    const before = clock.now().getTime();
    await clock.run(budget.take(signal, Number.POSITIVE_INFINITY));
    return clock.now().getTime() - before;
  };
  t.is(await waited(one), 0);
  await clock.run(one.pause());
  t.is(await waited(two), 60_000);
  await clock.run(two.pause());
  t.is(await waited(one), 120_000);
  one.succeeded();
  clock.advance(120_000);
  t.is(await waited(one), 0);
  clock.advance(10_000);
  t.is(await waited(one), 0);
  await clock.run(one.pause());
  t.is(await waited(two), 60_000);
  await clock.run(two.pause(300_000));
  t.is(await waited(one), 300_000, 'what the provider asks for counts when it is longer');
});

test('who cannot wait is told how long it would take', async (t) => {
  const clock = createVirtualClock();
  const store = createMemoryStore();
  const budget = new Budget({
    store,
    clock,
    random: () => 0.5,
    providerId: 'openweather',
    callsPerMinute: 60,
    lane: 'live',
  });
  await clock.run(budget.pause());
  const deadline = clock.now().getTime() + 30_000;
  const error = await t.throwsAsync(clock.run(budget.take(new AbortController().signal, deadline)), {
    code: 'THROTTLED',
  });
  t.is((error as { retryAfterMs?: number }).retryAfterMs, 60_000);
});
