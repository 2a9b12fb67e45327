import test from 'ava';
import { planKey } from '@weatherline/events';
import { fetch } from './contract.ts';
import { getJson, record, serve, type Served, storeProduct } from './support.ts';

async function storePlan({ store }: Served, id: string, parts: number): Promise<void> {
  const plan = {
    run: { id, reason: 'schedule' },
    parts: Array.from({ length: parts }, () => [{ id: 'a' }, { id: 'b' }]),
  };
  await store.put(planKey(id), Buffer.from(JSON.stringify(plan)), {
    ifNoneMatch: '*',
    contentType: 'application/json',
  });
}

type Item = { readonly id: string; readonly state: string; readonly parts: unknown; readonly reason: string | null };

test('runs show what was planned, what was stored, and the slots that have neither', async (t) => {
  const served = await serve(t);
  await storePlan(served, '20261122T120000Z', 1);
  await storeProduct(served, '20261122T120000Z', [record('a')]);
  await storePlan(served, '20261122T180000Z', 3);
  await storeProduct(served, '20261122T180000Z', [record('a')], { part: { index: 2, count: 3 } });
  await storePlan(served, '20261123T060000Z', 2);
  await storeProduct(served, '20261122T141500Z', [record('a')]);
  const { items } = await getJson(`${served.url}/v1/runs?datetime=2026-11-22T12:00:00Z/..`);
  t.deepEqual(
    items.map(({ id, state }: Item) => `${id} ${state}`),
    [
      '20261123T060000Z running',
      '20261123T000000Z missing',
      '20261122T180000Z incomplete',
      '20261122T141500Z complete',
      '20261122T120000Z complete',
    ],
  );
  t.deepEqual(items[0].parts, { stored: 0, expected: 2 });
  t.deepEqual(items[2].parts, { stored: 1, expected: 3 });
  const missing = await getJson(`${served.url}/v1/runs?state=missing`);
  t.is(missing.items.length, 25, 'seven days of four slots but for three');
  const one = await getJson(`${served.url}/v1/runs/20261122T180000Z`);
  t.like(one, { reason: 'schedule', locations: 6, records: 1, state: 'incomplete' });
  t.is((await fetch(`${served.url}/v1/runs/20261122T180001Z`)).status, 404);
  t.is((await getJson(`${served.url}/v1/runs/20261123T000000Z`)).state, 'missing');
});

test('a run says why it was made, in the list as by itself, and its plan is read once', async (t) => {
  const served = await serve(t);
  const planned = '20261122T120000Z';
  await storePlan(served, planned, 1);
  await storeProduct(served, planned, [record('a')]);
  await storePlan(served, '20261122T180000Z', 1);
  await storeProduct(served, '20261123T000000Z', [record('a')]);
  const url = `${served.url}/v1/runs?datetime=2026-11-22T12:00:00Z/..`;
  const { items }: { items: Item[] } = await getJson(url);
  t.deepEqual(
    items.map(({ reason }) => reason),
    [null, 'schedule', 'schedule', 'schedule'],
  );
  for (const { id, reason } of items) t.is((await getJson(`${served.url}/v1/runs/${id}`)).reason, reason, id);
  const before = served.store.calls.get;
  served.clock.advance(20_000);
  t.is((await getJson(url)).items.length, 4);
  t.is(served.store.calls.get, before);
});

test('runs page by a cursor', async (t) => {
  const served = await serve(t);
  const seen: string[] = [];
  let href: string | undefined = '/v1/runs?limit=10';
  while (href !== undefined) {
    const page: { items: Item[]; links: { rel: string; href: string }[] } = await getJson(`${served.url}${href}`);
    seen.push(...page.items.map(({ id }) => id));
    href = page.links.find(({ rel }) => rel === 'next')?.href;
  }
  t.is(seen.length, 28);
  t.deepEqual(seen, seen.toSorted().toReversed());
});

test('status says how fresh, what is missing and what comes next', async (t) => {
  const served = await serve(t);
  t.like(await getJson(`${served.url}/v1/status`), {
    status: 'empty',
    latest: null,
    next_expected_at: '2026-11-23T12:00:00Z',
  });
  served.clock.advance(20_000);
  await storeProduct(served, '20261123T060000Z', [record('a')]);
  const fresh = await getJson(`${served.url}/v1/status`);
  t.like(fresh, { status: 'ok', latest: { id: '20261123T060000Z', age_seconds: 3620, complete: true } });
  t.is(fresh.freshness.target_seconds, 6 * 3600 + 1200);
  t.is(fresh.missing_7d.length, 27);
  served.clock.advance(7 * 3_600_000);
  t.is((await getJson(`${served.url}/v1/status`)).status, 'stale');
});

test('locations come with their newest record, also one of an older product', async (t) => {
  const served = await serve(t);
  await storeProduct(served, '20261123T000000Z', [record('oslo', { temp: 1 }), record('luxembourg', { temp: 2 })]);
  await storeProduct(served, '20261123T060000Z', [record('oslo', { temp: 3 }), record('lima', { temp: 4 })]);
  const { items } = await getJson(`${served.url}/v1/locations`);
  t.deepEqual(
    items.map(({ id, latest }: { id: string; latest: { product: string } }) => [id, latest.product]),
    [
      ['lima', '20261123T060000Z'],
      ['luxembourg', '20261123T000000Z'],
      ['oslo', '20261123T060000Z'],
    ],
  );
  t.is((await getJson(`${served.url}/v1/locations/luxembourg/latest`)).record.temp, 2);
});

test('products are filtered by time, place and run', async (t) => {
  const served = await serve(t);
  const slots = ['20261121T000000Z', '20261122T000000Z', '20261122T060000Z', '20261123T060000Z'];
  for (const [at, slot] of slots.entries())
    await storeProduct(served, slot, [
      record(at % 2 === 0 ? 'oslo' : 'lima', at % 2 === 0 ? { lat: 60, lon: 10 } : { lat: -12, lon: -77 }),
    ]);
  const ids = async (query: string): Promise<string[]> =>
    (await getJson(`${served.url}/v1/products?${query}`)).items.map(({ id }: Item) => id);
  t.deepEqual(await ids('order=asc'), slots);
  t.deepEqual(await ids('datetime=2026-11-22'), [slots[2], slots[1]]);
  t.deepEqual(await ids('location=oslo'), [slots[2], slots[0]]);
  t.deepEqual(await ids('bbox=-80,-20,-70,0'), [slots[3], slots[1]]);
  t.deepEqual(await ids('run_id=20261122T060000Z'), [slots[2]]);
  const walked: string[] = [];
  let href: string | undefined = '/v1/products?limit=1&location=lima&order=asc';
  while (href !== undefined) {
    const page: { items: Item[]; links: { rel: string; href: string }[] } = await getJson(`${served.url}${href}`);
    walked.push(...page.items.map(({ id }) => id));
    href = page.links.find(({ rel }) => rel === 'next')?.href;
  }
  t.deepEqual(walked, [slots[1], slots[3]]);
});
