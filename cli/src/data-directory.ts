import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ConfigurationError } from '@weatherline/runtime';

/** The version of the directory's layout; a newer one is refused. */
const FORMAT = 1;
/** A Unix socket's path holds about 107 bytes. */
const MAX_SOCKET_PATH = 100;

export type DataDirectory = {
  readonly path: string;
  readonly objects: string;
  readonly log: string;
};

export type Owner = { readonly pid: number; readonly socket: string };

/** Somebody else owns the directory. */
export class DirectoryOwned extends Error {
  override readonly name = 'DirectoryOwned';
  readonly owner: Owner | undefined;

  constructor(path: string, owner: Owner | undefined) {
    const who = owner === undefined ? 'another process' : `process ${owner.pid}`;
    super(`${path} is in use by ${who}: stop it first, or choose another directory with --data DIR`);
    this.owner = owner;
  }
}

/** Finds or makes a data directory and checks that this version can read it. */
export function openDataDirectory(path: string): DataDirectory {
  const root = resolve(path);
  const directory = { path: root, objects: join(root, 'objects'), log: join(root, 'log') };
  try {
    mkdirSync(directory.objects, { recursive: true });
    mkdirSync(directory.log, { recursive: true });
    if (readFormat(root) === undefined) writeFileSync(join(root, 'format'), `${FORMAT}\n`);
  } catch (error) {
    if (error instanceof ConfigurationError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigurationError(
      `the data directory ${root} cannot be written (${reason}): make it writable, or choose another with --data DIR`,
      { cause: error },
    );
  }
  return directory;
}

/** The version of a directory's layout, undefined = it has none yet; throws for one that this version cannot read. */
export function readFormat(path: string): number | undefined {
  const file = join(path, 'format');
  let text: string;
  try {
    text = readFileSync(file, 'utf8').trim();
  } catch {
    return undefined;
  }
  const version = Number(text);
  if (!Number.isInteger(version) || version < 1) {
    throw new ConfigurationError(
      `${file}: expected a format version, got '${text.slice(0, 40)}': is this a weatherline directory?`,
    );
  }
  if (version > FORMAT) {
    throw new ConfigurationError(
      `${file}: this directory has format ${version}, this weatherline reads up to ${FORMAT}: use the newer version that wrote it`,
    );
  }
  return version;
}

/**
 * Takes the directory for this process, or throws {@link DirectoryOwned}.
 *
 * The lock is SQLite's on a file of its own: the system lets it go when the process dies, however it dies, so there
 * is no stale lock to clean up and no pid to guess about.
 */
export function ownDirectory(directory: DataDirectory): Disposable & Owner {
  const lock = new DatabaseSync(join(directory.path, 'owner.lock'), { timeout: 0 });
  try {
    lock.exec('PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE');
  } catch (cause) {
    lock.close();
    if (!(cause instanceof Error) || !/locked|busy/i.test(cause.message)) throw cause;
    throw new DirectoryOwned(directory.path, ownerOf(directory));
  }
  const owner = { pid: process.pid, socket: socketPath(directory) };
  rmSync(owner.socket, { force: true });
  writeFileSync(join(directory.path, 'owner.json'), `${JSON.stringify(owner)}\n`);
  return {
    ...owner,
    [Symbol.dispose]() {
      rmSync(join(directory.path, 'owner.json'), { force: true });
      rmSync(owner.socket, { force: true });
      lock.close();
    },
  };
}

/** Does somebody own the directory now? Asks the lock without taking it, so that it is in nobody's way. */
export function isOwned({ path }: Pick<DataDirectory, 'path'>): boolean {
  const file = join(path, 'owner.lock');
  if (!existsSync(file)) return false;
  const lock = new DatabaseSync(file, { readOnly: true, timeout: 0 });
  try {
    lock.prepare('SELECT count(*) FROM sqlite_master').get();
    return false;
  } catch (error) {
    if (error instanceof Error && /locked|busy/i.test(error.message)) return true;
    throw error;
  } finally {
    lock.close();
  }
}

/** Who says it owns the directory; it may have died since. */
export function ownerOf(directory: Pick<DataDirectory, 'path'>): Owner | undefined {
  try {
    const parsed: unknown = JSON.parse(readFileSync(join(directory.path, 'owner.json'), 'utf8'));
    if (typeof parsed !== 'object' || parsed === null || !('pid' in parsed) || !('socket' in parsed)) return undefined;
    return { pid: Number(parsed.pid), socket: String(parsed.socket) };
  } catch {
    return undefined;
  }
}

function socketPath({ path }: DataDirectory): string {
  const inside = join(path, 'owner.sock');
  if (Buffer.byteLength(inside) <= MAX_SOCKET_PATH) return inside;
  return join(tmpdir(), `weatherline-${createHash('sha256').update(path).digest('hex').slice(0, 16)}.sock`);
}
