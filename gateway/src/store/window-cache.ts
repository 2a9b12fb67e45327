import type { Clock, Logger } from '@weatherline/runtime';
import { LRUCache } from 'lru-cache';
import { SharedCalls } from './shared-calls.ts';

/** The store is looked at again at most this often: everything that is read within one window is one view of it. */
export const WINDOW_MS = 15_000;

/** How long an answer outlives a store that cannot be reached. */
export const STALE_MS = 24 * 3_600_000;

/** The number of the window that an instant lies in. */
export function windowOf(now: Date): number {
  return Math.floor(now.getTime() / WINDOW_MS);
}

type Entry<Value> = { readonly value: Value; readonly at: number; window: number };

export type WindowCacheOptions = {
  readonly clock: Clock;
  readonly log: Logger;
  /** How many values are kept; the one that was used least recently goes first. */
  readonly max: number;
};

/**
 * Values that are asked for once in a window: misses at the same moment share one load, and a load that fails leaves
 * the old value in service for a day, to be tried again in the next window.
 */
export class WindowCache<Value extends object> {
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #entries: LRUCache<string, Entry<Value>>;
  readonly #loading = new SharedCalls<Value>();

  constructor({ clock, log, max }: WindowCacheOptions) {
    this.#clock = clock;
    this.#log = log;
    this.#entries = new LRUCache({ max });
  }

  async get(key: string, load: () => Promise<Value>): Promise<Value> {
    const now = this.#clock.now();
    const entry = this.#entries.get(key);
    if (entry !== undefined && entry.window === windowOf(now)) return entry.value;
    try {
      return await this.#load(key, load, now);
    } catch (error) {
      if (entry === undefined || now.getTime() - entry.at > STALE_MS) throw error;
      entry.window = windowOf(now);
      this.#log.warn('store not reached, old listing used', { key, err: error });
      return entry.value;
    }
  }

  /** It is known to be out of date: the next caller loads it anew. */
  expire(key: string): void {
    const entry = this.#entries.get(key);
    if (entry !== undefined) entry.window = Number.NaN;
  }

  async #load(key: string, load: () => Promise<Value>, now: Date): Promise<Value> {
    return this.#loading.share(key, async () => {
      const value = await load();
      this.#entries.set(key, { value, at: now.getTime(), window: windowOf(now) });
      return value;
    });
  }
}
