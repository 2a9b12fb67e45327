import test from 'ava';
import { fetch } from './contract.ts';
import { getJson, record, serve, type Served, storeProduct } from './support.ts';

const WARM = [
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
    broken.now = true;
    const running = runTime(served);
    for (let hour = 0; hour < 23; hour += 1) {
      served.clock.advance(3_600_000);
      await readAll(t, served, `after ${hour + 1} hours`);
    }
    const health = await served.health();
    t.true(health.ready && health.failingSince !== undefined);
    const old = await fetch(`${served.url}/v1/products/latest`);
    t.true(Number(old.headers.get('age')) >= 22 * 3600);
    t.regex(old.headers.get('cache-status') ?? '', /ttl=-/);
    t.is((await getJson(`${served.url}/v1/status`)).status, 'degraded');
    const cold = await fetch(`${served.url}/v1/products/20261101T000000Z`);
    t.is(cold.status, 503, 'what is not warm');
    t.is(cold.headers.get('retry-after'), '15');
    served.clock.advance(2 * 3_600_000);
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
