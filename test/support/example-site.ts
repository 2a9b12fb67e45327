import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openDirectoryReader } from '@weatherline/adapters/directory';
import { parseProductKey, parseSlot, PRODUCT_PREFIX, slotInstant } from '@weatherline/events';
import { unusable } from './operator.ts';

const MAIN = fileURLToPath(new URL('../../cli/src/main.ts', import.meta.url));
/** Enough for examples that name several slots. */
const PRODUCTS = 6;

export type Ran = { readonly code: number | string; readonly stdout: string; readonly stderr: string };

/** A place in which the examples of every help can be run as they are: a directory in which `up` is at work. */
export type Site = AsyncDisposable & {
  /** Runs a line in bash; one that goes on for ever is interrupted when it has said something. */
  readonly run: (line: string, options: { readonly isEndless: boolean; readonly isApart: boolean }) => Promise<Ran>;
  /** The line with slots, ids and addresses of this place. */
  readonly here: (line: string) => Promise<string>;
};

export async function openSite(): Promise<Site> {
  const home = mkdtempSync(join(tmpdir(), 'weatherline-examples-'));
  const env = prepare(home);
  const up = start('weatherline up', { cwd: join(home, 'owned'), env });
  const url = await up.said(/^ready (\S+)$/m);
  const slots = await storedSlots(join(home, 'owned', '.weatherline', 'objects'));
  const asked = async (line: string): Promise<string> => {
    const { code, stdout, stderr } = await start(line, { cwd: join(home, 'owned'), env }).closed;
    if (code !== 0) throw new Error(`${line} ended with ${code}: ${stderr}`);
    return stdout;
  };
  return {
    run: async (line, { isEndless, isApart }) => {
      const running = start(line, { cwd: join(home, isApart ? 'apart' : 'owned'), env });
      if (isEndless) {
        await running.said(/\n/);
        process.kill(-(running.child.pid ?? Number.NaN), 'SIGINT');
      }
      return running.closed;
    },
    here: async (line) => {
      const moved = line.replaceAll('http://127.0.0.1:8080', url).replaceAll('/tmp/', `${home}/`);
      const dated = withSlots(moved, slots);
      return DEAD_LETTER_ID.test(dated) ? dated.replace(DEAD_LETTER_ID, await deadLetter(asked)) : dated;
    },
    async [Symbol.asyncDispose]() {
      process.kill(-(up.child.pid ?? Number.NaN), 'SIGTERM');
      await up.closed;
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** The program on the PATH, folders for what is written, and an event to send. */
function prepare(home: string): NodeJS.ProcessEnv {
  for (const folder of ['bin', 'owned', 'apart', '.zfunc', '.config/fish/completions']) {
    mkdirSync(join(home, folder), { recursive: true });
  }
  writeFileSync(join(home, 'bin/weatherline'), `#!/bin/sh\nexec "${process.execPath}" "${MAIN}" "$@"\n`, {
    mode: 0o755,
  });
  writeFileSync(join(home, 'owned/event.json'), unusable());
  const clean = Object.entries(process.env).filter(([name]) => !/^(WEATHERLINE_|OPENWEATHER_)/.test(name));
  return {
    ...Object.fromEntries(clean),
    PATH: `${join(home, 'bin')}:${process.env['PATH'] ?? ''}`,
    HOME: home,
    WEATHERLINE_HTTP_PORT: '0',
    WEATHERLINE_INFRA_PORT: '0',
  };
}

type Running = {
  readonly child: ChildProcess;
  /** Resolves with the first group of the pattern when stdout matches it. */
  readonly said: (pattern: RegExp) => Promise<string>;
  readonly closed: Promise<Ran>;
};

function start(line: string, options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv }): Running {
  // A group of its own, so that Ctrl-C reaches what bash has started.
  const child = spawn('bash', ['-o', 'pipefail', '-c', line], {
    ...options,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const closed = once(child, 'close').then(([code, signal]) => ({
    code: typeof code === 'number' ? code : String(signal),
    stdout,
    stderr,
  }));
  const said = async (pattern: RegExp): Promise<string> => {
    for (;;) {
      const found = pattern.exec(stdout);
      if (found !== null) return found[1] ?? '';
      if (child.exitCode !== null) throw new Error(`${line} ended: ${stderr.slice(-2000)}`);
      await delay(50);
    }
  };
  return { child, said, closed };
}

async function storedSlots(directory: string): Promise<string[]> {
  const store = openDirectoryReader({ directory });
  for (;;) {
    const { objects } = await store.list({ prefix: PRODUCT_PREFIX });
    const slots = objects.map(({ key }) => parseProductKey(key)).filter((parsed) => parsed?.kind === 'product');
    const ids = [...new Set(slots.map((parsed) => parsed?.runId ?? ''))].toSorted();
    if (ids.length >= PRODUCTS) return ids.slice(-PRODUCTS);
    await delay(100);
  }
}

const INSTANT = /\b\d{8}T\d{6}Z\b|\b\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z/g;
const DEAD_LETTER_ID = /weatherline(\.[a-z]+)+\/\d+\/\d+/;

/** The instants of an example become slots that exist, in the same order. */
function withSlots(line: string, slots: readonly string[]): string {
  const instants = [...new Set(line.match(INSTANT)?.map((text) => parseSlot(text).getTime()))].toSorted(
    (a, b) => a - b,
  );
  return line.replaceAll(INSTANT, (text) => {
    const at = Math.floor(((instants.indexOf(parseSlot(text).getTime()) + 1) / (instants.length + 1)) * slots.length);
    const slot = slots[at] ?? '';
    return text.includes('-') ? (slotInstant(slot)?.toISOString().replace('.000', '') ?? '') : slot;
  });
}

/** The id of a dead letter, which is made where there is none. */
async function deadLetter(asked: (line: string) => Promise<string>): Promise<string> {
  for (;;) {
    const { items } = JSON.parse(await asked('weatherline dlq list --json'));
    const id: unknown = items[0]?.id;
    if (typeof id === 'string') return id;
    await asked('weatherline events send event.json');
    await delay(300);
  }
}
