import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
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

/** Starts a command of weatherline that goes on until it is stopped. */
export function startWeatherline(
  t: ExecutionContext,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Pick<Running, 'child' | 'output' | 'closed'> & { readonly said: (pattern: RegExp) => Promise<void> } {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: environment(env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  const output = collect(child);
  const closed = once(child, 'close').then(([code, signal]) => (typeof code === 'number' ? code : String(signal)));
  const said = async (pattern: RegExp): Promise<void> => {
    while (!pattern.test(output().stdout)) {
      if (child.exitCode !== null) throw new Error(`${args.join(' ')} ended: ${output().stderr.slice(-2000)}`);
      await delay(50);
    }
  };
  return { child, output, closed, said };
}

/** Runs a command of weatherline to its end, with something to read where it reads stdin. */
export async function weatherline(
  args: readonly string[],
  {
    env = {},
    cwd,
    input = '',
  }: { readonly env?: Readonly<Record<string, string>>; readonly cwd?: string; readonly input?: string } = {},
): Promise<Finished> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: environment(env),
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(cwd === undefined ? {} : { cwd }),
  });
  // A command that does not read has closed its end.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
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
