import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { ExecutionContext } from 'ava';

const MAIN = fileURLToPath(new URL('../../main.ts', import.meta.url));

export type Child = {
  readonly process: ChildProcess;
  readonly output: () => string;
  readonly closed: Promise<number | string>;
  /** Resolves with the line of this message. */
  readonly said: (message: string) => Promise<Record<string, unknown>>;
};

/** secrets-init as a process of its own. */
export function start(t: ExecutionContext, args: readonly string[], env: Readonly<Record<string, string>>): Child {
  const child = spawn(process.execPath, [MAIN, ...args], { env: { ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  t.teardown(() => child.kill('SIGKILL'));
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const closed = once(child, 'close').then(([code, signal]) => (typeof code === 'number' ? code : String(signal)));
  return {
    process: child,
    output: () => output,
    closed,
    said: async (message) => {
      for (let tries = 0; tries < 800; tries += 1) {
        const line = output.split('\n').find((text) => text.includes(`"msg":"${message}"`));
        if (line !== undefined) return JSON.parse(line);
        await delay(25);
      }
      throw new Error(`it never said '${message}'\n${output}`);
    },
  };
}
