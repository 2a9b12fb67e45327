import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ExecutionContext } from 'ava';

const MAIN = fileURLToPath(new URL('../../cli/src/main.ts', import.meta.url));

/** The environment of a test's processes: nothing of the machine's settings, ports that are free. */
function environment(extra: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const clean = Object.entries(process.env).filter(([name]) => !/^(WEATHERLINE_|OPENWEATHER_)/.test(name));
  return { ...Object.fromEntries(clean), WEATHERLINE_HTTP_PORT: '0', WEATHERLINE_INFRA_PORT: '0', ...extra };
}

export function temporaryDirectory(t: ExecutionContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'weatherline-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

export type Finished = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

/** Runs a command of weatherline to its end. */
export async function weatherline(
  args: readonly string[],
  { env = {}, cwd }: { readonly env?: Readonly<Record<string, string>>; readonly cwd?: string } = {},
): Promise<Finished> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: environment(env),
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(cwd === undefined ? {} : { cwd }),
  });
  const output = collect(child);
  const [code] = await once(child, 'close');
  return { code: typeof code === 'number' ? code : null, ...output() };
}

function collect(child: ChildProcess): () => { stdout: string; stderr: string } {
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  return () => ({ stdout, stderr });
}

export type Running = {
  readonly child: ChildProcess;
  /** Resolves with the gateway's address. */
  readonly ready: Promise<string>;
  readonly output: () => { stdout: string; stderr: string };
  /** Resolves with the exit code, or the signal's name. */
  readonly closed: Promise<number | string>;
};

/** Starts `up` in its own process. */
export function startUp(t: ExecutionContext, data: string, env: Readonly<Record<string, string>> = {}): Running {
  const child = spawn(process.execPath, [MAIN, 'up', '--data', data], {
    env: environment(env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  const output = collect(child);
  const closed = once(child, 'close').then(([code, signal]) => (typeof code === 'number' ? code : String(signal)));
  const ready = new Promise<string>((resolve, reject) => {
    child.stdout.on('data', () => {
      const url = /^ready (\S+)$/m.exec(output().stdout)?.[1];
      if (url !== undefined) resolve(url);
    });
    void closed.then((code) => reject(new Error(`up ended with ${code}: ${output().stderr.slice(-2000)}`)));
  });
  // A test that never waits for it must not fail for that.
  ready.catch(() => undefined);
  return { child, ready, output, closed };
}
