import { open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { EXIT } from '@weatherline/runtime';
import { Failure } from '../failure.ts';

/** Writes a file whole: who reads it sees the old text or the new one, and a failure leaves the old one. */
export async function replaceFile(file: string, text: string): Promise<void> {
  const temporary = `${file}.${process.pid}.new`;
  try {
    {
      await using handle = await open(temporary, 'wx', 0o644);
      await handle.writeFile(text);
      await handle.sync();
    }
    await rename(temporary, file);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Failure(EXIT.failed, `${file} cannot be written: ${why}`, { cause });
  }
}

/** A folder is not made: an overlay is more than this file. */
export async function requireFolder(file: string): Promise<void> {
  const folder = dirname(file);
  const found = await stat(folder).catch(() => undefined);
  if (found?.isDirectory() !== true) {
    throw new Failure(
      EXIT.notFound,
      `there is no ${folder}: expected the overlay of this environment (--overlays DIR)`,
    );
  }
}
