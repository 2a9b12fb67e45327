import { createMetrics, serveInfra, sha256 } from '@weatherline/runtime';
import test from 'ava';
import { fetch } from './contract.ts';
import { storeCheck } from '../src/index.ts';
import { getJson, record, serve, type Served, storeProduct } from './support.ts';

const DAY_MS = 86_400_000;
const WARM = [
  '/',
  '/locations/luxembourg',
  '/v1/products/latest',
  '/v1/products?limit=5',
  '/v1/locations',
  '/products?limit=2',
  '/v1/products/20261123T060000Z/records?f=csv',
];

async function readAll(
  t: { is: (a: unknown, b: unknown, c?: string) => void },
  served: Served,
  why: string,
): Promise<void> {
  for (const path of WARM) t.is((await fetch(`${served.url}${path}`)).status, 200, `${path} ${why}`);
}

for (const trouble of ['refuses', 'hangs'] as const) {
  test(`a store that ${trouble}: what is warm is read for 24 hours, readiness stays and says degraded`, async (t) => {
    const broken = { now: false };
    const served = await serve(t, {}, (store) => ({
      get: async (key) => (broken.now ? fault(trouble) : store.get(key)),
      list: async (options) => (broken.now ? fault(trouble) : store.list(options)),
    }));
    await storeProduct(served, '20261123T060000Z', [record('a'), record('luxembourg'), record('oslo')]);
    await readAll(t, served, 'warm');
    t.deepEqual(await served.health(), { ready: true, failingSince: undefined });
    await using infra = await serveInfra({
      host: '127.0.0.1',
      port: 0,
      metrics: createMetrics({ service: 'gateway', version: '0' }),
      version: { service: 'gateway', version: '0' },
      checks: async () => [await storeCheck(served)],
    });
    const readiness = async (): Promise<{ status: number; said: string }> => {
      const response = await globalThis.fetch(`http://127.0.0.1:${infra.port}/readyz`);
      return { status: response.status, said: ((await response.json()) as { status: string }).status };
    };
    t.deepEqual(await readiness(), { status: 200, said: 'ok' });
    broken.now = true;
    const end = served.clock.now().getTime() + DAY_MS;
    const running = runTime(served);
    for (let hour = 0; hour < 23; hour += 1) {
      served.clock.advance(3_600_000);
      await readAll(t, served, `after ${hour + 1} hours`);
    }
    // The last minute of the day; time goes on while requests are under way.
    served.clock.advance(end - 60_000 - served.clock.now().getTime());
    await readAll(t, served, 'after a day');
    t.deepEqual(await readiness(), { status: 200, said: 'degraded' });
    const health = await served.health();
    t.true(health.ready && health.failingSince !== undefined);
    const old = await fetch(`${served.url}/v1/products/latest`);
    t.true(Number(old.headers.get('age')) >= 22 * 3600);
    t.regex(old.headers.get('cache-status') ?? '', /ttl=-/);
    t.is((await getJson(`${served.url}/v1/status`)).status, 'degraded');
    const cold = await fetch(`${served.url}/v1/products/20261101T000000Z`);
    t.is(cold.status, 503, 'what is not warm');
    t.is(cold.headers.get('retry-after'), '15');
    served.clock.advance(3_600_000);
    t.is((await fetch(`${served.url}/v1/products/latest`)).status, 503, 'after a day it is no answer any more');
    broken.now = false;
    served.clock.advance(20_000);
    await storeProduct(served, '20261124T060000Z', [record('a')]);
    t.is((await getJson(`${served.url}/v1/products/latest`)).id, '20261124T060000Z');
    t.is((await served.health()).failingSince, undefined);
    await running.stop();
  });
}

async function fault(trouble: 'refuses' | 'hangs'): Promise<never> {
  if (trouble === 'refuses') throw new Error('503 Slow Down');
  return new Promise(() => {});
}

/** Lets the virtual clock's waits end while requests are under way. */
function runTime({ clock }: Served): { stop: () => Promise<void> } {
  const state = { stopped: false };
  const loop = (async () => {
    while (!state.stopped) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      clock.advance(100);
    }
  })();
  return {
    stop: async () => {
      state.stopped = true;
      await loop;
    },
  };
}

test('stored bytes that were read before are served while the store is away', async (t) => {
  const broken = { now: false };
  const served = await serve(t, {}, (store) => ({
    get: async (key) => (broken.now ? fault('refuses') : store.get(key)),
    list: async (options) => (broken.now ? fault('refuses') : store.list(options)),
  }));
  const body = Buffer.from(`${JSON.stringify(record('a'))}\n`);
  await served.store.put('weather-products/2026/11/23/060000.jsonl', body, {
    ifNoneMatch: '*',
    contentType: 'application/x-ndjson',
    metadata: { revision: '1', sha256: sha256(body) },
  });
  const url = `${served.url}/v1/products/20261123T060000Z/content`;
  t.is((await fetch(url)).status, 200);
  broken.now = true;
  served.clock.advance(3_600_000);
  const response = await fetch(url, { headers: { range: 'bytes=2-5' } });
  t.is(response.status, 206);
  t.is(await response.text(), body.subarray(2, 6).toString());
});

test('bytes of a product that was replaced a moment ago never come under the tag of the old ones', async (t) => {
  const served = await serve(t);
  const key = 'weather-products/2026/11/23/060000.jsonl';
  const url = `${served.url}/v1/products/20261123T060000Z/content`;
  const put = async (temp: number, condition: { ifNoneMatch: '*' } | { ifMatch: string }): Promise<void> => {
    const body = Buffer.from(`${JSON.stringify(record('a', { temp }))}\n`);
    const metadata = { revision: String(temp), sha256: sha256(body) };
    await served.store.put(key, body, { ...condition, contentType: 'application/x-ndjson', metadata });
  };
  await put(1, { ifNoneMatch: '*' });
  const before = await fetch(url);
  const tag = before.headers.get('etag') ?? '';
  // A listing of the same window, and bytes that are in memory no more.
  const cold = `${url}?rev=${tag.slice(1, 9)}`;
  await put(2, { ifMatch: (await served.store.get(key))?.etag ?? '' });
  const old = await fetch(url);
  const [text, etag] = [await old.text(), old.headers.get('etag')];
  t.is(text.includes('"temp":1'), etag === tag, 'old bytes and old tag, or new and new');
  await served.store.put('weather-products/2026/11/22/060000.jsonl', Buffer.from('{"location_id":"b"}\n'), {
    ifNoneMatch: '*',
    contentType: 'application/x-ndjson',
  });
  served.clock.advance(20_000);
  t.is((await fetch(cold)).status, 404, 'the old revision is gone');
  const after = await fetch(url);
  t.not(after.headers.get('etag'), tag);
  t.is((JSON.parse(await after.text()) as { temp: number }).temp, 2);
});

test('of a product that is replaced between its listing and its reading the new bytes come with their own tag', async (t) => {
  const swap: { next?: () => Promise<void> } = {};
  const served = await serve(t, {}, (store) => ({
    list: async (options) => store.list(options),
    get: async (key) => {
      await swap.next?.();
      return store.get(key);
    },
  }));
  const key = 'weather-products/2026/11/23/060000.jsonl';
  const body = (temp: number): Buffer => Buffer.from(`${JSON.stringify(record('a', { temp }))}\n`);
  await served.store.put(key, body(1), { ifNoneMatch: '*', contentType: 'application/x-ndjson' });
  await getJson(`${served.url}/v1/products?limit=1&datetime=2001-01-01/..`);
  swap.next = async () => {
    delete swap.next;
    const { etag = '' } = (await served.store.get(key)) ?? {};
    await served.store.put(key, body(22), { ifMatch: etag, contentType: 'application/x-ndjson' });
  };
  const url = `${served.url}/v1/products/20261123T060000Z/content`;
  const response = await fetch(url);
  t.is(response.status, 200);
  t.is(await response.text(), body(22).toString());
  const again = await fetch(url, { headers: { 'if-none-match': response.headers.get('etag') ?? '' } });
  t.is(again.status, 304);
});

test('a product that upload replaces is served with its new tag within 20 s, a new one is there within 20 s', async (t) => {
  const served = await serve(t);
  await storeProduct(served, '20261123T060000Z', [record('a', { temp: 1 })]);
  const url = `${served.url}/v1/products/20261123T060000Z/records`;
  const before = await fetch(url);
  const key = 'weather-products/2026/11/23/060000.jsonl';
  const found = await served.store.get(key);
  await served.store.put(key, Buffer.from(`${JSON.stringify(record('a', { temp: 2 }))}\n`), {
    ifMatch: found?.etag ?? '',
    contentType: 'application/x-ndjson',
    metadata: { revision: '2' },
  });
  served.clock.advance(20_000);
  const after = await fetch(url, { headers: { 'if-none-match': before.headers.get('etag') ?? '' } });
  t.is(after.status, 200);
  t.not(after.headers.get('etag'), before.headers.get('etag'));
  t.is(((await after.json()) as { items: { temp: number }[] }).items[0]?.temp, 2);
  t.is((await getJson(`${served.url}/v1/products/20261123T060000Z`)).revision, 2);
});

test('a client without brotli gets gzip, one without either plain bytes, each with a tag of its own', async (t) => {
  const served = await serve(t);
  await storeProduct(
    served,
    '20261123T060000Z',
    Array.from({ length: 40 }, (_, at) => record(`place-${at}`)),
  );
  const tags = new Set<string>();
  for (const [accepted, encoding] of [
    ['gzip, deflate, br', 'br'],
    ['gzip', 'gzip'],
    ['br;q=0, gzip;q=0.5', 'gzip'],
    ['identity', null],
    ['gzip;q=0', null],
  ] as const) {
    const response = await fetch(`${served.url}/v1/products/latest`, { headers: { 'accept-encoding': accepted } });
    t.is(response.headers.get('content-encoding'), encoding, accepted);
    t.is(((await response.json()) as { items: unknown[] }).items.length, 40);
    tags.add(response.headers.get('etag') ?? '');
  }
  t.is(tags.size, 3);
});
