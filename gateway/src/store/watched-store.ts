import { DependencyError, type Clock, type ObjectStore } from '@weatherline/runtime';

export type StoreReader = Pick<ObjectStore, 'get' | 'list'>;

export type StoreCall = {
  readonly operation: 'get' | 'list';
  readonly result: 'ok' | 'missing' | 'error';
  readonly durationMs: number;
};

export type WatchedStoreOptions = {
  readonly store: StoreReader;
  readonly clock: Clock;
  readonly observe?: ((call: StoreCall) => void) | undefined;
};

/** How long a caller waits for the store: less when it is known to be in trouble. */
const PATIENCE_MS = 5_000;
const SHORT_PATIENCE_MS = 1_000;

/** A store that is never waited for without end, and that knows whether it can be reached. */
export class WatchedStore implements StoreReader {
  readonly #options: WatchedStoreOptions;
  #lastSuccess: Date | undefined;
  #failingSince: Date | undefined;

  constructor(options: WatchedStoreOptions) {
    this.#options = options;
  }

  /** Since when no call has succeeded; undefined = the last one did. */
  get failingSince(): Date | undefined {
    return this.#failingSince;
  }

  get lastSuccess(): Date | undefined {
    return this.#lastSuccess;
  }

  async get(key: string): ReturnType<StoreReader['get']> {
    return this.#watched('get', async () => this.#options.store.get(key));
  }

  async list(options: Parameters<StoreReader['list']>[0]): ReturnType<StoreReader['list']> {
    return this.#watched('list', async () => this.#options.store.list(options));
  }

  async #watched<Result>(operation: StoreCall['operation'], call: () => Promise<Result>): Promise<Result> {
    const { clock, observe } = this.#options;
    const startedAt = clock.now();
    const done = (result: StoreCall['result']): void =>
      observe?.({ operation, result, durationMs: clock.now().getTime() - startedAt.getTime() });
    try {
      const value = await this.#withinPatience(call);
      this.#lastSuccess = clock.now();
      this.#failingSince = undefined;
      done(value === undefined ? 'missing' : 'ok');
      return value;
    } catch (error) {
      this.#failingSince ??= startedAt;
      done('error');
      throw error;
    }
  }

  async #withinPatience<Result>(call: () => Promise<Result>): Promise<Result> {
    const patience = this.#failingSince === undefined ? PATIENCE_MS : SHORT_PATIENCE_MS;
    const answered = new AbortController();
    const tooLate = this.#options.clock.sleep(patience, answered.signal).then(() => {
      throw new DependencyError('STORE_TIMEOUT', `the store did not answer within ${patience} ms`);
    });
    // The sleep that is cut short rejects, and nobody waits for it then.
    tooLate.catch(() => {});
    try {
      return await Promise.race([call(), tooLate]);
    } finally {
      answered.abort();
    }
  }
}
