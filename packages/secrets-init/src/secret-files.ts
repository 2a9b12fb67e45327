import { open, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Wanted } from './wanted.ts';
import type { Secret } from './vault-client.ts';
import { VaultError } from './vault-error.ts';
import { FilesError } from './files-error.ts';

/** The text of one field: a string as it is, anything else as JSON. Absent and empty are errors that name path and field. */
export function fieldOf({ data, version }: Secret, { path, field }: Wanted): string {
  const value = Object.hasOwn(data, field) ? data[field] : undefined;
  const text =
    typeof value === 'string' ? value : value === undefined || value === null ? undefined : JSON.stringify(value);
  const told = (what: string): VaultError =>
    new VaultError({ fault: 'missing', message: `${path} (version ${version}) ${what} '${field}'` });
  if (text === undefined) throw told('has no field');
  if (text.trim() === '') throw told('has an empty field');
  return text;
}

/** Refuses a directory that is not there: on a volume that is not mounted, a secret would end up on a disk. */
export async function demandDirectory(directory: string): Promise<void> {
  const found = await stat(directory).catch(codeOf);
  if (typeof found === 'string') throw new FilesError(`the directory ${directory} cannot be used (${found})`);
  if (!found.isDirectory()) throw new FilesError(`${directory} is no directory`);
}

/** Whether a file holds exactly this text. */
export async function holds(directory: string, file: string, text: string): Promise<boolean> {
  return (await readFile(join(directory, file), 'utf8').catch(() => undefined)) === text;
}

export async function exists(directory: string, file: string): Promise<boolean> {
  return (await stat(join(directory, file)).catch(() => undefined))?.isFile() === true;
}

/** Writes a file that only its owner reads; a reader sees the old text or the new one, never a part of it. */
export async function writeSecret(directory: string, file: string, text: string): Promise<void> {
  // A name that no wanted file can have; what a killed process left there is removed, for it cannot be written to.
  const temporary = join(directory, `.${file}.new`);
  try {
    await rm(temporary, { force: true });
    await using handle = await open(temporary, 'wx', 0o400);
    await handle.writeFile(text);
    await handle.sync();
    await rename(temporary, join(directory, file));
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw new FilesError(`the file ${join(directory, file)} cannot be written (${codeOf(error)})`);
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}
