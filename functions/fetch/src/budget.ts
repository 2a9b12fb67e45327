import { budgetKey, type Lane } from '@weatherline/events';
import { DependencyError, type Clock, type ObjectStore } from '@weatherline/runtime';
import * as v from 'valibot';

/**
 * Length of a sub-window, and how many of them count together: a minute touches 13, and clocks that differ by up to 5 s
 * between replicas add one.
 */
export const WINDOW_MS = 5_000;
export const WINDOWS = 14;

const FIRST_PAUSE_MS = 60_000;
const LONGEST_PAUSE_MS = 600_000;
/** Calls that one lease takes at most: what is not used before the sub-window ends is lost. */
const CHUNK = 16;
/** A clock that is further ahead than this is broken, not skewed. */
const MAX_AHEAD = 24;

const State = v.object({
  v: v.literal(1),
  /** Calls taken per sub-window: [its number since 1970, live, replay]. */
  taken: v.array(v.tuple([v.number(), v.number(), v.number()])),
  pausedUntil: v.number(),
  pauses: v.number(),
});
type State = v.InferOutput<typeof State>;

const EMPTY: State = { v: 1, taken: [], pausedUntil: 0, pauses: 0 };

export type BudgetPorts = {
  readonly store: ObjectStore;
  readonly clock: Clock;
  readonly random: () => number;
  readonly providerId: string;
  readonly callsPerMinute: number;
  readonly lane: Lane;
};

/**
 * The calls that one provider key may make in a minute, shared by every replica, lane and form through one small object.
 *
 * Over any 14 consecutive sub-windows of 5 s, which hold every span of 60 s, no more than `callsPerMinute` are handed
 * out; the replay lane gets at most half. A 429 pauses the key for all: 60 s, doubling to 10 minutes.
 */
export class Budget {
  readonly #ports: BudgetPorts;
  #pool = { window: -1, calls: 0 };
  #leasing: Promise<void> | undefined;
  #succeeded = false;

  constructor(ports: BudgetPorts) {
    this.#ports = ports;
  }

  /** Resolves when one call may be made now; throws a DependencyError when that is not before `deadline` (unix ms). */
  async take(signal: AbortSignal, deadline: number): Promise<void> {
    for (;;) {
      if (this.#pool.calls > 0 && this.#pool.window >= this.#window()) {
        this.#pool.calls -= 1;
        return;
      }
      // One lease at a time for this process; whoever waits tries the pool again.
      this.#leasing ??= this.#lease(signal, deadline).finally(() => {
        this.#leasing = undefined;
      });
      await this.#leasing;
    }
  }

  /** The provider throttled the key: nobody calls until the pause is over. */
  async pause(retryAfterMs = 0): Promise<void> {
    this.#pool = { window: -1, calls: 0 };
    this.#succeeded = false;
    await this.#change((state, now) => {
      // Several calls of one burst are throttled together: that is one pause.
      if (state.pausedUntil > now) return state;
      const pause = Math.max(retryAfterMs, Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** state.pauses));
      return { ...state, pausedUntil: now + pause, pauses: state.pauses + 1 };
    });
  }

  /** A call went through: the next pause starts small again. */
  succeeded(): void {
    this.#succeeded = true;
  }

  #window(): number {
    return Math.floor(this.#ports.clock.now().getTime() / WINDOW_MS);
  }

  async #lease(signal: AbortSignal, deadline: number): Promise<void> {
    const { clock } = this.#ports;
    const lease = { window: -1, calls: 0 };
    const state = await this.#change((found, now) => this.#grant(found, now, lease));
    this.#pool = lease;
    if (lease.calls > 0) return;
    const now = clock.now().getTime();
    const resume = state.pausedUntil > now ? state.pausedUntil : (Math.floor(now / WINDOW_MS) + 1) * WINDOW_MS;
    if (resume > deadline) {
      throw new DependencyError('THROTTLED', 'the calls of this minute are spent, or the key is paused', {
        retryAfterMs: resume - now,
      });
    }
    await clock.sleep(resume - now, signal);
  }

  #grant(found: State, now: number, lease: { window: number; calls: number }): State {
    const { callsPerMinute, lane } = this.#ports;
    lease.calls = 0;
    if (found.pausedUntil > now) return found;
    const own = Math.floor(now / WINDOW_MS);
    const last = found.taken.at(-1)?.[0] ?? own;
    // A replica whose clock is behind counts in the newest sub-window that anybody has seen.
    const window = last > own && last <= own + MAX_AHEAD ? last : own;
    const taken = found.taken.filter(([number]) => number > window - WINDOWS && number <= window);
    const used = taken.reduce((sum, [, live, replay]) => sum + live + replay, 0);
    const replayed = taken.reduce((sum, [, , replay]) => sum + replay, 0);
    const free = callsPerMinute - used;
    const room = lane === 'live' ? free : Math.min(free, Math.floor(callsPerMinute / 2) - replayed);
    if (room <= 0) return found;
    lease.window = window;
    lease.calls = Math.min(CHUNK, room);
    const [live, replay] = lane === 'live' ? [lease.calls, 0] : [0, lease.calls];
    const present = taken.find(([number]) => number === window);
    const others = taken.filter(([number]) => number !== window);
    const entry: State['taken'][number] = [window, (present?.[1] ?? 0) + live, (present?.[2] ?? 0) + replay];
    const pauses = this.#succeeded ? 0 : found.pauses;
    return { ...found, pauses, taken: [...others, entry].toSorted((a, b) => a[0] - b[0]) };
  }

  /** Compare and swap until it holds; returns the state that is stored. */
  async #change(change: (state: State, now: number) => State): Promise<State> {
    const { store, clock, random, providerId } = this.#ports;
    const key = budgetKey(providerId);
    for (let tries = 0; ; tries += 1) {
      const object = await store.get(key);
      const before = object === undefined ? EMPTY : parseState(object.body);
      const after = change(before, clock.now().getTime());
      if (after === before) return after;
      const condition = object === undefined ? { ifNoneMatch: '*' as const } : { ifMatch: object.etag };
      const body = new TextEncoder().encode(`${JSON.stringify(after)}\n`);
      const put = await store.put(key, body, { ...condition, contentType: 'application/json' });
      if (put.stored) return after;
      await clock.sleep(Math.round(5 + 20 * Math.min(tries, 10) * random()));
    }
  }
}

/** What cannot be read is treated as a spent budget of nobody: the next write replaces it. */
function parseState(body: Uint8Array): State {
  try {
    const parsed: unknown = JSON.parse(new TextDecoder().decode(body));
    const result = v.safeParse(State, parsed);
    return result.success ? result.output : { ...EMPTY };
  } catch {
    return { ...EMPTY };
  }
}
