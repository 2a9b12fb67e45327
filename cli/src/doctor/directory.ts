import { accessSync, constants, existsSync, mkdtempSync, rmdirSync, statfsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { ConfigurationError } from '@weatherline/runtime';
import { isOwned, ownerOf, readFormat, type Owner } from '../data-directory.ts';
import { shellWord } from '../shell-word.ts';
import { fail, ok, skipped, warn, type Finding } from './check.ts';

const ENOUGH_BYTES = 1024 ** 3;
const LITTLE_BYTES = 100 * 1024 ** 2;

/** The directory, or the nearest folder above it that is there: where it would be made. */
function nearest(path: string): string {
  let at = resolve(path);
  while (!existsSync(at) && dirname(at) !== at) at = dirname(at);
  return at;
}

/** Tries to write, and leaves nothing behind: rights alone do not tell of a file system that is mounted read-only. */
export function checkDirectory(data: string): Finding {
  const root = resolve(data);
  const there = nearest(root);
  // Whatever lies above it is not ours to hand over.
  const give = there === root ? 'chown -R "$(id -un)"' : 'install -d -o "$(id -un)"';
  const fix = `sudo ${give} ${shellWord(root)}, or choose another with --data DIR`;
  try {
    if (!statSync(there).isDirectory()) return fail(`${there} is no directory`, 'choose another with --data DIR');
    rmdirSync(mkdtempSync(join(there, '.weatherline-doctor-')));
    for (const name of ['objects', 'log', join('log', 'log.sqlite')]) {
      const inside = join(root, name);
      if (existsSync(inside)) accessSync(inside, constants.R_OK | constants.W_OK);
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return fail(`${root} cannot be written (${code})`, fix);
  }
  return ok(there === root ? `${root} can be written` : `${root} is not there yet; the first start makes it`);
}

export function checkFormat(data: string): Finding {
  const root = resolve(data);
  try {
    const format = readFormat(root);
    if (format !== undefined) return ok(`version ${format}`);
    return existsSync(join(root, 'log', 'log.sqlite'))
      ? fail(`${root} has a log but no format version`, 'look for the file format of this directory in a backup')
      : skipped('nothing is stored there yet');
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return fail(error.message, 'use the version that wrote it, or choose another directory with --data DIR');
  }
}

type FreeSpace = (path: string) => { readonly bavail: number; readonly bsize: number };

export function checkDisk(data: string, measure: FreeSpace = statfsSync): Finding {
  const { bavail, bsize } = measure(nearest(data));
  const free = bavail * bsize;
  const text = `${(free / 1024 ** 3).toFixed(1)} GiB free`;
  if (free >= ENOUGH_BYTES) return ok(text);
  const fix = `free some space on the disk of ${resolve(data)}, or choose another with --data DIR`;
  const shown = `${Math.floor(free / 1024 ** 2)} MiB free`;
  return free >= LITTLE_BYTES ? warn(shown, fix) : fail(shown, fix);
}

/** Who owns the directory and lives; undefined = nobody that could be found. */
export function livingOwner(data: string): Owner | undefined {
  const path = resolve(data);
  return isHeld(path) === true ? ownerOf({ path }) : undefined;
}

/** Undefined = the lock cannot be read. */
function isHeld(path: string): boolean | undefined {
  try {
    return isOwned({ path });
  } catch {
    return undefined;
  }
}

/** The lock goes with its process, so that a stale one is only a word that was left behind. */
export function checkOwner(data: string): Finding {
  const path = resolve(data);
  const owner = ownerOf({ path });
  const held = isHeld(path);
  if (held === undefined) {
    const lock = join(path, 'owner.lock');
    return fail(`${lock} cannot be read`, `make it readable for this user, or remove it while no weatherline runs`);
  }
  if (held) return ok(owner === undefined ? 'a process is at work' : `process ${owner.pid} is at work`);
  if (owner === undefined) return ok('nobody; the next start takes the directory');
  return warn(
    `stale: process ${owner.pid} was ended without a goodbye; the directory is free`,
    'start weatherline again (weatherline up): it goes on where it was cut short',
  );
}
