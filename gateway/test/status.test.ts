import test from 'ava';
import { productKey } from '@weatherline/events';
import { getJson, record, serve, type Served, storeProduct } from './support.ts';

const MINUTE = 60_000;

/** Replaces a product as a replay does. */
async function replace({ store }: Served, id: string): Promise<void> {
  const key = productKey(id, { index: 1, count: 1 });
  const { objects } = await store.list({ prefix: key });
  await store.put(key, Buffer.from(`${JSON.stringify(record('oslo', { temp: 9 }))}\n`), {
    ifMatch: objects[0]?.etag ?? '',
    contentType: 'application/x-ndjson',
    metadata: { run: id, revision: '1', reason: 'schedule' },
  });
}

async function ratio({ url }: Served): Promise<number | null> {
  const { freshness } = await getJson(`${url}/v1/status`);
  return freshness.met_ratio_24h;
}

test('a product that was replaced does not look late, one that was late does', async (t) => {
  const served = await serve(t);
  await storeProduct(served, '20261123T060000Z', [record('oslo')]);
  for (const id of ['20261123T120000Z', '20261123T180000Z']) {
    served.clock.advance((id.includes('T12') ? 5 * 60 + 1 : 6 * 60) * MINUTE);
    await storeProduct(served, id, [record('oslo')]);
  }
  served.clock.advance(29 * MINUTE);
  t.is(await ratio(served), 1);
  await replace(served, '20261123T120000Z');
  served.clock.advance(MINUTE);
  t.is(await ratio(served), 1, 'when it was first there is not known any more, and is not held against anybody');
  served.clock.advance(8 * 60 * MINUTE);
  await storeProduct(served, '20261124T000000Z', [record('oslo')]);
  served.clock.advance(MINUTE);
  // From 07:00 to 02:32, without 12:20 to 18:01, which is unknown; 00:20 to 02:31 was not met.
  const [whole, missed] = [19 * 60 + 32 - 341, 131];
  t.is(await ratio(served), Math.round(((whole - missed) / whole) * 10_000) / 10_000);
});

test('a pipeline that stands still for more than a month leaves a stale product, not an empty store', async (t) => {
  const served = await serve(t);
  await storeProduct(served, '20261123T060000Z', [record('oslo')]);
  served.clock.advance(40 * 24 * 60 * MINUTE);
  t.like(await getJson(`${served.url}/v1/status`), {
    status: 'stale',
    latest: { id: '20261123T060000Z', age_seconds: 40 * 86_400 + 3_600, complete: true },
  });
  t.is((await getJson(`${served.url}/v1/products/latest`)).id, '20261123T060000Z');
});
