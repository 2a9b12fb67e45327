import { access, link, mkdir, readFile, rename, stat, unlink, writeFile } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

/** Node's calls with callbacks cost the main thread half of what those with promises do, most of all where they fail. */
export const calls = {
  access: promisify(access),
  link: promisify(link),
  mkdir: promisify(mkdir),
  readFile: promisify(readFile),
  rename: promisify(rename),
  stat: promisify(stat),
  unlink: promisify(unlink),
  writeFile: promisify(writeFile),
};
let counter = 0;

/** A file on the disk that has no name in the store yet. */
export function temporaryIn(folder: string): string {
  counter += 1;
  return join(folder, `${process.pid}-${counter}`);
}

/** Writes a file, on the disk when it resolves. */
export async function writeDurable(path: string, bytes: Uint8Array): Promise<void> {
  await calls.writeFile(path, bytes, { flush: true });
}

/**
 * Gives a temporary file its name; `create` refuses a name that is taken, and then resolves to false. The name is
 * durable only when its folder is flushed.
 */
export async function place(temporary: string, path: string, how: 'create' | 'replace'): Promise<boolean> {
  const give = how === 'create' ? calls.link : calls.rename;
  try {
    await give(temporary, path).catch(async (error: unknown) => {
      if (!hasCode(error, 'ENOENT')) throw error;
      await calls.mkdir(dirname(path), { recursive: true });
      await give(temporary, path);
    });
    return true;
  } catch (error) {
    if (how === 'create' && hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}

export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && codes.includes(error.code);
}

export async function exists(path: string): Promise<boolean> {
  try {
    await calls.access(path);
    return true;
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return false;
    throw error;
  }
}
