import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseHcl, type HclFile } from '../hcl.ts';
import { INFRA } from '../workspace.ts';
import { planted } from './fault.ts';
import type { WrittenFault } from './written.ts';

/** The files with the mistake in one of them; the tree itself stays as it is. */
export async function plantWritten(files: readonly HclFile[], fault: WrittenFault): Promise<readonly HclFile[]> {
  const place = files.findIndex(({ path }) => path === fault.file);
  if (place < 0) throw new Error(`${fault.title}: there is no ${fault.file}`);
  const text = readFileSync(join(INFRA, fault.file), 'utf8');
  const { title, from, to } = fault;
  const changed = from === undefined ? `${text}\n${to}` : planted(text, { title, from, to });
  return files.with(place, await parseHcl(fault.file, changed));
}
