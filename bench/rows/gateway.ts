import { setTimeout as wait } from 'node:timers/promises';
import { openS3Store } from '@weatherline/adapters/s3';
import { createGateway } from '@weatherline/gateway';
import { parseSchedule } from '@weatherline/events/schedule';
import { systemClock, type Clock } from '@weatherline/runtime';
import { startS3Server, type S3Server } from '@weatherline/testkit/s3';
import autocannon from 'autocannon';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { median, spread, type Measured, type Row } from '../row.ts';
import { FastApiPeer, pythonWithFastApi } from '../support/fastapi-peer.ts';
import { slotRecords } from '../support/gateway-data.ts';
import { MeasuredServer } from '../support/measured-server.ts';

const LATEST = '/v1/products/latest';
const ROUNDS = 7;

/** Rounds by turns, so that what else the machine does falls on all alike. */
async function hotRead(): Promise<Measured> {
  const raw = await MeasuredServer.start('raw');
  const ours = await MeasuredServer.start('gateway');
  const logged = await MeasuredServer.start('logged');
  try {
    const first = await fetch(ours.url(LATEST), { headers: { 'accept-encoding': 'identity' } });
    const bytes = (await first.text()).length;
    const etag = first.headers.get('etag') ?? '';
    if (bytes < 7_000 || bytes > 9_500) throw new Error(`expected about 8 KB, got ${bytes}`);
    const zipped = await fetch(ours.url(LATEST), { headers: { 'accept-encoding': 'gzip' } });
    if (zipped.headers.get('content-encoding') !== 'gzip') throw new Error('expected gzip');
    await zipped.text();
    const kinds = {
      raw: async () => raw.cpuPerRequest('/', {}, 200),
      identity: async () => ours.cpuPerRequest(LATEST, { 'accept-encoding': 'identity' }, 200),
      gzip: async () => ours.cpuPerRequest(LATEST, { 'accept-encoding': 'gzip' }, 200),
      withLog: async () => logged.cpuPerRequest(LATEST, { 'accept-encoding': 'identity' }, 200),
      unchanged: async () => ours.cpuPerRequest(LATEST, { 'accept-encoding': 'identity', 'if-none-match': etag }, 304),
    };
    for (const measure of Object.values(kinds)) await measure();
    const found: Record<keyof typeof kinds, number[]> = { raw: [], identity: [], gzip: [], withLog: [], unchanged: [] };
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const kind of ['raw', 'identity', 'gzip', 'withLog', 'unchanged'] as const) {
        found[kind].push(await kinds[kind]());
      }
    }
    const [hot, packed, unchanged] = [
      ratio(found.identity, found.raw),
      ratio(found.gzip, found.identity),
      ratio(found.unchanged, found.raw),
    ];
    return {
      ours: `${hot.toFixed(2)} ×; gzip ${packed.toFixed(2)} ×; 304 ${unchanged.toFixed(2)} × (${spread(found.identity, 'µs', 1)})`,
      peer: `node:http ${spread(found.raw, 'µs', 1)}`,
      met: hot <= 2.2 && packed <= 1.2 && unchanged <= 2,
      notes: `${bytes} bytes of JSON; ours has its metrics, request ids, rate limit and validators on; with the access log, which is off unless asked for, a hot read costs ${ratio(found.withLog, found.identity).toFixed(2)} × that; medians of ${ROUNDS} rounds by turns of 12,000 requests on 32 connections`,
    };
  } finally {
    raw.stop();
    ours.stop();
    logged.stop();
  }
}

/** The seed's framework with the same records: its floor is an answer whose bytes are ready, its habit a list of dicts. */
async function besideFastApi(): Promise<Measured | undefined> {
  const python = pythonWithFastApi();
  if (python === undefined) return undefined;
  const ours = await MeasuredServer.start('gateway');
  const body = await (await fetch(ours.url(LATEST), { headers: { 'accept-encoding': 'identity' } })).text();
  const peer = await FastApiPeer.start(python, body);
  try {
    const kinds = {
      ours: async () => ours.cpuPerRequest(LATEST, { 'accept-encoding': 'identity' }, 200, 6_000),
      ready: async () => peer.cpuPerRequest('/ready', 6_000),
      dicts: async () => peer.cpuPerRequest('/dicts', 1_500),
    };
    for (const measure of Object.values(kinds)) await measure();
    const found = { ours: [] as number[], ready: [] as number[], dicts: [] as number[] };
    for (let round = 0; round < 5; round += 1) {
      for (const kind of ['ours', 'ready', 'dicts'] as const) found[kind].push(await kinds[kind]());
    }
    const [floor, list] = [ratio(found.ours, found.ready), ratio(found.dicts, found.ours)];
    return {
      ours: `${floor.toFixed(2)} × its floor; a list of dicts costs it ${list.toFixed(0)} × ours (${spread(found.ours, 'µs', 1)})`,
      peer: `FastAPI ${peer.version}: ready bytes ${spread(found.ready, 'µs', 1)}, dicts ${spread(found.dicts, 'µs')}`,
      met: floor <= 1 && list >= 12,
      notes: `${body.length} bytes of JSON; FastAPI as the machine's Python has it (Debian has an old one), with uvicorn and what it finds of uvloop and httptools`,
    };
  } finally {
    ours.stop();
    peer.stop();
  }
}

async function latency(): Promise<Measured> {
  const ours = await MeasuredServer.start('gateway');
  const raw = await MeasuredServer.start('raw');
  try {
    await run(ours.url(LATEST));
    const [mine, plain] = [await run(ours.url(LATEST)), await run(raw.url('/'))];
    const { rssMiB } = await ours.used();
    return {
      ours: `p50 ${mine.latency.p50} ms, p99 ${mine.latency.p99} ms, ${rssMiB.toFixed(0)} MiB resident`,
      peer: `node:http p50 ${plain.latency.p50} ms, p99 ${plain.latency.p99} ms`,
      met: mine.latency.p50 <= 1 && mine.latency.p99 <= 8 && rssMiB <= 150,
    };
  } finally {
    ours.stop();
    raw.stop();
  }
}

const ratio = (a: readonly number[], b: readonly number[]): number =>
  median(a.map((value, at) => value / (b[at] ?? value)));

const run = async (url: string): Promise<autocannon.Result> =>
  autocannon({ url, connections: 16, overallRate: 1_000, duration: 8 });

const BUCKET = 'weatherline';
const DAY_MS = 86_400_000;
const NOW = Date.parse('2026-11-23T07:00:00Z');
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** Products of one part every `stepMs`, ending at `last`, until there are as many objects as asked for. */
function fill(s3: S3Server, objects: number, stepMs: number, last: number): void {
  const body = Buffer.from(`${JSON.stringify(slotRecords(1, 1)[0])}\n`);
  const meta = Buffer.from('{"failures":[]}');
  // Oldest first: the server's list of keys grows at its end.
  for (let at = objects / 2 - 1; at >= 0; at -= 1) {
    const text = new Date(last - at * stepMs).toISOString();
    const path = `weather-products/${text.slice(0, 10).replaceAll('-', '/')}/${text.slice(11, 19).replaceAll(':', '')}`;
    s3.seed(BUCKET, `${path}.jsonl`, body);
    s3.seed(BUCKET, `${path}.meta.json`, meta);
  }
}

type Cold = { readonly requests: number; readonly tookMs: number };

async function coldLatest(s3: S3Server, clock: Clock): Promise<Cold> {
  const credentials = { accessKeyId: s3.accessKeyId, secretAccessKey: s3.secretAccessKey };
  await using store = await openS3Store({
    bucket: BUCKET,
    endpoint: s3.url,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials,
  });
  await store.list({ prefix: 'warm/', limit: 1 });
  const before = total(s3);
  const since = performance.now();
  const body = await once1(store, clock, [LATEST]);
  if (!body[0]?.includes('"items":[{')) throw new Error('expected a product');
  return { requests: total(s3) - before, tookMs: performance.now() - since };
}

function total({ counts }: S3Server): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/** A gateway of its own over a store, asked for some paths at once. */
async function once1(
  store: Parameters<typeof createGateway>[0]['store'],
  clock: Clock,
  paths: readonly string[],
): Promise<string[]> {
  const schedule = parseSchedule('0 */6 * * *');
  const gateway = createGateway({ store, clock, log: silent, schedule, locations: [], version: '0' });
  const server = createServer(gateway.callback).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  try {
    return await Promise.all(paths.map(async (path) => (await fetch(`http://127.0.0.1:${port}${path}`)).text()));
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

async function requestsOfLatest(): Promise<Measured> {
  const clock: Clock = { now: () => new Date(NOW), sleep: async (ms, signal) => systemClock.sleep(ms, signal) };
  const counts: Record<string, Cold> = {};
  for (const [name, objects, stepMs, last] of [
    ['1 thousand', 1_000, 21_600_000, NOW - 3_600_000],
    ['1 million', 1_000_000, 300_000, NOW - 3_600_000],
    ['yesterday', 1_000, 21_600_000, NOW - DAY_MS],
    ['a gap of three years', 1_000, 21_600_000, NOW - 3 * 365 * DAY_MS],
  ] as const) {
    await using s3 = await startS3Server({ buckets: [BUCKET] });
    fill(s3, objects, stepMs, last);
    counts[name] = await coldLatest(s3, clock);
  }
  const of = (name: string): number => counts[name]?.requests ?? Number.NaN;
  const [thousand, million, yesterday, gap] = [
    of('1 thousand'),
    of('1 million'),
    of('yesterday'),
    of('a gap of three years'),
  ];
  return {
    ours: `${thousand} and ${million}; ${yesterday} when yesterday's is the newest; ${gap} over a gap of three years`,
    peer: 'the seed: 1, and wrong after 1,000 objects',
    met: thousand === million && thousand <= 4 && yesterday <= 4 && gap <= 8,
    notes: `counted by the S3 server; cold ${Math.round(counts['1 thousand']?.tookMs ?? 0)} ms and ${Math.round(counts['1 million']?.tookMs ?? 0)} ms on this machine`,
  };
}

async function coldHerd(): Promise<Measured> {
  const clock: Clock = { now: () => new Date(NOW), sleep: async (ms, signal) => systemClock.sleep(ms, signal) };
  await using s3 = await startS3Server({ buckets: [BUCKET] });
  fill(s3, 8, 21_600_000, NOW - 3_600_000);
  const credentials = { accessKeyId: s3.accessKeyId, secretAccessKey: s3.secretAccessKey };
  await using store = await openS3Store({
    bucket: BUCKET,
    endpoint: s3.url,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials,
  });
  const reads = new Map<string, number>();
  const counted = {
    get: async (key: string) => {
      reads.set(key, (reads.get(key) ?? 0) + 1);
      return store.get(key);
    },
    list: async (options: Parameters<typeof store.list>[0]) => {
      const name = `list ${options.prefix}`;
      reads.set(name, (reads.get(name) ?? 0) + 1);
      return store.list(options);
    },
  };
  const id = '20261123T060000Z';
  const five = [
    LATEST,
    `/v1/products/${id}`,
    `/v1/products/${id}/records`,
    `/v1/products/${id}/records?f=csv`,
    '/products',
  ];
  await once1(
    counted,
    clock,
    Array.from({ length: 1_000 }, () => LATEST),
  );
  const one = Math.max(...reads.values());
  reads.clear();
  await once1(
    counted,
    clock,
    Array.from({ length: 1_000 }, (_, at) => five[at % five.length] ?? LATEST),
  );
  const many = Math.max(...reads.values());
  return {
    ours: `${one} read of each object; ${many} when five addresses of one product are asked for at once`,
    peer: '–',
    met: one === 1 && many === 1,
    notes: 'asked for by 1,000 requests at once of a gateway that has just started',
  };
}

async function streaming(): Promise<Measured> {
  const ours = await MeasuredServer.start('gateway', '400', '50');
  try {
    const metadata: { id?: string } = JSON.parse(await (await fetch(ours.url(LATEST))).text());
    const { id = '' } = metadata;
    await ours.collect();
    const before = await ours.used();
    let most = before.rssMiB;
    let bytes = 0;
    const since = performance.now();
    const response = await fetch(ours.url(`/v1/products/${id}/records?f=ndjson`));
    for await (const chunk of response.body ?? []) {
      bytes += chunk.length;
      most = Math.max(most, (await ours.used()).rssMiB);
    }
    const tookS = (performance.now() - since) / 1000;
    const csvSince = performance.now();
    const csv = await (await fetch(ours.url(`/v1/products/${id}/records?f=csv`))).text();
    const csvS = (performance.now() - csvSince) / 1000;
    const rows = csv.split('\r\n').length - 2;
    await wait(200);
    return {
      ours: `+ ${(most - before.rssMiB).toFixed(0)} MiB while ${(bytes / 2 ** 20).toFixed(0)} MiB of NDJSON are sent; ${Math.round(20_000 / tookS).toLocaleString('en')} lines a second, CSV ${Math.round(rows / csvS).toLocaleString('en')} rows a second`,
      peer: '–',
      met: most - before.rssMiB <= 20,
      notes: `20,000 records in 400 parts, read while the memory is looked at after each piece`,
    };
  } finally {
    ours.stop();
  }
}

const row = (what: string, goal: string, measure: Row['measure']): Row => ({
  area: 'gateway',
  what,
  goal,
  measure,
});

export const GATEWAY_ROWS: readonly Row[] = [
  row(
    'gateway hot read (8 KB JSON), CPU per request',
    '≤ 2.2 × raw node:http; gzip ≤ 1.2 × identity; 304 ≤ 2 × raw',
    hotRead,
  ),
  {
    ...row(
      'gateway hot read beside FastAPI, CPU per request',
      '≤ 1.0 × its floor; ≥ 12 × less than dicts',
      besideFastApi,
    ),
    reason: 'no Python with FastAPI and uvicorn is at hand',
  },
  row('gateway at 1,000 requests a second, warm', 'p50 ≤ 1 ms, p99 ≤ 8 ms, ≤ 150 MiB', latency),
  row(
    'S3 requests for `latest` cold, one-part slots, 1 thousand and 1 million objects',
    'equal; ≤ 4, ≤ 8 over any gap',
    requestsOfLatest,
  ),
  row('1,000 concurrent cold requests', '1 read of each object', coldHerd),
  row('NDJSON of a product that is larger than memory should hold', '+ ≤ 20 MiB', streaming),
];
