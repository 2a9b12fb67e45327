import { setImmediate as turn } from 'node:timers/promises';
import test from 'ava';
import { Lanes } from '../src/lanes.ts';

/** Time that only moves when it is told to; whoever sleeps is woken by `pass`. */
function stoppedClock() {
  let ms = 0;
  const sleeping = new Set<{ readonly until: number; readonly wake: () => void }>();
  return {
    sleeping,
    now: () => new Date(ms),
    sleep: async (forMs: number, signal?: AbortSignal): Promise<void> => {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const sleeper = { until: ms + forMs, wake: resolve };
      sleeping.add(sleeper);
      signal?.addEventListener('abort', () => {
        sleeping.delete(sleeper);
        reject(new Error('cancelled'));
      });
      return promise;
    },
    pass: async (by: number): Promise<void> => {
      ms += by;
      for (const sleeper of sleeping) {
        if (sleeper.until > ms) continue;
        sleeping.delete(sleeper);
        sleeper.wake();
      }
      await turns(5);
    },
  };
}

async function turns(count: number): Promise<void> {
  for (let at = 0; at < count; at += 1) await turn();
}

function arrange() {
  const clock = stoppedClock();
  const lanes = new Lanes(turn);
  const leaving = new AbortController();
  const started: number[] = [];
  const start = (id: number): void => {
    void lanes.startReplay(clock, leaving.signal).then(() => started.push(id));
  };
  return { clock, lanes, leaving, started, start };
}

test('without a consumer of live events, replayed ones start at once', async (t) => {
  const { started, start } = arrange();
  for (const id of [1, 2, 3]) start(id);
  await Promise.resolve();
  await Promise.resolve();
  t.deepEqual(started, [1, 2, 3]);
});

test('beside a consumer of live events, one replayed event starts in a turn of the event loop', async (t) => {
  const { lanes, started, start } = arrange();
  using _ = lanes.joinLive();
  for (const id of [1, 2, 3]) start(id);
  const seen: number[] = [];
  for (let at = 0; at < 8; at += 1) {
    await turn();
    seen.push(started.length);
  }
  t.true(
    seen.every((count, at) => count - (seen[at - 1] ?? 0) <= 1),
    seen.join(' '),
  );
  t.deepEqual(started, [1, 2, 3]);
});

test('none starts while a live event is in hand, nor when one came during its turn', async (t) => {
  const { clock, lanes, started, start } = arrange();
  using _ = lanes.joinLive();
  start(1);
  const first = lanes.holdLive(clock);
  const second = lanes.holdLive(clock);
  for (const id of [2, 3]) start(id);
  await turns(5);
  t.deepEqual(started, []);
  t.is(clock.sleeping.size, 1, 'one timer for all');
  first[Symbol.dispose]();
  await turns(5);
  t.deepEqual(started, []);
  second[Symbol.dispose]();
  await turns(10);
  t.deepEqual(started.toSorted(), [1, 2, 3]);
  t.is(clock.sleeping.size, 0);
});

test('a live event that only waits is given way to for 30 s', async (t) => {
  const { clock, lanes, started, start } = arrange();
  lanes.joinLive();
  lanes.holdLive(clock);
  start(1);
  await turns(3);
  for (let second = 1; second < 30; second += 1) await clock.pass(1_000);
  t.deepEqual(started, []);
  await clock.pass(1_000);
  t.deepEqual(started, [1]);
});

test('whose partition is taken away waits a second at most', async (t) => {
  const { clock, lanes, leaving, started, start } = arrange();
  lanes.joinLive();
  lanes.holdLive(clock);
  start(1);
  await turns(3);
  leaving.abort();
  await clock.pass(1_000);
  t.deepEqual(started, [1], 'its handler sees the signal and does not begin');
});
