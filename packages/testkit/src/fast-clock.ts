import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '@weatherline/runtime';

/** A clock that runs `factor` times as fast as the real one: waits are real, and short. */
export function createFastClock(factor = 1000, start = Date.parse('2026-11-23T06:00:00Z')): Clock {
  const origin = performance.now();
  return {
    now: () => new Date(start + (performance.now() - origin) * factor),
    sleep: async (ms, signal) => {
      await delay(ms / factor, undefined, signal === undefined ? {} : { signal });
    },
  };
}
