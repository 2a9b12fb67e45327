import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';
import { freePort } from './process.ts';

const SCRIPT = fileURLToPath(new URL('../peers/fastapi_peer.py', import.meta.url));
const START_WITHIN_MS = 15_000;

/** A Python that has FastAPI and uvicorn; undefined = none is at hand. */
export function pythonWithFastApi(): string | undefined {
  return ['python3', '/usr/bin/python3'].find(
    (python) => spawnSync(python, ['-c', 'import fastapi, uvicorn'], { stdio: 'ignore' }).status === 0,
  );
}

/** FastAPI in a process of its own, measured as the gateway is. */
export class FastApiPeer {
  readonly version: string;
  readonly #child: ChildProcess;
  readonly #url: string;
  readonly #directory: string;

  private constructor(child: ChildProcess, url: string, directory: string, version: string) {
    this.#child = child;
    this.#url = url;
    this.#directory = directory;
    this.version = version;
  }

  /** Serves `body`, which is JSON. */
  static async start(python: string, body: string): Promise<FastApiPeer> {
    const directory = mkdtempSync(join(tmpdir(), 'weatherline-bench-'));
    const file = join(directory, 'body.json');
    writeFileSync(file, body);
    const port = await freePort();
    const child = spawn(python, [SCRIPT, String(port), file], { stdio: ['ignore', 'ignore', 'inherit'] });
    const url = `http://127.0.0.1:${port}`;
    const since = performance.now();
    while (performance.now() - since < START_WITHIN_MS && child.exitCode === null) {
      const used = await usedBy(url).catch(() => undefined);
      if (used !== undefined) return new FastApiPeer(child, url, directory, used.version);
      await delay(100);
    }
    child.kill('SIGKILL');
    throw new Error(`FastAPI does not answer within ${START_WITHIN_MS} ms`);
  }

  /** CPU of the server for each request, µs. */
  async cpuPerRequest(path: '/ready' | '/dicts', amount: number): Promise<number> {
    const before = await usedBy(this.#url);
    const result = await autocannon({ url: this.#url + path, connections: 32, amount });
    const after = await usedBy(this.#url);
    if (result['2xx'] !== amount) throw new Error(`expected ${amount} answers of 200, got ${result['2xx']}`);
    return ((after.cpu - before.cpu) * 1e6) / amount;
  }

  stop(): void {
    this.#child.kill('SIGKILL');
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

async function usedBy(url: string): Promise<{ cpu: number; version: string }> {
  const found: { cpu: number; version: string } = JSON.parse(await (await fetch(`${url}/used`)).text());
  return found;
}
