import { PermanentError, sha256, type Listing, type ObjectStore, type StoredObject } from '@weatherline/runtime';
import type { StoreWrite } from './invariants/index.ts';

export type MemoryStore = ObjectStore & {
  /** Every object by its key. */
  readonly objects: ReadonlyMap<string, StoredObject>;
  /** Every write that was accepted, in order. */
  readonly writes: readonly StoreWrite[];
  /** Calls so far, by operation. */
  readonly calls: Readonly<Record<'get' | 'head' | 'put' | 'list', number>>;
  /** What the next calls throw; undefined = they work again. */
  failWith(error: Error | undefined): void;
};

/** An object store in memory, with the conditions of the real ones. */
export function createMemoryStore(now: () => Date = () => new Date()): MemoryStore {
  const objects = new Map<string, StoredObject>();
  const writes: StoreWrite[] = [];
  const calls = { get: 0, head: 0, put: 0, list: 0 };
  let failure: Error | undefined;
  const count = async (operation: keyof typeof calls): Promise<void> => {
    calls[operation] += 1;
    // What happens over a network happens later.
    await Promise.resolve();
    if (failure !== undefined) throw failure;
  };
  return {
    objects,
    writes,
    calls,
    failWith: (error) => {
      failure = error;
    },
    async get(key) {
      await count('get');
      return objects.get(key);
    },
    async head(key) {
      await count('head');
      return objects.get(key);
    },
    async put(key, body, options) {
      await count('put');
      checkKey(key);
      const current = objects.get(key);
      const holds = 'ifMatch' in options ? current?.etag === options.ifMatch : current === undefined;
      if (!holds) return { stored: false };
      const digest = sha256(body);
      const { contentType, metadata = {}, sha256: known = digest, ...condition } = options;
      // Other stores believe it.
      if (known !== digest) throw new Error(`${key}: expected the SHA-256 ${digest}, was told ${known}`);
      const etag = digest.slice(0, 32);
      const after = { key, etag, size: body.length, lastModified: now(), body, contentType, metadata };
      objects.set(key, after);
      writes.push({ at: now().getTime(), before: current, after, condition });
      return { stored: true, etag };
    },
    async list({ prefix, delimiter, startAfter = '', limit = 1000 }) {
      await count('list');
      const keys = [...objects.keys()].filter((key) => key.startsWith(prefix)).toSorted();
      const found: Listing['objects'][number][] = [];
      const prefixes: string[] = [];
      let last: string | undefined;
      for (const key of keys) {
        const cut = delimiter === undefined ? -1 : key.indexOf(delimiter, prefix.length);
        const name = cut === -1 ? key : key.slice(0, cut + 1);
        if (name <= startAfter || prefixes.includes(name)) continue;
        if (found.length + prefixes.length === limit) return { objects: found, prefixes, next: last };
        last = name;
        const object = objects.get(key);
        if (cut !== -1) prefixes.push(name);
        else if (object !== undefined) found.push(object);
      }
      return { objects: found, prefixes, next: undefined };
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

function checkKey(key: string): void {
  const isKey =
    key !== '' && !key.includes('\0') && key.split('/').every((segment) => !['', '.', '..'].includes(segment));
  if (!isKey) throw new PermanentError('INVALID_OBJECT_KEY', `${JSON.stringify(key)} is no object key`);
}
