import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';

let groups = 0;

/** A cgroup with a limit, of version 1 or 2; undefined where none can be made. */
export function memoryGroup(t: ExecutionContext, memoryMiB: number): string | undefined {
  const isFirst = existsSync('/sys/fs/cgroup/memory/memory.limit_in_bytes');
  const parent = isFirst ? '/sys/fs/cgroup/memory' : '/sys/fs/cgroup';
  const group = join(parent, `weatherline-test-${process.pid}-${(groups += 1)}`);
  const remove = (): void => {
    try {
      rmdirSync(group);
    } catch {
      // Somebody is still in it, or it was never there.
    }
  };
  try {
    mkdirSync(group);
    t.teardown(remove);
    writeFileSync(join(group, isFirst ? 'memory.limit_in_bytes' : 'memory.max'), String(memoryMiB * 1024 ** 2));
    return group;
  } catch {
    remove();
    return undefined;
  }
}
