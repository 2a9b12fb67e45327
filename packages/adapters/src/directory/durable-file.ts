import { link, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

let counter = 0;

/** Writes bytes to a file of their own, on the disk when it resolves. */
export async function writeTemporary(folder: string, bytes: Uint8Array): Promise<string> {
  counter += 1;
  const path = join(folder, `${process.pid}-${counter}`);
  const file = await open(path, 'w');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await file.close();
  }
  return path;
}

/** Gives a temporary file its name; `create` refuses a name that is taken, and then resolves to false. */
export async function place(temporary: string, path: string, how: 'create' | 'replace'): Promise<boolean> {
  await mkdir(dirname(path), { recursive: true });
  try {
    if (how === 'create') await link(temporary, path);
    else await rename(temporary, path);
  } catch (error) {
    if (how === 'create' && hasCode(error, 'EEXIST')) return false;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
  await syncFolder(dirname(path));
  return true;
}

/** The new name itself is durable only when its folder is. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && codes.includes(error.code);
}
