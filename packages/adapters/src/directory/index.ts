import { mkdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
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
import { hasCode, place, writeTemporary } from './durable-file.ts';
import { checkKey } from '../object-key.ts';
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

class DirectoryStore implements ObjectStore {
  readonly #root: string;
  readonly #temporary: string;
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
      const [body, { mtime }] = await Promise.all([readFile(path), stat(path)]);
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
    const etag = etagOf(body);
    const expected = 'ifMatch' in options ? options.ifMatch : undefined;
    const current = await this.get(key);
    if (expected === undefined ? current !== undefined : current?.etag !== expected) return { stored: false };
    const sidecar = JSON.stringify({ contentType: options.contentType, metadata: options.metadata ?? {} });
    // The sidecar is named by the bytes it describes, so it comes into force with the one rename (or link) of the body.
    await place(await writeTemporary(this.#temporary, Buffer.from(sidecar)), this.#sidecarOf(key, etag), 'replace');
    const temporary = await writeTemporary(this.#temporary, body);
    const stored = await place(temporary, path, expected === undefined ? 'create' : 'replace');
    return stored ? { stored: true, etag } : { stored: false };
  }

  /** A file that another tool put here has no sidecar: its name says what it is. */
  async #describe(key: string, etag: string): Promise<{ contentType: string; metadata: ObjectMetadata }> {
    try {
      return parseSidecar(JSON.parse(await readFile(this.#sidecarOf(key, etag), 'utf8')));
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

function etagOf(body: Uint8Array): string {
  return sha256(body).slice(0, 32);
}

function parseSidecar(parsed: unknown): { contentType: string; metadata: ObjectMetadata } {
  if (typeof parsed !== 'object' || parsed === null || !('contentType' in parsed) || !('metadata' in parsed)) {
    throw new Error('expected a sidecar with contentType and metadata');
  }
  const entries = Object.entries(parsed.metadata ?? {}).map(([name, text]): [string, string] => [name, String(text)]);
  return { contentType: String(parsed.contentType), metadata: Object.fromEntries(entries) };
}

function contentTypeOf(key: string): string {
  if (key.endsWith('.jsonl')) return 'application/x-ndjson';
  if (key.endsWith('.json')) return 'application/json';
  return key.endsWith('.gz') ? 'application/gzip' : 'application/octet-stream';
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
