import { readFileSync } from 'node:fs';
import type { Environment } from './config.ts';

/**
 * A secret as it is now: one that is given by `${name}_FILE` is read again each time, so that it can be rotated without
 * a restart; while the file is gone, empty or unreadable the last one stays good.
 */
export function secretReader(name: string, atStart: string, env: Environment): () => string {
  const file = env[`${name}_FILE`];
  if (file === undefined || file === '') return () => atStart;
  let last = atStart;
  return () => {
    try {
      last = readFileSync(file, 'utf8').trim() || last;
    } catch {
      // A secret that is being replaced.
    }
    return last;
  };
}
