import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { ExecutionContext } from 'ava';
import test from 'ava';
import { fetch } from './contract.ts';
import { getJson, record, serve, type Served, storeProduct } from './support.ts';

const MANY = 400;

/** A store that counts what is read, and how much at once. */
async function counting(t: ExecutionContext, delayMs = 0): Promise<Served & { reads: { all: number; most: number } }> {
  const reads = { all: 0, most: 0 };
  let underWay = 0;
  const served = await serve(t, {}, (store) => ({
    list: async (options) => store.list(options),
    get: async (key) => {
      reads.all += 1;
      underWay += 1;
      reads.most = Math.max(reads.most, underWay);
      await (delayMs === 0 ? undefined : wait(delayMs));
      underWay -= 1;
      return store.get(key);
    },
  }));
  return { ...served, reads };
}

const idOf = (part: number, at: number): string => `l${String(part * 2 + at).padStart(5, '0')}`;

async function storeLarge(served: Served, slot: string, { parts = MANY, filler = '' } = {}): Promise<void> {
  for (let index = 1; index <= parts; index += 1) {
    const lines = [0, 1].map((at) => record(idOf(index, at), { temp: index, lat: 1 + index / 100, lon: 2, filler }));
    await storeProduct(served, slot, lines, { part: { index, count: parts } });
  }
}

test('one place of a product of many parts is found without reading the others', async (t) => {
  const served = await counting(t);
  for (const slot of ['20261122T180000Z', '20261123T000000Z', '20261123T060000Z']) await storeLarge(served, slot);
  const place = idOf(137, 1);
  const found = await getJson(`${served.url}/v1/records?location=${place},nowhere&datetime=2026-11-22/..`);
  t.deepEqual(
    found.items.map(({ location_id, temp }: Record<string, unknown>) => [location_id, temp]),
    [
      [place, 137],
      [place, 137],
      [place, 137],
    ],
  );
  t.true(served.reads.all <= 3 * 2 * 10, `${served.reads.all} of ${3 * MANY} parts were read`);
  t.is((await getJson(`${served.url}/v1/locations/${place}/latest`)).record.temp, 137);
  t.is((await getJson(`${served.url}/v1/locations/${place}`)).latest.product, '20261123T060000Z');
  t.is((await fetch(`${served.url}/v1/locations/nowhere/latest`)).status, 404);
});

test('a page of records reads only as many parts as it needs, a few at a time', async (t) => {
  const served = await counting(t, 1);
  await storeLarge(served, '20261123T000000Z');
  await storeLarge(served, '20261123T060000Z');
  const page = await getJson(`${served.url}/v1/records?limit=5`);
  t.deepEqual(
    page.items.map(({ location_id }: Record<string, unknown>) => location_id),
    [idOf(1, 0), idOf(1, 1), idOf(2, 0), idOf(2, 1), idOf(3, 0)],
  );
  t.true(served.reads.all <= 20, `${served.reads.all} parts were read`);
  t.true(served.reads.most <= 8, `${served.reads.most} at once`);
  const second = await getJson(`${served.url}/v1/records?limit=5&cursor=${page.next_cursor}`);
  t.is(second.items[0].location_id, idOf(3, 1));
  const all = await (await fetch(`${served.url}/v1/records?f=ndjson&fields=location_id`)).text();
  t.is(all.split('\n').length - 1, 4 * MANY);
  t.true(served.reads.most <= 8, `${served.reads.most} at once`);
});

test('a product of many parts is found by place, and says what is not known of it', async (t) => {
  const served = await serve(t);
  await storeLarge(served, '20261123T060000Z', { parts: 25 });
  await storeProduct(served, '20261123T000000Z', [record('oslo')]);
  const byPlace = await getJson(`${served.url}/v1/products?location=${idOf(20, 0)}`);
  t.deepEqual(
    byPlace.items.map(({ id, revision, reason, records }: Record<string, unknown>) => ({
      id,
      revision,
      reason,
      records,
    })),
    [{ id: '20261123T060000Z', revision: null, reason: 'schedule', records: null }],
  );
  t.deepEqual((await getJson(`${served.url}/v1/products?location=nowhere`)).items, []);
  t.is((await getJson(`${served.url}/v1/locations/oslo/latest`)).product, '20261123T000000Z');
});

test('callers of one stream at the same moment each get all of it', async (t) => {
  const served = await serve(t);
  const filler = 'x'.repeat(15_000);
  for (let day = 1; day <= 20; day += 1) {
    for (const hour of ['00', '06', '12', '18']) {
      const slot = `202611${String(day).padStart(2, '0')}T${hour}0000Z`;
      await storeProduct(
        served,
        slot,
        ['a', 'b', 'c'].map((id) => record(id, { filler })),
      );
    }
  }
  for (let index = 1; index <= 30; index += 1) {
    const lines = [record(idOf(index, 0), { filler: filler.repeat(6) })];
    await storeProduct(served, '20261123T060000Z', lines, { part: { index, count: 30 } });
  }
  for (const [path, count] of [
    ['/v1/records?f=ndjson&datetime=../2026-11-21', 240],
    ['/v1/records?f=csv&datetime=../2026-11-21&fields=slot,location_id', 241],
    ['/v1/products/20261123T060000Z/records?f=ndjson', 30],
    ['/v1/products/20261123T060000Z/records', undefined],
    ['/products?limit=100', undefined],
  ] as const) {
    const bodies = await Promise.all(
      Array.from({ length: 3 }, async () => (await fetch(`${served.url}${path}`)).text()),
    );
    t.is(new Set(bodies).size, 1, path);
    if (count === undefined) t.notThrows(() => JSON.parse(bodies[0] ?? ''), path);
    else t.is((bodies[0] ?? '').split(/\r?\n/).length - 1, count, path);
  }
});

test('nothing more is read for a caller who has gone', async (t) => {
  const served = await counting(t, 5);
  const filler = 'x'.repeat(5_000);
  for (const slot of ['20261123T000000Z', '20261123T060000Z']) await storeLarge(served, slot, { filler });
  const socket = connect(Number(new URL(served.url).port), '127.0.0.1');
  socket.write('GET /v1/records?f=ndjson&bbox=100,80,101,81 HTTP/1.1\r\nHost: a\r\n\r\n');
  while (served.reads.all === 0) await wait(5);
  socket.destroy();
  await wait(200);
  const then = served.reads.all;
  await wait(500);
  t.is(served.reads.all, then);
  t.true(then < MANY, `${then} of ${2 * MANY} parts were read`);
});
