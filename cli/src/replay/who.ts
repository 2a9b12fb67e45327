import { hostname, userInfo } from 'node:os';

/** Whoever started this process: `name@host`. */
export function whoAmI(): string {
  return `${userName()}@${hostname()}`;
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container's user need not have a name.
    return `uid-${process.getuid?.() ?? 0}`;
  }
}
