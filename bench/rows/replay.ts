import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openKafkaBroker } from '@weatherline/adapters/kafka';
import { openS3Store } from '@weatherline/adapters/s3';
import { TOPICS } from '@weatherline/runtime';
import { startKafka } from '@weatherline/testkit/kafka';
import { makeArchive, makeDirectory, type Archive } from '../../test/support/archive.ts';
import { environment, started } from '../support/deployed-replay.ts';
import { freePort, stop } from '../support/process.ts';
import type { Measured, Row } from '../row.ts';

const run = promisify(execFile);
const CLI = new URL('../../cli/src/main.ts', import.meta.url).pathname;
const YEAR: Archive = { from: new Date('2025-01-01T00:00:00Z'), slots: 1460, locations: 100 };
const RANGE = ['--from', '2025-01-01T00:00:00Z', '--to', '2026-01-01T00:00:00Z'];

type Ran = { readonly planMs: number; readonly rate: number };

/** Plans and runs the year by the command line, as an operator does; the start of both processes counts. */
async function operate(env: Readonly<Record<string, string>>, place: readonly string[]): Promise<Ran> {
  const { PATH = '', HOME = '' } = process.env;
  const weatherline = async (args: readonly string[]): Promise<Record<string, unknown>> => {
    const options = { env: { PATH, HOME, ...env }, maxBuffer: 1 << 24 };
    const { stdout } = await run(process.execPath, [CLI, 'replay', ...args, ...place, '--json'], options);
    return JSON.parse(stdout);
  };
  const since = performance.now();
  const { hash } = await weatherline(['plan', ...RANGE]);
  const planMs = performance.now() - since;
  const { records_per_second: rate } = await weatherline(['run', '--plan', String(hash)]);
  return { planMs, rate: Number(rate) };
}

function measured({ planMs, rate }: Ran, notes: string): Measured {
  return {
    ours: `${(planMs / 1000).toFixed(1)} s / ${rate} records/s`,
    peer: '',
    met: planMs <= 5_000 && rate >= 8_000,
    notes: `146,000 records in 2,920 parts, archived by fetch with their previous readings; ${notes}`,
  };
}

async function embedded(): Promise<Measured> {
  const folder = await mkdtemp(join(tmpdir(), 'weatherline-bench-'));
  try {
    const data = join(folder, 'data');
    await makeDirectory(data, YEAR);
    return measured(
      await operate({}, ['--data', data]),
      'one process for the runner, transform, upload, log and store',
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function onKafka(): Promise<Measured> {
  await using kafka = await startKafka();
  const brokers = kafka.bootstrap;
  await using broker = openKafkaBroker({
    brokers: brokers.split(','),
    replication: { factor: 1, minInSync: 1 },
  });
  await broker.ensureTopics(TOPICS);
  const port = await freePort();
  const env = environment(brokers, port);
  const children = [];
  try {
    const s3 = ['../../packages/testkit/src/s3/main.ts', '--port', String(port), '--bucket', 'weatherline'];
    children.push(await started(s3, {}));
    await using store = await openS3Store({
      bucket: 'weatherline',
      endpoint: `http://127.0.0.1:${port}`,
      region: 'us-east-1',
      forcePathStyle: true,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    await makeArchive(store, YEAR);
    for (const name of ['upload', 'transform']) children.push(await started([`../../functions/${name}/main.ts`], env));
    const ran = await operate(env, []);
    return measured(ran, 'runner, transform, upload, S3 stand-in and the JVM of the broker share the 2 cores');
  } finally {
    for (const child of children) await stop(child);
  }
}

const WHAT = 'one year of 6-hourly slots of 100 locations: replay plan / execution';
const GOAL = '≤ 5 s / ≥ 8,000 records a second';

export const REPLAY_ROWS: readonly Row[] = [
  { area: 'replay', what: `${WHAT}, embedded`, goal: GOAL, measure: embedded },
  { area: 'replay', what: `${WHAT}, Kafka and S3`, goal: GOAL, measure: onKafka },
];
