import { close, fsync, open } from 'node:fs';
import { promisify } from 'node:util';

const calls = { open: promisify(open), fsync: promisify(fsync), close: promisify(close) };

/** Makes the names in a folder durable. One flush serves everybody whose name was there when it began. */
export class FolderFlush {
  readonly #begun = new Map<string, Promise<void>>();
  /** Flushes that wait for the one before them: they will see whatever is in the folder now. */
  readonly #queued = new Map<string, Promise<void>>();

  async flush(path: string): Promise<void> {
    const queued = this.#queued.get(path);
    if (queued !== undefined) return queued;
    const begun = this.#begun.get(path);
    if (begun === undefined) return this.#begin(path);
    const begin = async (): Promise<void> => this.#begin(path);
    const next = begun.then(begin, begin);
    this.#queued.set(path, next);
    return next;
  }

  async #begin(path: string): Promise<void> {
    this.#queued.delete(path);
    const flush = flushFolder(path).finally(() => {
      this.#begun.delete(path);
    });
    this.#begun.set(path, flush);
    return flush;
  }
}

async function flushFolder(path: string): Promise<void> {
  const folder = await calls.open(path, 'r');
  try {
    await calls.fsync(folder);
  } finally {
    await calls.close(folder);
  }
}
