import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '@weatherline/runtime';

type Timer = { readonly at: number; readonly wake: () => void };

export type VirtualClock = Clock & {
  /** Runs time forward, timer by timer, until the work has settled. */
  run<Result>(work: Promise<Result>): Promise<Result>;
  /** Moves time at once; what is due by then wakes. */
  advance(ms: number): void;
};

/** Turns of the event loop that work may take between two timers. */
const SETTLE_TURNS = 20;

/** A clock that stands still until it is run: hours pass in milliseconds, always in the same order. */
export function createVirtualClock(start = Date.parse('2026-11-23T06:00:00Z')): VirtualClock {
  let now = start;
  const timers = new Set<Timer>();
  const fireNext = (): boolean => {
    const next = [...timers].toSorted((a, b) => a.at - b.at)[0];
    if (next === undefined) return false;
    timers.delete(next);
    now = Math.max(now, next.at);
    next.wake();
    return true;
  };
  return {
    now: () => new Date(now),
    sleep: async (ms, signal) =>
      new Promise<void>((resolve, reject) => {
        if (signal?.aborted === true) {
          reject(reasonOf(signal));
          return;
        }
        const timer = { at: now + Math.max(0, ms), wake: resolve };
        timers.add(timer);
        signal?.addEventListener('abort', () => {
          if (timers.delete(timer)) reject(reasonOf(signal));
        });
      }),
    advance: (ms) => {
      now += ms;
      for (const timer of [...timers].toSorted((a, b) => a.at - b.at)) {
        if (timer.at > now) break;
        timers.delete(timer);
        timer.wake();
      }
    },
    async run(work) {
      const state = { settled: false };
      const settle = async (): Promise<void> => {
        await Promise.allSettled([work]);
        state.settled = true;
      };
      void settle();
      for (let idle = 0; !state.settled;) {
        for (let at = 0; at < SETTLE_TURNS && !state.settled; at += 1) await turn();
        if (state.settled) break;
        idle = fireNext() ? 0 : idle + 1;
        if (idle > 1000) throw new Error('the work waits for something that is not the clock');
      }
      return work;
    },
  };
}

function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error('aborted');
}
