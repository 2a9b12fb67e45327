import type { Clock, Logger } from '@weatherline/runtime';

export type FreshCacheOptions = {
  readonly clock: Clock;
  readonly log: Logger;
  /** How long a value is served without asking again. */
  readonly freshMs: number;
  /** How many values are kept; the one that was used least recently goes first. */
  readonly max: number;
};

type Entry<Value> = { readonly value: Value; readonly at: number };

/**
 * Values that are asked for again at most every `freshMs`: misses at the same moment share one load, and a load that
 * fails leaves the old value in service.
 */
export class FreshCache<Value> {
  readonly #options: FreshCacheOptions;
  readonly #entries = new Map<string, Entry<Value>>();
  readonly #loading = new Map<string, Promise<Value>>();

  constructor(options: FreshCacheOptions) {
    this.#options = options;
  }

  async get(key: string, load: () => Promise<Value>): Promise<Value> {
    const entry = this.#entries.get(key);
    const now = this.#options.clock.now().getTime();
    if (entry !== undefined && now - entry.at < this.#options.freshMs) {
      this.#touch(key, entry);
      return entry.value;
    }
    let loading = this.#loading.get(key);
    if (loading === undefined) {
      loading = load()
        .then((value) => {
          this.#touch(key, { value, at: now });
          return value;
        })
        .finally(() => this.#loading.delete(key));
      this.#loading.set(key, loading);
    }
    try {
      return await loading;
    } catch (error) {
      if (entry === undefined) throw error;
      this.#options.log.warn('store not reached, old answer served', { key, err: error });
      return entry.value;
    }
  }

  #touch(key: string, entry: Entry<Value>): void {
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    while (this.#entries.size > this.#options.max) {
      const oldest = this.#entries.keys().next();
      if (oldest.done === true) return;
      this.#entries.delete(oldest.value);
    }
  }
}
