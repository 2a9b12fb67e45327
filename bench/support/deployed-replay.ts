import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { groupOf, ReadingsFetched, RecordsTransformed, topicOf } from '@weatherline/events';
import type { Broker } from '@weatherline/runtime';
import { cpuSeconds, freePort, stop } from './process.ts';
import { PART, readingsEvents } from './replay.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const UPLOADED = [groupOf('upload', 'replay'), topicOf(RecordsTransformed, 'replay')] as const;
/** What is done before the clock starts: processes that join their groups and compile are no throughput. */
const WARM = 0.2;

export type DeployedRate = { readonly rate: number; readonly cores: Readonly<Record<string, number>> };

/** A replay as it is deployed: transform, upload and an S3 server, each a process, on a real broker. */
export async function deployedReplay(broker: Broker, brokers: string, parts: number): Promise<DeployedRate> {
  const before = await uploaded(broker);
  const events = readingsEvents(parts);
  for (let at = 0; at < parts; at += 50) {
    await broker.publish(topicOf(ReadingsFetched, 'replay'), events.slice(at, at + 50));
  }
  const port = await freePort();
  const children: Record<string, ChildProcess> = {};
  try {
    const s3 = ['../../packages/testkit/src/s3/main.ts', '--port', String(port), '--bucket', 'weatherline'];
    children['s3'] = await started(s3, {});
    const env = environment(brokers, port);
    children['upload'] = await started(['../../functions/upload/main.ts'], env);
    children['transform'] = await started(['../../functions/transform/main.ts'], env);
    await until(async () => (await uploaded(broker)) - before >= parts * WARM);
    const [warm, since] = [(await uploaded(broker)) - before, performance.now()];
    const used = cpuOf(children);
    await until(async () => (await uploaded(broker)) - before >= parts);
    const seconds = (performance.now() - since) / 1000;
    const cores = Object.entries(cpuOf(children)).map(([name, cpu]): [string, number] => [
      name,
      (cpu - (used[name] ?? 0)) / seconds,
    ]);
    return { rate: ((parts - warm) * PART) / seconds, cores: Object.fromEntries(cores) };
  } finally {
    for (const child of Object.values(children)) await stop(child);
  }
}

export function environment(brokers: string, s3Port: number): Readonly<Record<string, string>> {
  return {
    WEATHERLINE_LANE: 'replay',
    WEATHERLINE_LOG_LEVEL: 'warn',
    WEATHERLINE_HTTP_HOST: '127.0.0.1',
    WEATHERLINE_INFRA_PORT: '0',
    WEATHERLINE_KAFKA_BROKERS: brokers,
    WEATHERLINE_KAFKA_REPLICATION: '1',
    WEATHERLINE_KAFKA_MIN_INSYNC: '1',
    WEATHERLINE_S3_BUCKET: 'weatherline',
    WEATHERLINE_S3_ENDPOINT: `http://127.0.0.1:${s3Port}`,
    WEATHERLINE_S3_PATH_STYLE: 'true',
    WEATHERLINE_S3_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  };
}

export async function started([main = '', ...args]: readonly string[], env: Readonly<Record<string, string>>) {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, [here(main), ...args], {
    env: { PATH, HOME, ...env },
    stdio: ['ignore', env['WEATHERLINE_LANE'] === undefined ? 'pipe' : 'ignore', 'ignore'],
  });
  if (child.stdout !== null) await once(child.stdout, 'data');
  return child;
}

function cpuOf(children: Readonly<Record<string, ChildProcess>>): Record<string, number> {
  return Object.fromEntries(Object.entries(children).map(([name, { pid }]) => [name, cpuSeconds(pid)]));
}

/** How many events upload has done for good. */
async function uploaded(broker: Broker): Promise<number> {
  return (await broker.lag(...UPLOADED)).reduce((sum, { committed = 0 }) => sum + committed, 0);
}

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  const since = performance.now();
  while (!(await isTrue())) {
    if (performance.now() - since > 120_000) throw new Error('the replay does not get on');
    await delay(50);
  }
}
