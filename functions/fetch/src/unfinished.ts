import { TIME_BUDGET, type Collected } from './collect.ts';

/** Parts that are remembered: 50 readings of 8 KiB each are at most 13 MB. */
const MAX_PARTS = 32;

/**
 * What was answered for parts whose handling had to be given up: a paused key, a store that is away.
 *
 * Without it every new try would ask for all locations again, and parts that share a small budget would never end. It is
 * a memory of this process: losing it costs calls, nothing else.
 */
export class Unfinished {
  readonly #parts = new Map<string, Collected>();

  /** What is known of a part; it is the caller's from now on. */
  takeUp(key: string): Collected {
    const known = this.#parts.get(key);
    this.#parts.delete(key);
    return known ?? { readings: [], failures: [] };
  }

  layAside(key: string, { readings, failures }: Collected): void {
    // There may be time for those in the next try.
    const answered = failures.filter(({ code }) => code !== TIME_BUDGET);
    if (readings.length + answered.length === 0) return;
    this.#parts.set(key, { readings, failures: answered });
    for (const oldest of this.#parts.keys()) {
      if (this.#parts.size <= MAX_PARTS) break;
      this.#parts.delete(oldest);
    }
  }
}
