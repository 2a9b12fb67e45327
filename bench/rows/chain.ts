import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openDirectoryStore } from '@weatherline/adapters/directory';
import { openEmbeddedBroker } from '@weatherline/adapters/embedded';
import { openKafkaBroker } from '@weatherline/adapters/kafka';
import { TOPICS } from '@weatherline/runtime';
import { startKafka } from '@weatherline/testkit/kafka';
import { median, spread, type Measured, type Row } from '../row.ts';
import { deployedReplay, type DeployedRate } from '../support/deployed-replay.ts';
import { PART, replay } from '../support/replay.ts';

const run = promisify(execFile);
const PARTS = 400;
const DEPLOYED_PARTS = 1_500;
const ROUNDS = 3;

async function embedded(): Promise<Measured> {
  const rates: number[] = [];
  const cores: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const directory = await mkdtemp(join(tmpdir(), 'weatherline-bench-'));
    try {
      await mkdir(join(directory, 'log'));
      await mkdir(join(directory, 'objects'));
      await using broker = await openEmbeddedBroker({ directory: join(directory, 'log') });
      await using store = await openDirectoryStore({ directory: join(directory, 'objects') });
      await broker.ensureTopics(TOPICS);
      const { rate, cpu } = await replay(broker, store, PARTS);
      rates.push(rate);
      cores.push(cpu);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  }
  return {
    ours: spread(rates, 'records/s'),
    peer: '',
    met: median(rates) >= 12_000,
    notes: `${PARTS} parts of ${PART}, durable log and store, one process using ${median(cores).toFixed(2)} cores (main thread, and Node's pool for files)`,
  };
}

async function onKafka(): Promise<Measured> {
  await using kafka = await startKafka();
  await using broker = openKafkaBroker({
    brokers: kafka.bootstrap.split(','),
    replication: { factor: 1, minInSync: 1 },
  });
  await broker.ensureTopics(TOPICS);
  const rounds: DeployedRate[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    rounds.push(await deployedReplay(broker, kafka.bootstrap, DEPLOYED_PARTS));
  }
  const rates = rounds.map(({ rate }) => rate);
  const cores = Object.keys(rounds[0]?.cores ?? {}).map((name) => {
    return `${name} ${median(rounds.map((round) => round.cores[name] ?? 0)).toFixed(2)}`;
  });
  return {
    ours: spread(rates, 'records/s'),
    peer: await brokersLimit(kafka.bootstrap, kafka.classpath),
    met: median(rates) >= 8_000,
    notes:
      `${DEPLOYED_PARTS} parts of ${PART} as deployed: transform, upload and the S3 stand-in are a process each (cores used: ` +
      `${cores.join(', ')}), the broker's JVM beside them on the same 2; from the first fifth to the last commit`,
  };
}

/** What the broker itself takes and gives, measured by its own tools with messages of a part's size. */
async function brokersLimit(bootstrap: string, classpath: string): Promise<string> {
  const topic = 'weatherline.run.requested';
  const java = async (main: string, args: readonly string[]): Promise<string> =>
    (await run('java', ['-cp', classpath, main, ...args], { timeout: 120_000, maxBuffer: 1 << 24 })).stdout;
  const produced = await java('org.apache.kafka.tools.ProducerPerformance', [
    '--topic',
    topic,
    '--num-records',
    '20000',
    '--record-size',
    '20000',
    '--throughput',
    '-1',
    '--producer-props',
    `bootstrap.servers=${bootstrap}`,
    'acks=all',
  ]);
  const consumed = await java('org.apache.kafka.tools.ConsumerPerformance', [
    '--bootstrap-server',
    bootstrap,
    '--topic',
    topic,
    '--messages',
    '20000',
  ]);
  const written = /([\d.]+) records\/sec \(([\d.]+) MB\/sec\)/.exec(produced.trim().split('\n').at(-1) ?? '');
  const read =
    consumed
      .trim()
      .split('\n')
      .at(-1)
      ?.split(',')
      .map((cell) => cell.trim()) ?? [];
  return `kafka-producer-perf-test ${written?.[2]} MB/s, kafka-consumer-perf-test ${read[3]} MB/s, of 20 kB messages`;
}

export const CHAIN_ROWS: readonly Row[] = [
  {
    area: 'chain',
    what: 'replay path (transform + upload), parts of 50: embedded',
    goal: '≥ 12,000 records a second',
    measure: embedded,
  },
  {
    area: 'chain',
    what: 'replay path (transform + upload), parts of 50: real Kafka',
    goal: '≥ 8,000 records a second',
    measure: onKafka,
  },
];
