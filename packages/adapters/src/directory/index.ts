import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  DependencyError,
  sha256,
  WeatherlineError,
  type Listing,
  type ListOptions,
  type ObjectInfo,
  type ObjectMetadata,
  type ObjectReader,
  type ObjectStore,
  type PutOptions,
  type PutResult,
  type StoredObject,
} from '@weatherline/runtime';
import { calls, exists, hasCode, place, temporaryIn, writeDurable } from './durable-file.ts';
import { FolderFlush } from './folder-flush.ts';
import { checkKey } from '../object-key.ts';
import { contentTypeOf, parseSidecar } from './sidecar.ts';
import { walk } from './walk.ts';

const MAX_LIST = 1000;

/** Reads a directory that another process may own and be writing to; leaves no trace in it. */
export function openDirectoryReader({ directory }: { readonly directory: string }): ObjectReader {
  return new DirectoryStore(directory);
}

/**
 * Opens a directory as an object store: plain files that any tool can read, with S3's conditional writes.
 *
 * One process writes to a directory at a time: what lies half-written there when it is opened is swept away.
 */
export async function openDirectoryStore({ directory }: { readonly directory: string }): Promise<ObjectStore> {
  const store = new DirectoryStore(directory);
  await store.sweep();
  return store;
}

type Pair = { readonly sidecar: string; readonly body: string };

class DirectoryStore implements ObjectStore {
  readonly #root: string;
  readonly #temporary: string;
  readonly #folders = new FolderFlush();
  readonly #turns = new Map<string, Promise<unknown>>();

  constructor(root: string) {
    this.#root = root;
    this.#temporary = join(root, '.tmp');
  }

  /** What a killed process left half-written was never visible; it goes. */
  async sweep(): Promise<void> {
    await rm(this.#temporary, { recursive: true, force: true });
    await mkdir(this.#temporary, { recursive: true });
  }

  async get(key: string): Promise<StoredObject | undefined> {
    const path = this.#pathOf(key);
    try {
      const [body, { mtime }] = await Promise.all([calls.readFile(path), calls.stat(path)]);
      const etag = etagOf(body);
      const described = await this.#describe(key, etag);
      return { key, etag, size: body.length, lastModified: mtime, body, ...described };
    } catch (error) {
      if (hasCode(error, 'ENOENT', 'EISDIR', 'ENOTDIR')) return undefined;
      throw unavailable('read', key, error);
    }
  }

  async head(key: string): Promise<Omit<StoredObject, 'body'> | undefined> {
    const found = await this.get(key);
    if (found === undefined) return undefined;
    const { body: _, ...rest } = found;
    return rest;
  }

  async put(key: string, body: Uint8Array, options: PutOptions): Promise<PutResult> {
    const path = this.#pathOf(key);
    return this.#inTurn(key, async () => {
      try {
        return await this.#put(key, path, body, options);
      } catch (error) {
        throw error instanceof WeatherlineError ? error : unavailable('write', key, error);
      }
    });
  }

  async list(options: ListOptions): Promise<Listing> {
    const limit = Math.min(options.limit ?? MAX_LIST, MAX_LIST);
    const objects: ObjectInfo[] = [];
    const prefixes: string[] = [];
    let last: string | undefined;
    const seen = new Set<string>();
    for await (const { name, isPrefix } of walk(this.#root, options)) {
      if (isPrefix && seen.has(name)) continue;
      if (objects.length + prefixes.length === limit) return { objects, prefixes, next: last };
      last = name;
      seen.add(name);
      if (isPrefix) prefixes.push(name);
      else {
        const info = await this.head(name);
        if (info !== undefined)
          objects.push({ key: name, etag: info.etag, size: info.size, lastModified: info.lastModified });
      }
    }
    return { objects, prefixes, next: undefined };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled(this.#turns.values());
  }

  async #put(key: string, path: string, body: Uint8Array, options: PutOptions): Promise<PutResult> {
    const etag = etagOf(body, options.sha256);
    const expected = 'ifMatch' in options ? options.ifMatch : undefined;
    const isExpected = expected === undefined ? !(await exists(path)) : (await this.get(key))?.etag === expected;
    if (!isExpected) return { stored: false };
    const sidecar = JSON.stringify({ contentType: options.contentType, metadata: options.metadata ?? {} });
    const files = { sidecar: temporaryIn(this.#temporary), body: temporaryIn(this.#temporary) };
    try {
      const written = [writeDurable(files.sidecar, Buffer.from(sidecar)), writeDurable(files.body, body)];
      // Both have come to an end before a failure is mended.
      await Promise.allSettled(written);
      await Promise.all(written);
      const isNew = expected === undefined;
      const stored = await this.#show(files, { sidecar: this.#sidecarOf(key, etag), body: path }, isNew);
      return stored ? { stored: true, etag } : { stored: false };
    } catch (error) {
      await Promise.all([rm(files.sidecar, { force: true }), rm(files.body, { force: true })]);
      throw error;
    }
  }

  /**
   * The sidecar is named by the bytes it describes, so it comes into force with the one rename (or link) of the body; it
   * is durable before that, lest a crash leave a body that nothing describes.
   */
  async #show(files: Pair, paths: Pair, isNew: boolean): Promise<boolean> {
    // A folder of its own, which is not there yet: to find that out costs more than to make it.
    if (isNew) await calls.mkdir(dirname(paths.sidecar), { recursive: true });
    await place(files.sidecar, paths.sidecar, 'replace');
    await this.#folders.flush(dirname(paths.sidecar));
    const stored = await place(files.body, paths.body, isNew ? 'create' : 'replace');
    await Promise.all([
      isNew ? calls.unlink(files.body) : undefined,
      stored ? this.#folders.flush(dirname(paths.body)) : undefined,
    ]);
    return stored;
  }

  /** A file that another tool put here has no sidecar: its name says what it is. */
  async #describe(key: string, etag: string): Promise<{ contentType: string; metadata: ObjectMetadata }> {
    try {
      return parseSidecar(JSON.parse(await calls.readFile(this.#sidecarOf(key, etag), 'utf8')));
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return { contentType: contentTypeOf(key), metadata: {} };
      throw error;
    }
  }

  async #inTurn<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
    const before = this.#turns.get(key) ?? Promise.resolve();
    const turn = before.then(work, work);
    this.#turns.set(key, turn);
    try {
      return await turn;
    } finally {
      if (this.#turns.get(key) === turn) this.#turns.delete(key);
    }
  }

  #pathOf(key: string): string {
    checkKey(key);
    return join(this.#root, key);
  }

  #sidecarOf(key: string, etag: string): string {
    return join(this.#root, '.meta', key, `${etag}.json`);
  }
}

function etagOf(body: Uint8Array, digest = sha256(body)): string {
  return digest.slice(0, 32);
}

function unavailable(what: 'read' | 'write', key: string, cause: unknown): DependencyError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
  const advice = hasCode(cause, 'ENOSPC') ? 'free disk space' : 'check the directory and its permissions';
  return new DependencyError(
    'STORE_UNAVAILABLE',
    `cannot ${what} ${key} (${code}): ${advice}; nothing is lost, it is tried again`,
    { cause },
  );
}
