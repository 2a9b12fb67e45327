import type { Lane } from '@weatherline/events';
import * as v from 'valibot';

/** Calls are counted by the second in which they were leased. */
export const WINDOW_MS = 1_000;
/** How long a lease may be used; what is left of it then is lost. */
export const LEASE_MS = 2_000;
/** How far the clocks of two replicas may differ, the way of a call to the provider included. */
const SKEW_MS = 5_000;
/**
 * How many sub-windows count together. A call is made up to `LEASE_MS` after its lease was counted, in a sub-window
 * that another clock may have numbered up to `SKEW_MS` ahead; so the calls of any minute lie in
 * 60 + 2 + 5 s of numbers, which touch 68 of them. A plan can be used to 60 / 68 = 88 %.
 */
export const WINDOWS = (60_000 + LEASE_MS + SKEW_MS) / WINDOW_MS + 1;

const FIRST_PAUSE_MS = 60_000;
const LONGEST_PAUSE_MS = 600_000;
/** A provider that asks for a longer rest than this is asked again anyway; a stored pause beyond it is a broken clock's. */
const LONGEST_RETRY_AFTER_MS = 3_600_000;
/** A sub-window that is further ahead than this comes from a broken clock, not a skewed one. */
const MAX_AHEAD = 120;
/** Calls that one lease of a small plan may take at once. */
const SMALL_CHUNK = 16;

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const State = v.object({
  v: v.literal(2),
  /** Calls taken per sub-window: [its number since 1970, live, replay]. */
  taken: v.array(v.tuple([count, count, count])),
  /** Unix milliseconds; stays when the pause is over, and so names it. */
  pausedUntil: count,
  /** Pauses in a row without a successful call between them. */
  pauses: count,
});
export type State = v.InferOutput<typeof State>;

export const EMPTY: State = { v: 2, taken: [], pausedUntil: 0, pauses: 0 };

/** What cannot be read counts as nothing spent: the next write replaces it. */
export function parseState(body: Uint8Array): State {
  try {
    const parsed: unknown = JSON.parse(new TextDecoder().decode(body));
    const result = v.safeParse(State, parsed);
    return result.success ? result.output : EMPTY;
  } catch {
    return EMPTY;
  }
}

/** When calls may be made again, or undefined when there is no pause. */
export function pauseOf({ pausedUntil }: State, now: number): number | undefined {
  return pausedUntil > now && pausedUntil <= now + LONGEST_RETRY_AFTER_MS + WINDOW_MS ? pausedUntil : undefined;
}

export type Ask = {
  readonly now: number;
  readonly lane: Lane;
  readonly callsPerMinute: number;
  /** How many calls the asker has a use for. */
  readonly calls: number;
  /** The newest pause after which a call of this process went through. */
  readonly good: number;
};

/** Calls that may be made before `until` on the asker's clock; `follows` is the pause they come after. */
export type Lease = { readonly calls: number; readonly until: number; readonly follows: number };

/** Takes calls out of the current sub-window; undefined when none is free, or during a pause. */
export function grant(found: State, ask: Ask): { readonly state: State; readonly lease: Lease } | undefined {
  const { now, lane, callsPerMinute, good } = ask;
  if (pauseOf(found, now) !== undefined) return undefined;
  const { window, taken } = counted(found, now);
  const calls = Math.min(ask.calls, roomIn(taken, lane, callsPerMinute), chunkOf(callsPerMinute));
  if (calls <= 0) return undefined;
  const [live, replay] = lane === 'live' ? [calls, 0] : [0, calls];
  const present = taken.find(([number]) => number === window);
  const others = taken.filter(([number]) => number !== window);
  const entry: State['taken'][number] = [window, (present?.[1] ?? 0) + live, (present?.[2] ?? 0) + replay];
  const state = { ...found, pauses: pausesOf(found, good), taken: [...others, entry] };
  return { state, lease: { calls, until: now + LEASE_MS, follows: found.pausedUntil } };
}

/** When a call will be free that is none now; unix milliseconds on the asker's clock. */
export function freeAt(
  found: State,
  { now, lane, callsPerMinute }: Pick<Ask, 'now' | 'lane' | 'callsPerMinute'>,
): number {
  const { taken } = counted(found, now);
  const oldestFirst = taken.toSorted(([one], [other]) => one - other);
  for (const [at, [number]] of oldestFirst.entries()) {
    if (roomIn(oldestFirst.slice(at + 1), lane, callsPerMinute) > 0) return (number + WINDOWS) * WINDOW_MS;
  }
  return now + WINDOW_MS;
}

/** The sub-window to count in, and those that count together with it. */
function counted({ taken }: State, now: number): { window: number; taken: State['taken'] } {
  const own = Math.floor(now / WINDOW_MS);
  // A replica whose clock is behind counts in the newest sub-window that anybody has seen.
  const window = Math.max(own, ...taken.map(([number]) => number).filter((number) => number <= own + MAX_AHEAD));
  return { window, taken: taken.filter(([number]) => number > window - WINDOWS && number <= window) };
}

function roomIn(taken: State['taken'], lane: Lane, callsPerMinute: number): number {
  const replayed = taken.reduce((sum, [, , replay]) => sum + replay, 0);
  const free = callsPerMinute - taken.reduce((sum, [, live]) => sum + live, replayed);
  return lane === 'live' ? free : Math.min(free, Math.floor(callsPerMinute / 2) - replayed);
}

/** One lease takes no more than the even share of its time, so that several replicas find something. */
function chunkOf(callsPerMinute: number): number {
  return Math.max(SMALL_CHUNK, Math.ceil((callsPerMinute * LEASE_MS) / 60_000));
}

function pausesOf({ pauses, pausedUntil }: State, good: number): number {
  return good === pausedUntil ? 0 : pauses;
}

export type Throttled = Pick<Ask, 'now' | 'good'> & {
  /** The pause that the throttled call came after. */
  readonly follows: number;
  /** What the provider asked for; counts when it is longer than our own pause. */
  readonly retryAfterMs: number | undefined;
};

/** The pause that a throttled call means: 60 s, doubling to 10 minutes. Calls throttled together mean one pause. */
export function paused(found: State, { now, good, follows, retryAfterMs = 0 }: Throttled): State {
  const asked = Math.min(Math.ceil(retryAfterMs), LONGEST_RETRY_AFTER_MS);
  const known = pauseOf(found, now);
  if (known !== undefined || found.pausedUntil > follows) {
    // The key was paused after this call had been granted; only a longer wish changes that.
    return asked > 0 && now + asked > found.pausedUntil ? { ...found, pausedUntil: now + asked } : found;
  }
  const pauses = pausesOf(found, good);
  const pause = Math.max(asked, Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(pauses, 10)));
  return { ...found, pausedUntil: now + pause, pauses: pauses + 1 };
}
