/**
 * Records how lag comes and goes while the chain works: `node test/manifests/keda/record.ts` writes recorded/*.json.
 *
 * The whole chain runs in a process of its own on the embedded log with the recorded upstream; beside it this process
 * looks at the log every few milliseconds. Times are the machine's; what matters to KEDA is how much arrives at once, how
 * it spreads over the partitions, and that all of it is committed in the end.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openLogReader } from '@weatherline/adapters/embedded';
import type { Lane } from '@weatherline/events';
import type { LogReader } from '@weatherline/runtime';
import { CHAIN_GROUPS } from '../../../cli/src/chain-groups.ts';
import { openDataDirectory } from '../../../cli/src/data-directory.ts';
import { makeDirectory, places } from '../../support/archive.ts';
import { weatherline } from '../../support/process.ts';
import { planned, type Shell } from '../../support/replays.ts';
import type { Recording, Sample } from './recording.ts';

const CLI = fileURLToPath(new URL('../../../cli/src/main.ts', import.meta.url));
const OUT = fileURLToPath(new URL('recorded/', import.meta.url));
const YEAR = ['--from', '2025-01-01T00:00:00Z', '--to', '2026-01-01T00:00:00Z'];
const FROZEN_MS = 20_000;

type Scene = Pick<Recording, 'name' | 'made'> & {
  readonly lane: Lane;
  readonly everyMs: number;
  /** Starts the process that works; `lag` tells how much waits at the moment. */
  readonly begin: (folder: string, lag: () => number) => Promise<ChildProcess>;
};

function chain(args: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcess {
  const { PATH = '', HOME = '' } = process.env;
  const own = {
    PATH,
    HOME,
    WEATHERLINE_HTTP_PORT: '0',
    WEATHERLINE_INFRA_PORT: '0',
    WEATHERLINE_LOG_LEVEL: 'warn',
    ...env,
  };
  return spawn(process.execPath, [CLI, ...args], { env: own, stdio: ['ignore', 'ignore', 'inherit'] });
}

async function runOnce(folder: string, count: number): Promise<ChildProcess> {
  const locations = join(folder, 'locations.json');
  await writeFile(locations, JSON.stringify(places(count)));
  return chain(['up', '--once', '--data', join(folder, 'data')], { WEATHERLINE_LOCATIONS_FILE: locations });
}

const SCENES: readonly Scene[] = [
  {
    name: 'slot-of-100',
    made: 'one slot of 100 locations in 2 parts: up --once',
    lane: 'live',
    everyMs: 5,
    begin: async (folder) => runOnce(folder, 100),
  },
  {
    name: 'slot-of-5000',
    made: 'one slot of 5,000 locations in 100 parts: up --once',
    lane: 'live',
    everyMs: 20,
    begin: async (folder) => runOnce(folder, 5_000),
  },
  {
    name: 'outage',
    made: `the same, and the process is frozen for ${FROZEN_MS / 1000} s while events wait (SIGSTOP, SIGCONT)`,
    lane: 'live',
    everyMs: 20,
    begin: async (folder, lag) => {
      const child = await runOnce(folder, 5_000);
      void freeze(child, lag);
      return child;
    },
  },
  {
    name: 'replay-of-a-year',
    made: 'a year of 6-hourly slots of 100 locations on the replay lane: replay plan, replay run',
    lane: 'replay',
    everyMs: 1_000,
    begin: async (folder) => {
      const data = join(folder, 'data');
      await makeDirectory(data, { from: new Date('2025-01-01T00:00:00Z'), slots: 1460, locations: 100 });
      const shell: Shell = async (args) => weatherline([...args, '--data', data]);
      const { hash } = await planned(shell, YEAR);
      return chain(['replay', 'run', '--plan', hash, '--data', data]);
    },
  },
];

/** The file is there before its tables are. */
async function openWhenThere(directory: string): Promise<LogReader & AsyncDisposable> {
  for (let tries = 0; ; tries += 1) {
    try {
      const log = await openLogReader({ directory });
      if ((await log.lag('weatherline.fetch', 'weatherline.run.requested')).length > 0) return log;
      await log[Symbol.asyncDispose]();
    } catch (error) {
      if (tries > 2_000) throw error;
    }
    await delay(5);
  }
}

async function freeze(child: ChildProcess, lag: () => number): Promise<void> {
  while (lag() < 20) await delay(1);
  child.kill('SIGSTOP');
  await delay(FROZEN_MS);
  child.kill('SIGCONT');
}

async function record({ name, made, lane, everyMs, begin }: Scene): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'weatherline-lag-'));
  try {
    const samples: Sample[] = [];
    let waiting = 0;
    const child = await begin(folder, () => waiting);
    const closed = once(child, 'close');
    const { log: directory } = openDataDirectory(join(folder, 'data'));
    await using log = await openWhenThere(directory);
    const since = performance.now();
    const look = async (): Promise<void> => {
      const topics: Record<string, { readonly committed: number[]; readonly end: number[] }> = {};
      waiting = 0;
      for (const { group, topic } of CHAIN_GROUPS.filter((one) => one.lane === lane)) {
        const found = await log.lag(group, topic);
        // Nothing has come there yet.
        if (found.every(({ end }) => end === 0)) continue;
        topics[topic] = {
          committed: found.map(({ committed = -1 }) => committed),
          end: found.map(({ end }) => end),
        };
        waiting += found.reduce((sum, one) => sum + one.lag, 0);
      }
      const before = samples.at(-1);
      if (JSON.stringify(before?.topics) !== JSON.stringify(topics)) {
        samples.push({ at: Math.round(performance.now() - since), topics });
      }
    };
    while (child.exitCode === null && child.signalCode === null) {
      await look();
      await delay(everyMs);
    }
    await closed;
    await look();
    const recording: Recording = { name, made, samples };
    await mkdir(OUT, { recursive: true });
    const lines = samples.map((sample) => `    ${JSON.stringify(sample)}`).join(',\n');
    const head = JSON.stringify({ name: recording.name, made: recording.made }, null, 2).slice(0, -2);
    await writeFile(join(OUT, `${name}.json`), `${head},\n  "samples": [\n${lines}\n  ]\n}\n`);
    process.stdout.write(`${name}: ${samples.length} samples, exit ${child.exitCode}\n`);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

const [, , only] = process.argv;
for (const scene of SCENES) if (only === undefined || scene.name === only) await record(scene);
