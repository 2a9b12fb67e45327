import { PermanentError } from '@weatherline/runtime';

const MAX_KEY_BYTES = 1024;

/** Refuses what is no key in any store: what would leave a directory, or meet the directory store's own folders. */
export function checkKey(key: string): void {
  const problem = problemOf(key);
  if (problem !== undefined)
    throw new PermanentError('INVALID_OBJECT_KEY', `object key ${JSON.stringify(key.slice(0, 200))}: ${problem}`);
}

function problemOf(key: string): string | undefined {
  if (key === '') return 'expected at least one character';
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) return `expected at most ${MAX_KEY_BYTES} bytes`;
  if (key.includes('\0') || key.includes('\\')) return 'expected no NUL and no backslash';
  const segments = key.split('/');
  if (segments.some((segment) => segment === '' || segment === '.' || segment === '..')) {
    return "expected no empty, '.' or '..' segment";
  }
  if (segments[0] === '.meta' || segments[0] === '.tmp') return 'this prefix belongs to the store';
  return undefined;
}
