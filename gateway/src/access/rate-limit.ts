import type { Clock } from '@weatherline/runtime';

export type Verdict = {
  readonly allowed: boolean;
  /** Requests per window. */
  readonly limit: number;
  readonly windowS: number;
  /** Requests that would be allowed at once after this one. */
  readonly remaining: number;
  /** Whole seconds until one more than `remaining` is allowed; 0 = there cannot be more. */
  readonly resetS: number;
  /** Whole seconds until the next request can be allowed; 0 = now. */
  readonly retryAfterS: number;
};

export type RateLimiterOptions = {
  readonly clock: Pick<Clock, 'now'>;
  /** Requests that one client may make in each window, at an even pace. */
  readonly limit: number;
  readonly windowMs: number;
  /** How many of them may come at once; default: all. */
  readonly burst?: number;
  /** How many clients are remembered. */
  readonly maxClients: number;
};

export type RateLimiter = {
  /** Counts one request of the client, unless it is refused. */
  take(client: string): Verdict;
  /** Takes back the latest request of the client, for one that cost nothing. */
  refund(client: string): void;
};

/** One client's meter, in a ring from the least to the most recently used. */
type Meter = { client: string; level: number; at: number; older: Meter; newer: Meter };

/**
 * The generic cell rate algorithm (a leaky bucket as a meter), counted in whole numbers so that it never drifts: a
 * request adds `windowMs` to its client's meter, a millisecond takes `limit` off, and above `burst × windowMs` it is
 * refused. Any stretch of `t` milliseconds lets at most `burst + t × limit / windowMs` requests of a client through.
 *
 * When more than `maxClients` clients come, the least recently used meter goes to the newcomer *with what is still on
 * it*. A caller with any number of names therefore gets at most `maxClients` times one client's share, however it
 * makes meters change hands; a newcomer pays for that only while the meters that change hands have not run empty.
 */
export function createRateLimiter(options: RateLimiterOptions): RateLimiter {
  const { clock, limit, windowMs, burst = limit, maxClients } = options;
  for (const [name, value] of Object.entries({ limit, windowMs, burst, maxClients })) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new RangeError(`${name} of a rate limit: expected a whole number of 1 or more, got ${value}`);
    }
  }
  const capacity = burst * windowMs;
  const windowS = Math.ceil(windowMs / 1000);
  const meters = new Map<string, Meter>();
  const ring = createRing();

  const meterOf = (client: string, now: number): Meter => {
    const known = meters.get(client);
    if (known !== undefined) return known;
    if (meters.size < maxClients) {
      const fresh = ring.add(client, now);
      meters.set(client, fresh);
      return fresh;
    }
    const inherited = ring.oldest();
    meters.delete(inherited.client);
    inherited.client = client;
    meters.set(client, inherited);
    return inherited;
  };

  return {
    take(client) {
      const now = clock.now().getTime();
      const meter = meterOf(client, now);
      ring.touch(meter);
      // A clock that was set back takes nothing off, and counts from its new time.
      const level = Math.max(0, meter.level - Math.max(0, now - meter.at) * limit);
      const allowed = level + windowMs <= capacity;
      meter.level = allowed ? level + windowMs : level;
      meter.at = now;
      const remaining = Math.floor((capacity - meter.level) / windowMs);
      const resetS = seconds(meter.level - (burst - remaining - 1) * windowMs, limit);
      return { allowed, limit, windowS, remaining, resetS, retryAfterS: remaining > 0 ? 0 : resetS };
    },
    refund(client) {
      const meter = meters.get(client);
      if (meter !== undefined) meter.level = Math.max(0, meter.level - windowMs);
    },
  };
}

/**
 * The fields of draft-ietf-httpapi-ratelimit-headers-10: a policy with its quota `q` and window `w` in seconds, and what
 * remains of it `r` with the seconds until more of it is there `t`.
 */
export function rateLimitHeaders({ limit, windowS, remaining, resetS }: Verdict): Record<string, string> {
  return {
    'RateLimit-Policy': `"default";q=${limit};w=${windowS}`,
    RateLimit: `"default";r=${remaining};t=${resetS}`,
  };
}

function seconds(level: number, perMs: number): number {
  return Math.ceil(Math.max(0, level) / perMs / 1000);
}

/** A ring of meters around an anchor that is no client: `anchor.newer` is the least recently used one. */
function createRing(): {
  add(client: string, at: number): Meter;
  oldest(): Meter;
  touch(meter: Meter): void;
} {
  const alone = { client: '', level: 0, at: 0 };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the two next lines close the ring
  const anchor = alone as Meter;
  anchor.older = anchor;
  anchor.newer = anchor;
  const putLast = (meter: Meter): void => {
    meter.older = anchor.older;
    meter.newer = anchor;
    anchor.older.newer = meter;
    anchor.older = meter;
  };
  return {
    add(client, at) {
      const meter = { client, level: 0, at, older: anchor, newer: anchor };
      putLast(meter);
      return meter;
    },
    oldest: () => anchor.newer,
    touch(meter) {
      meter.older.newer = meter.newer;
      meter.newer.older = meter.older;
      putLast(meter);
    },
  };
}
