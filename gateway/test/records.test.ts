import test from 'ava';
import { fetch } from './contract.ts';
import { getJson, record, serve, storeProduct } from './support.ts';

const SLOTS = ['20261120T000000Z', '20261121T060000Z', '20261122T120000Z', '20261123T000000Z', '20261123T060000Z'];

test('records over time: oldest first, by slot and then location, in pages that no new product moves', async (t) => {
  const served = await serve(t);
  for (const [at, slot] of SLOTS.entries()) {
    await storeProduct(served, slot, [
      record('oslo', { n: at }),
      record('luxembourg', { n: at }),
      record('x', { n: at }),
    ]);
  }
  const url = `${served.url}/v1/records?location=oslo,luxembourg&limit=3&fields=location_id,temp&datetime=2026-11-21/..`;
  const seen: string[] = [];
  let next: string | undefined = url;
  let pages = 0;
  while (next !== undefined && pages < 10) {
    const response: Response = await fetch(next);
    t.is(response.status, 200, next);
    const page = (await response.json()) as {
      items: { location_id: string }[];
      links: { rel: string; href: string }[];
    };
    seen.push(...page.items.map((item) => Object.values(item).join(' ')));
    const link = page.links.find(({ rel }) => rel === 'next');
    t.is(response.headers.get('link')?.includes('rel="next"'), link !== undefined);
    next = link === undefined ? undefined : `${served.url}${link.href}`;
    pages += 1;
  }
  t.is(pages, 3);
  t.deepEqual(seen, Array.from({ length: 4 }, () => ['luxembourg 3.5', 'oslo 3.5']).flat());
  const forged = await fetch(`${served.url}/v1/records?location=x&cursor=${'a'.repeat(20)}`);
  t.like(await forged.json(), { type: '/problems/invalid-cursor' });
});

test('ranges are OGC intervals, slot ids or dates; nonsense is told', async (t) => {
  const served = await serve(t);
  for (const slot of SLOTS) await storeProduct(served, slot, [record('oslo', { at: slot })]);
  const count = async (datetime: string): Promise<number> =>
    (await getJson(`${served.url}/v1/records?datetime=${encodeURIComponent(datetime)}`)).items.length;
  t.is(await count('2026-11-23'), 2);
  t.is(await count('2026-11-22/2026-11-23T00:00:00Z'), 2);
  t.is(await count('20261121T060000Z'), 1);
  t.is(await count('2026-11-22/..'), 3);
  t.is(await count('2026-11-23T07:00:00+01:00'), 1, 'any offset');
  for (const bad of ['2026-02-30', 'yesterday', '2026-11-23/2026-11-22', 'a/b/c', '2026-13-01', ''])
    t.is((await fetch(`${served.url}/v1/records?datetime=${bad}`)).status, 400, bad);
  t.like(await (await fetch(`${served.url}/v1/records?datetime=2020-01-01/..&f=geojson`)).json(), {
    type: '/problems/range-too-large',
  });
  const lines = await (await fetch(`${served.url}/v1/records?datetime=../2026-11-21&f=ndjson`)).text();
  t.is(lines.split('\n').length, 3, 'NDJSON has no bound');
});

test('CSV is RFC 4180 with a header, empty for absent, quoted where needed; a formula only without excel', async (t) => {
  const served = await serve(t);
  const row = { location_name: 'a "b", c\nd', weather: '=1+1', temp: null, derived: { dew_point: -1.5 } };
  await storeProduct(served, '20261123T060000Z', [record('oslo', row)]);
  const url = `${served.url}/v1/products/20261123T060000Z/records?f=csv&fields=location_id,location_name,temp,weather,derived.dew_point`;
  const response = await fetch(url);
  t.is(response.headers.get('content-type'), 'text/csv; charset=utf-8; header=present');
  t.regex(response.headers.get('content-disposition') ?? '', /attachment; filename="weatherline_20261123T060000Z.csv"/);
  const head = 'location_id,location_name,temp,weather,derived.dew_point\r\n';
  t.is(await response.text(), `${head}oslo,"a ""b"", c\nd",,=1+1,-1.5\r\n`);
  t.true((await (await fetch(`${url}&excel=true`)).text()).includes(",'=1+1,"));
  const all = await (await fetch(`${served.url}/v1/records?f=csv`)).text();
  t.true(all.split('\r\n')[0]?.includes('slot,observed_at,collected_at,location_id'));
});

test('GeoJSON has longitude first and is what a map reads', async (t) => {
  const served = await serve(t);
  await storeProduct(served, '20261123T060000Z', [
    record('oslo', { lat: 59.91, lon: 10.75, elevation: 23 }),
    record('x', { lat: null }),
  ]);
  const response = await fetch(`${served.url}/v1/records`, { headers: { accept: 'application/geo+json' } });
  t.regex(response.headers.get('content-type') ?? '', /^application\/geo\+json/);
  const body = (await response.json()) as { features: { geometry: unknown }[]; numberReturned: number };
  t.is(body.numberReturned, 2);
  t.deepEqual(body.features[0]?.geometry, { type: 'Point', coordinates: [10.75, 59.91, 23] });
  t.is(body.features[1]?.geometry, null);
});

test('places are chosen by id, by box across the date line, or by the nearest', async (t) => {
  const served = await serve(t);
  await storeProduct(served, '20261123T060000Z', [
    record('suva', { lat: -18.1, lon: 178.4 }),
    record('apia', { lat: -13.8, lon: -171.8 }),
    record('oslo', { lat: 59.91, lon: 10.75 }),
  ]);
  const ids = async (query: string): Promise<string[]> =>
    (await getJson(`${served.url}/v1/records?${query}`)).items.map((item: { location_id: string }) => item.location_id);
  t.deepEqual(await ids('bbox=170,-20,-170,-10'), ['apia', 'suva']);
  t.deepEqual(await ids('bbox=5,50,15,65'), ['oslo']);
  t.deepEqual(await ids('latitude=60&longitude=11'), ['oslo']);
  t.deepEqual(await ids('location=oslo,apia'), ['apia', 'oslo']);
  t.deepEqual((await getJson(`${served.url}/v1/products/latest?location=oslo`)).items.length, 1);
  t.deepEqual(
    (await getJson(`${served.url}/v1/products/latest`)).bbox,
    [178.4, -18.1, 10.75, 59.91].with(0, 10.75).with(2, -171.8),
  );
  for (const [query, status] of [
    ['bbox=1,2,3', 400],
    ['bbox=1,50,3,40', 400],
    ['latitude=0&longitude=0', 404],
    ['latitude=0', 400],
    ['location=Oslo', 400],
    ['location=oslo&location=x', 400],
    ['fields=tmep', 400],
    ['fields=__proto__', 400],
    ['limit=1e3', 400],
  ] as const)
    t.is((await fetch(`${served.url}/v1/records?${query}`)).status, status, query);
  const hint = (await (await fetch(`${served.url}/v1/records?fields=tmep`)).json()) as { detail: string };
  t.regex(hint.detail, /did you mean temp/);
});

test('a product larger than memory should hold is sent as it is read', async (t) => {
  const served = await serve(t);
  const filler = 'x'.repeat(40_000);
  const parts = 30;
  for (let index = 1; index <= parts; index += 1) {
    const rows = [record(`p${index}a`, { filler }), record(`p${index}b`, { filler })];
    await storeProduct(served, '20261123T060000Z', rows, { part: { index, count: parts } });
  }
  const lines = (await (await fetch(`${served.url}/v1/products/20261123T060000Z/records?f=ndjson`)).text()).split('\n');
  t.is(lines.length, 61);
  const { items } = await getJson(`${served.url}/v1/products/20261123T060000Z/records`);
  t.is(items.length, 60);
  const latest = await getJson(`${served.url}/v1/products/latest`);
  t.like(latest, { records: null, items: undefined, parts: { stored: 30, expected: 30 } });
  t.is((await getJson(`${served.url}/products`)).length, 60);
});
