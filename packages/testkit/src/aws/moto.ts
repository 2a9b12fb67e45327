import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { createInterface } from 'node:readline';
import type { AwsCall, AwsReply } from './message.ts';

/** moto as a server of its own, on a port that it chose. */
export type Moto = AsyncDisposable & {
  readonly url: string;
  readonly forward: (call: AwsCall) => Promise<AwsReply>;
};

const PYTHON = 'python3';
const START_WITHIN_MS = 60_000;

/** It ends when its standard input does: however whoever started it may end, it does not stay behind. */
const PROGRAM = `
import os, sys, threading

def watch():
    sys.stdin.read()
    os._exit(0)

threading.Thread(target=watch, daemon=True).start()
from moto.server import main
main(["-H", "127.0.0.1", "-p", "0"])
`;

/** Looks without importing, which takes a second and more. */
const IS_THERE = `
import importlib.util, sys
sys.exit(0 if all(importlib.util.find_spec(name) for name in ["moto", "flask", "flask_cors", "werkzeug"]) else 1)
`;

let missing: { readonly reason: string | undefined } | undefined;

/** Why there is no moto to start, or undefined when there is one. */
export function motoIsMissing(): string | undefined {
  if (missing === undefined) {
    const { status } = spawnSync(PYTHON, ['-c', IS_THERE], { stdio: 'ignore' });
    missing = { reason: status === 0 ? undefined : 'no python3 with moto[server] is installed' };
  }
  return missing.reason;
}

export async function startMoto(account: string): Promise<Moto> {
  const child = spawn(PYTHON, ['-c', PROGRAM], {
    stdio: ['pipe', 'ignore', 'pipe'],
    env: {
      ...process.env,
      MOTO_ACCOUNT_ID: account,
      // Else attaching any managed policy of AWS is refused, after minutes of retries.
      MOTO_IAM_LOAD_MANAGED_POLICIES: 'true',
      // Else a certificate is not issued for a minute, though its name was proved.
      MOTO_ACM_VALIDATION_WAIT: '0',
    },
  });
  const port = await portOf(child);
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  return {
    url: `http://127.0.0.1:${port}`,
    forward: async (call) => forward(call, port, agent),
    [Symbol.asyncDispose]: async () => {
      agent.destroy();
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'close');
      child.kill('SIGKILL');
      await gone;
    },
  };
}

/** The port is in its log, which is read to its end so that it never waits for us. */
async function portOf(child: ChildProcess): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const last: string[] = [];
  child.on('error', reject);
  child.on('exit', (code) => reject(new Error(`moto ended with ${code}\n${last.join('\n')}`)));
  const timer = setTimeout(() => {
    child.kill('SIGKILL');
    reject(new Error(`moto did not start within ${START_WITHIN_MS / 1000} s`));
  }, START_WITHIN_MS);
  if (child.stderr !== null)
    createInterface({ input: child.stderr }).on('line', (line) => {
      last.splice(0, Math.max(0, last.length - 20));
      last.push(line);
      const [, port] = /Running on http:\/\/127\.0\.0\.1:(\d+)/.exec(line) ?? [];
      if (port !== undefined) resolve(Number(port));
    });
  return promise.finally(() => clearTimeout(timer));
}

async function forward(call: AwsCall, port: number, agent: Agent): Promise<AwsReply> {
  const { method, headers, body } = call;
  const search = call.search === '' ? '' : `?${call.search}`;
  const isWithout = body.length === 0 && ['GET', 'HEAD', 'DELETE'].includes(method);
  const length = isWithout ? {} : { 'content-length': String(body.length) };
  const { promise, resolve, reject } = Promise.withResolvers<AwsReply>();
  const asking = request(
    { host: '127.0.0.1', port, method, path: call.path + search, headers: { ...endToEnd(headers), ...length }, agent },
    (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const received = Object.entries(response.headers).map(([name, text]): [string, string] => [name, String(text)]);
        const all = endToEnd(Object.fromEntries(received));
        resolve({ status: response.statusCode ?? 502, headers: all, body: Buffer.concat(chunks) });
      });
    },
  );
  asking.on('error', reject);
  asking.end(body);
  return promise;
}

const OF_THE_CONNECTION = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
]);

function endToEnd(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !OF_THE_CONNECTION.has(name)));
}
