import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** As in ava.config.js. */
const TESTS = ['{packages,functions}/*/test/**/*.test.ts', '{gateway,cli}/test/**/*.test.ts', 'test/**/*.test.ts'];
/** Who reads the level for others. */
const GATES = /from '@weatherline\/testkit\/(?:kafka|aws)'/;

/**
 * Test files, from the root, that do more when `WEATHERLINE_TEST_LEVEL` is `all`: it is read in them, or in something that they import.
 * All others do the same again.
 */
export function longFiles(root = ROOT): readonly string[] {
  const known = new Map<string, boolean>();
  const files = globSync(TESTS, { cwd: root, exclude: (path) => path === 'node_modules' });
  return files.filter((file) => readsLevel(join(root, file), known)).toSorted();
}

function readsLevel(file: string, known: Map<string, boolean>): boolean {
  const found = known.get(file);
  if (found !== undefined) return found;
  // For whoever imports in a circle; the file itself is asked once more below.
  known.set(file, false);
  const text = readFileSync(file, 'utf8');
  const imports = [...text.matchAll(/from '(\.{1,2}\/[^']+\.ts)'/g)].map(([, path = '']) => join(dirname(file), path));
  const reads =
    text.includes('WEATHERLINE_TEST_LEVEL') || GATES.test(text) || imports.some((path) => readsLevel(path, known));
  known.set(file, reads);
  return reads;
}
