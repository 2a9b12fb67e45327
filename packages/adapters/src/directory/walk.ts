import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ListOptions } from '@weatherline/runtime';
import { hasCode } from './durable-file.ts';

/** A key, or a rolled-up prefix that ends with the delimiter. */
export type Found = { readonly name: string; readonly isPrefix: boolean };

/**
 * Walks keys in UTF-8 order, as S3 lists them, entering only folders that can hold what is asked for.
 *
 * A folder sorts as its name with a slash: `a.b` comes before `a/c`, since `.` < `/`.
 */
export async function* walk(root: string, options: ListOptions, folder = ''): AsyncGenerator<Found> {
  const { prefix, delimiter, startAfter = '' } = options;
  for (const { name, isFolder } of await entries(root, folder)) {
    const path = `${folder}${name}${isFolder ? '/' : ''}`;
    if (!(isFolder ? overlaps(path, prefix) : path.startsWith(prefix))) continue;
    const rolled = rollUp(path, prefix, delimiter);
    if (rolled !== undefined) {
      if (compare(rolled, startAfter) > 0 && (!isFolder || (await holdsAnything(root, path))))
        yield { name: rolled, isPrefix: true };
    } else if (!isFolder) {
      if (compare(path, startAfter) > 0) yield { name: path, isPrefix: false };
    } else if (compare(path, startAfter) > 0 || startAfter.startsWith(path)) yield* walk(root, options, path);
  }
}

type Entry = { readonly name: string; readonly isFolder: boolean };

async function entries(root: string, folder: string): Promise<Entry[]> {
  try {
    const found = await readdir(join(root, folder), { withFileTypes: true });
    return found
      .filter((entry) => folder !== '' || (entry.name !== '.meta' && entry.name !== '.tmp'))
      .map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }))
      .toSorted((a, b) => compare(sortName(a), sortName(b)));
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
}

function sortName({ name, isFolder }: Entry): string {
  return isFolder ? `${name}/` : name;
}

/** A folder that a crash left empty is no prefix. */
async function holdsAnything(root: string, path: string): Promise<boolean> {
  for await (const _ of walk(root, { prefix: path }, path)) return true;
  return false;
}

function overlaps(folder: string, prefix: string): boolean {
  return folder.startsWith(prefix) || prefix.startsWith(folder);
}

function rollUp(path: string, prefix: string, delimiter: string | undefined): string | undefined {
  if (delimiter === undefined || !path.startsWith(prefix)) return undefined;
  const at = path.indexOf(delimiter, prefix.length);
  return at < 0 ? undefined : path.slice(0, at + delimiter.length);
}

export function compare(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
