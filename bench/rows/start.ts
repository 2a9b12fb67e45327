import { fileURLToPath } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';
import { openKafkaBroker } from '@weatherline/adapters/kafka';
import { TOPICS } from '@weatherline/runtime';
import { startKafka } from '@weatherline/testkit/kafka';
import { bundleImage, NODE_FLAGS, type Bundle } from '../bundle.ts';
import { median, spread, type Measured, type Row } from '../row.ts';
import { cpuSeconds, residentMiB, startServer, stop, type Started } from '../support/process.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const ROUNDS = 12;
const IDLE_SECONDS = 30;

/** No broker is needed to be listening; the consumer goes on trying. */
const SETTINGS = {
  WEATHERLINE_KAFKA_BROKERS: '127.0.0.1:1',
  WEATHERLINE_S3_BUCKET: 'bench',
  WEATHERLINE_S3_ENDPOINT: 'http://127.0.0.1:1',
  WEATHERLINE_S3_REGION: 'us-east-1',
  WEATHERLINE_HTTP_HOST: '127.0.0.1',
  AWS_ACCESS_KEY_ID: 'bench',
  AWS_SECRET_ACCESS_KEY: 'bench',
};

const PEERS = {
  'functions-framework': async (): Promise<Started> =>
    startServer(
      (port) => [
        here('../node_modules/@google-cloud/functions-framework/build/src/main.js'),
        '--target=bench',
        `--source=${here('../peers/gcf.cjs')}`,
        '--signature-type=cloudevent',
        `--port=${port}`,
      ],
      () => ({}),
      '/',
    ),
  'faas-js-runtime': async (): Promise<Started> =>
    startServer(
      (port) => [
        here('../node_modules/faas-js-runtime/bin/cli.js'),
        here('../peers/faas.cjs'),
        '--port',
        String(port),
        '--log-level',
        'error',
      ],
      () => ({}),
      '/health/liveness',
    ),
} as const;
export { PEERS };

async function startBundle({ file, env }: Bundle, settings: Readonly<Record<string, string>>): Promise<Started> {
  return startServer(
    () => [...NODE_FLAGS, file],
    (port) => ({ ...settings, ...env, WEATHERLINE_INFRA_PORT: String(port) }),
    '/healthz',
  );
}

/** Ours and the peers by turns, so that all meet the same noise. */
async function coldStart(name: string, goalMs: number): Promise<Measured> {
  const bundle = await bundleImage(name);
  const starts = {
    ours: async () => startBundle(bundle, SETTINGS),
    // What the compile cache is worth.
    uncompiled: async () => startBundle({ ...bundle, env: {} }, SETTINGS),
    ...PEERS,
  };
  const times: Record<string, number[]> = {};
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [who, start] of Object.entries(starts)) {
      const started = await start();
      (times[who] ??= []).push(started.readyMs);
      await stop(started.child);
    }
  }
  const ours = median(times['ours'] ?? []);
  const peers = Object.keys(PEERS).map((who) => `${who} ${spread(times[who] ?? [], 'ms')}`);
  const fastest = Math.min(...Object.keys(PEERS).map((who) => median(times[who] ?? [])));
  return {
    ours: spread(times['ours'] ?? [], 'ms'),
    peer: peers.join(', '),
    met: ours <= goalMs && ours < fastest,
    notes: `${ROUNDS} starts each by turns, spawn to first HTTP response; without the compile cache ${spread(times['uncompiled'] ?? [], 'ms')}; bundle ${Math.round(bundle.bytes / 1024)} KiB; ${(ours / fastest).toFixed(2)} of the faster peer`,
  };
}

/** A bundled transform that has joined its group on a real broker and has nothing to do. */
async function idle(): Promise<Measured> {
  const bundle = await bundleImage('transform');
  await using kafka = await startKafka();
  await using broker = openKafkaBroker({
    brokers: kafka.bootstrap.split(','),
    replication: { factor: 1, minInSync: 1 },
  });
  await broker.ensureTopics(TOPICS);
  const started = await startBundle(bundle, { ...SETTINGS, WEATHERLINE_KAFKA_BROKERS: kafka.bootstrap });
  try {
    await delay(15_000);
    const before = cpuSeconds(started.child.pid);
    await delay(IDLE_SECONDS * 1000);
    const share = (cpuSeconds(started.child.pid) - before) / IDLE_SECONDS;
    const rss = residentMiB(started.child.pid) ?? Number.NaN;
    return {
      ours: `${rss.toFixed(0)} MiB, ${(share * 100).toFixed(2)} % of a core`,
      peer: '',
      met: rss * 1.048_576 <= 75 && share <= 0.007,
      notes: `bundled transform on Apache Kafka, 12 partitions, over ${IDLE_SECONDS} s after 15 s`,
    };
  } finally {
    await stop(started.child);
  }
}

export const START_ROWS: readonly Row[] = [
  {
    area: 'start',
    what: 'cold start to ready, bundled: transform',
    goal: '≤ 120 ms, faster than both peers',
    measure: async () => coldStart('transform', 120),
  },
  {
    area: 'start',
    what: 'cold start to ready, bundled: upload',
    goal: '≤ 200 ms, faster than both peers',
    measure: async () => coldStart('upload', 200),
  },
  {
    area: 'start',
    what: 'idle consumer process',
    goal: '≤ 75 MB RSS, ≤ 0.7 % of a core',
    measure: idle,
  },
];
