import type { ProviderId } from '@weatherline/events';
import { TIME_BUDGET, type Collected } from './collect.ts';

/** Parts that are remembered: 50 readings of 8 KiB each are at most 13 MB. */
const MAX_PARTS = 32;

/** What was answered for a part, and by whom. */
export type Answered = Collected & { readonly provider: ProviderId };

/**
 * What was answered for parts whose handling had to be given up: a paused key, a store that is away.
 *
 * Without it every new try would ask for all locations again, and parts that share a small budget would never end. It is
 * a memory of this process: losing it costs calls, nothing else.
 */
export class Unfinished {
  readonly #parts = new Map<string, Answered>();

  /** What is known of a part, if anything; it is the caller's from now on. */
  takeUp(key: string): Answered | undefined {
    const known = this.#parts.get(key);
    this.#parts.delete(key);
    return known;
  }

  layAside(key: string, { readings, failures, provider }: Answered): void {
    // There may be time for those in the next try.
    const answered = failures.filter(({ code }) => code !== TIME_BUDGET);
    if (readings.length + answered.length === 0) return;
    this.#parts.set(key, { readings, failures: answered, provider });
    for (const oldest of this.#parts.keys()) {
      if (this.#parts.size <= MAX_PARTS) break;
      this.#parts.delete(oldest);
    }
  }
}
