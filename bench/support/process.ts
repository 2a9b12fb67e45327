import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  await new Promise((resolve) => void server.close(resolve));
  return port;
}

export type Started = { readonly child: ChildProcess; readonly port: number; readonly readyMs: number };

/** Starts a server and measures from the call of `spawn` to its first HTTP response, whatever it says. */
export async function startServer(
  args: (port: number) => readonly string[],
  env: (port: number) => Readonly<Record<string, string>>,
  path: string,
): Promise<Started> {
  const port = await freePort();
  const { PATH = '', HOME = '' } = process.env;
  const since = performance.now();
  const child = spawn(process.execPath, args(port), { env: { PATH, HOME, ...env(port) }, stdio: 'ignore' });
  for (;;) {
    if (await answers(port, path)) break;
    if (child.exitCode !== null) throw new Error(`${args(port).join(' ')} ended with ${child.exitCode}`);
    if (performance.now() - since > 20_000) throw new Error(`${args(port).join(' ')} does not answer`);
    await delay(1);
  }
  return { child, port, readyMs: performance.now() - since };
}

async function answers(port: number, path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const asking = request({ host: '127.0.0.1', port, path, agent: false }, (response) => {
      response.resume();
      resolve(true);
    });
    asking.on('error', () => resolve(false));
    asking.end();
  });
}

export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'close');
  child.kill('SIGKILL');
  await gone;
}

/** Resident memory of a process, MiB; undefined where there is no /proc. */
export function residentMiB(pid: number | undefined): number | undefined {
  try {
    const [, kib] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return kib === undefined ? undefined : Number(kib) / 1024;
  } catch {
    return undefined;
  }
}

/** CPU seconds that a process has used. */
export function cpuSeconds(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  // Clock ticks are hundredths of a second on every Linux that Node supports.
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
