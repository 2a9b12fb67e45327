import { createVirtualClock } from '@weatherline/testkit';
import test from 'ava';
import fc from 'fast-check';
import { createRateLimiter, rateLimitHeaders, type RateLimiter } from '../../src/access/index.ts';

const MINUTE = 60_000;

function allowedOf(limiter: RateLimiter, client: string, attempts: number): number {
  let allowed = 0;
  for (let at = 0; at < attempts; at += 1) if (limiter.take(client).allowed) allowed += 1;
  return allowed;
}

test('a client gets its limit at once, then one request as each comes free', (t) => {
  const clock = createVirtualClock();
  const limiter = createRateLimiter({ clock, limit: 600, windowMs: MINUTE, maxClients: 10 });
  t.is(allowedOf(limiter, 'a', 700), 600);
  clock.advance(99);
  t.false(limiter.take('a').allowed);
  clock.advance(1);
  t.true(limiter.take('a').allowed);
  t.false(limiter.take('a').allowed);
  t.true(limiter.take('b').allowed);
});

test('a verdict says what remains, when there is more and when to come back', (t) => {
  const clock = createVirtualClock();
  const limiter = createRateLimiter({ clock, limit: 2, windowMs: MINUTE, maxClients: 10 });
  const common = { limit: 2, windowS: 60 };
  t.deepEqual(limiter.take('a'), { ...common, allowed: true, remaining: 1, resetS: 30, retryAfterS: 0 });
  clock.advance(10_000);
  t.deepEqual(limiter.take('a'), { ...common, allowed: true, remaining: 0, resetS: 20, retryAfterS: 20 });
  clock.advance(500);
  t.deepEqual(limiter.take('a'), { ...common, allowed: false, remaining: 0, resetS: 20, retryAfterS: 20 });
  clock.advance(19_500);
  t.true(limiter.take('a').allowed);
});

test('the fields are structured fields of the draft', (t) => {
  const verdict = { allowed: true, limit: 600, windowS: 60, remaining: 597, resetS: 41, retryAfterS: 0 };
  t.deepEqual(rateLimitHeaders(verdict), {
    'RateLimit-Policy': '"default";q=600;w=60',
    RateLimit: '"default";r=597;t=41',
  });
});

test('who waits for as long as it is told is let in, and not a second earlier', (t) => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 50 }),
      fc.constantFrom(1000, MINUTE, 3_600_000),
      fc.array(fc.nat(5000), { maxLength: 60 }),
      (limit, windowMs, pauses) => {
        const clock = createVirtualClock();
        const limiter = createRateLimiter({ clock, limit, windowMs, maxClients: 3 });
        for (const pause of pauses) {
          clock.advance(pause);
          limiter.take('a');
        }
        allowedOf(limiter, 'a', limit);
        const { allowed, retryAfterS } = limiter.take('a');
        t.false(allowed);
        t.true(retryAfterS >= 1);
        clock.advance((retryAfterS - 1) * 1000);
        t.false(limiter.take('a').allowed);
        clock.advance(1000);
        t.true(limiter.take('a').allowed);
      },
    ),
  );
});

test('no stretch of time lets more than the burst and its share of the limit through', (t) => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 30 }),
      fc.array(fc.nat(400), { minLength: 1, maxLength: 200 }),
      (limit, burst, pauses) => {
        const clock = createVirtualClock();
        const windowMs = 1000;
        const limiter = createRateLimiter({ clock, limit, burst, windowMs, maxClients: 5 });
        const times: number[] = [];
        for (const pause of pauses) {
          clock.advance(pause);
          const { allowed, remaining } = limiter.take('a');
          t.true(remaining >= 0 && remaining < burst);
          if (allowed) times.push(clock.now().getTime());
        }
        for (const [first, start] of times.entries()) {
          for (const [last, end] of times.entries()) {
            if (last >= first) t.true(last - first + 1 <= burst + ((end - start) * limit) / windowMs + 1e-9);
          }
        }
      },
    ),
    { numRuns: 50 },
  );
});

test('what remains can be used at once, to the last', (t) => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 40 }),
      fc.array(fc.nat(300), { minLength: 1, maxLength: 80 }),
      (limit, burst, pauses) => {
        const clock = createVirtualClock();
        const limiter = createRateLimiter({ clock, limit, burst, windowMs: 777, maxClients: 5 });
        let remaining = 0;
        for (const pause of pauses) {
          clock.advance(pause);
          ({ remaining } = limiter.take('a'));
        }
        t.is(allowedOf(limiter, 'a', remaining + 5), remaining);
      },
    ),
  );
});

test('a caller with any number of names gets at most the share of the clients that are remembered', (t) => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 1, max: 8 }),
      fc.array(fc.tuple(fc.nat(40), fc.nat(30)), { minLength: 1, maxLength: 600 }),
      (maxClients, limit, steps) => {
        const clock = createVirtualClock();
        const start = clock.now().getTime();
        const limiter = createRateLimiter({ clock, limit, windowMs: 1000, maxClients });
        let allowed = 0;
        for (const [name, pause] of steps) {
          clock.advance(pause);
          if (limiter.take(`client ${name}`).allowed) allowed += 1;
        }
        const elapsed = clock.now().getTime() - start;
        t.true(allowed <= maxClients * (limit + (elapsed * limit) / 1000));
      },
    ),
  );
});

test('clients that all fit do not feel each other', (t) => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(3), fc.nat(400)), { maxLength: 200 }), (steps) => {
      const clock = createVirtualClock();
      const options = { clock, limit: 3, windowMs: 1000 };
      const shared = createRateLimiter({ ...options, maxClients: 4 });
      const alone = Array.from({ length: 4 }, () => createRateLimiter({ ...options, maxClients: 1 }));
      for (const [client, pause] of steps) {
        clock.advance(pause);
        t.deepEqual(shared.take(`client ${client}`), alone[client]?.take('only'));
      }
    }),
  );
});

test('the least recently used client goes, and the others keep what they have used', (t) => {
  const clock = createVirtualClock();
  const limiter = createRateLimiter({ clock, limit: 2, windowMs: MINUTE, maxClients: 2 });
  limiter.take('a');
  limiter.take('a');
  limiter.take('b');
  limiter.take('a');
  t.true(limiter.take('c').allowed, 'takes the place of b, with one request left');
  t.false(limiter.take('c').allowed);
  t.false(limiter.take('a').allowed);
});

test('a refund gives back one request, to a client that is known', (t) => {
  const clock = createVirtualClock();
  const limiter = createRateLimiter({ clock, limit: 1, windowMs: MINUTE, maxClients: 2 });
  limiter.refund('stranger');
  t.true(limiter.take('a').allowed);
  limiter.refund('a');
  limiter.refund('a');
  t.true(limiter.take('a').allowed);
  t.false(limiter.take('a').allowed);
});

test('a clock that is set back locks nobody out', (t) => {
  const clock = createVirtualClock();
  const limiter = createRateLimiter({ clock, limit: 1, windowMs: 1000, maxClients: 2 });
  t.true(limiter.take('a').allowed);
  clock.advance(-3_600_000);
  t.false(limiter.take('a').allowed);
  clock.advance(1000);
  t.true(limiter.take('a').allowed);
});

test('memory is bounded by the number of clients that are remembered', (t) => {
  const clock = createVirtualClock();
  const limiter = createRateLimiter({ clock, limit: 600, windowMs: MINUTE, maxClients: 1000 });
  const used = (): number => process.memoryUsage().heapUsed;
  for (let at = 0; at < 50_000; at += 1) limiter.take(`warm ${at}`);
  const before = used();
  for (let at = 0; at < 300_000; at += 1) limiter.take(`client ${at}`);
  // 300,000 meters would be above 40 MB.
  t.true(used() - before < 25_000_000, `${used() - before} bytes`);
});

test('a limit that is no whole number is refused', (t) => {
  const clock = createVirtualClock();
  for (const bad of [{ limit: 0 }, { limit: 1.5 }, { windowMs: -1 }, { maxClients: 0 }, { burst: 0 }]) {
    t.throws(() => createRateLimiter({ clock, limit: 1, windowMs: 1, maxClients: 1, ...bad }), {
      message: /expected a whole number/,
    });
  }
});
