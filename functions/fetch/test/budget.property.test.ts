import type { Clock, ObjectStore } from '@weatherline/runtime';
import { createMemoryStore, createVirtualClock } from '@weatherline/testkit';
import test from 'ava';
import fc from 'fast-check';
import { Budget } from '../src/budget.ts';
import { slowStore } from './support.ts';

const MINUTE = 60_000;

type Call = { readonly lane: 'live' | 'replay'; readonly at: number };

const replica = fc.record({
  lane: fc.constantFrom('live' as const, 'replay' as const),
  startMs: fc.nat(40_000),
  calls: fc.integer({ min: 1, max: 60 }),
  workers: fc.integer({ min: 1, max: 8 }),
  skewMs: fc.integer({ min: -2_500, max: 2_500 }),
  callMs: fc.nat(1_500),
});
type Replica = typeof replica extends fc.Arbitrary<infer Value> ? Value : never;

/** Most instants in any span of a minute. */
function mostInAMinute(calls: readonly Call[]): number {
  const sorted = calls.map(({ at }) => at).toSorted((a, b) => a - b);
  let most = 0;
  for (let from = 0, to = 0; to < sorted.length; to += 1) {
    while ((sorted[to] ?? 0) - (sorted[from] ?? 0) >= MINUTE) from += 1;
    most = Math.max(most, to - from + 1);
  }
  return most;
}

type Scene = { callsPerMinute: number; storeMs: number; random: () => number };

/** Every replica makes its calls as fast as the budget lets it; says when each was made. */
async function play(replicas: readonly Replica[], { callsPerMinute, storeMs, random }: Scene): Promise<Call[]> {
  const clock = createVirtualClock();
  const store: ObjectStore = slowStore(createMemoryStore(clock.now), clock, () => storeMs * random());
  const made: Call[] = [];
  const work = replicas.map(async ({ lane, startMs, calls, workers, skewMs, callMs }) => {
    const own: Clock = { sleep: clock.sleep, now: () => new Date(clock.now().getTime() + skewMs) };
    const budget = new Budget({ store, clock: own, random, providerId: 'openweather', callsPerMinute, lane });
    await clock.sleep(startMs);
    let open = calls;
    const worker = async (): Promise<void> => {
      while (open > 0) {
        const want = { calls: open, signal: new AbortController().signal, deadline: Number.POSITIVE_INFINITY };
        open -= 1;
        const ticket = await budget.take(want);
        made.push({ lane, at: clock.now().getTime() });
        await clock.sleep(Math.floor(callMs * random()));
        budget.succeeded(ticket);
      }
    };
    await Promise.all(Array.from({ length: workers }, worker));
  });
  await clock.run(Promise.all(work));
  return made;
}

test('however many replicas and lanes share a key, no minute holds more calls than its plan, nor more than half by replays, and every call is made', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(replica, { minLength: 2, maxLength: 6 }),
      fc.integer({ min: 4, max: 120 }),
      fc.constantFrom(0, 50, 1_000),
      fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })),
      async (replicas, callsPerMinute, storeMs, randoms) => {
        const made = await play(replicas, { callsPerMinute, storeMs, random: () => randoms.next().value ?? 0 });
        const all = mostInAMinute(made);
        const replayed = mostInAMinute(made.filter(({ lane }) => lane === 'replay'));
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

test('while replays ask for all they can get, live calls keep their half of the plan', async (t) => {
  const replay = { lane: 'replay' as const, startMs: 0, calls: 300, workers: 8, skewMs: 0, callMs: 0 };
  const live = { ...replay, lane: 'live' as const, startMs: 30_000, calls: 90 };
  const made = await play([replay, replay, live], { callsPerMinute: 60, storeMs: 20, random: () => 0.5 });
  const lives = made.filter(({ lane }) => lane === 'live').map(({ at }) => at);
  const tookMs = Math.max(...lives) - Math.min(...made.map(({ at }) => at)) - 30_000;
  t.true(tookMs <= 3 * 70_000 + 5_000, `90 live calls took ${tookMs} ms`);
});

test('one place costs one call of the plan, not a chunk of it', async (t) => {
  const one = { lane: 'live' as const, startMs: 0, calls: 1, workers: 1, skewMs: 0, callMs: 0 };
  const made = await play(
    Array.from({ length: 10 }, () => one),
    { callsPerMinute: 10, storeMs: 0, random: () => 0.5 },
  );
  t.is(mostInAMinute(made), 10, 'ten parts of one place share a minute of ten calls');
});

test('sixteen replicas with clocks apart use at least 85 % of a plan, and never more than all of it', async (t) => {
  const fleet = Array.from({ length: 16 }, (_, at) => ({
    lane: 'live' as const,
    startMs: at * 300,
    calls: 400,
    workers: 8,
    skewMs: (at - 8) * 300,
    callMs: 200,
  }));
  let state = 7;
  const random = (): number => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
  const made = await play(fleet, { callsPerMinute: 600, storeMs: 60, random });
  const instants = made.map(({ at }) => at);
  const minutes = (Math.max(...instants) - Math.min(...instants)) / MINUTE;
  const use = made.length / (600 * minutes);
  t.log(`${mostInAMinute(made)} calls in the fullest minute of a plan of 600, ${(use * 100).toFixed(1)} % used`);
  t.is(made.length, 6_400);
  t.true(mostInAMinute(made) <= 600);
  t.true(use >= 0.85, `${(use * 100).toFixed(1)} % used`);
});
