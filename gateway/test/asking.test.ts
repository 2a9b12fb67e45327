import test from 'ava';
import { fetch } from './contract.ts';
import { getJson, record, serve, storeProduct } from './support.ts';

const ID = '20261123T060000Z';

test('a type with a parameter is the type: charset and header make no format unknown', async (t) => {
  const served = await serve(t);
  await storeProduct(served, ID, [record('oslo')]);
  const url = `${served.url}/v1/records`;
  const cases: readonly (readonly [accept: string, type: string | number])[] = [
    ['application/json; charset=utf-8', 'application/json'],
    ['text/csv; header=present', 'text/csv'],
    ['text/csv;header="a,b;q=0";q=0.9, application/json;q=0.1', 'text/csv'],
    ['application/x-ndjson;charset="utf-8" , text/csv ; q=0.5', 'application/x-ndjson'],
    ['text/csv;q=0, application/geo+json;profile=x', 'application/geo+json'],
    ['text/csv;q=0', 406],
    ['image/png;charset=utf-8', 406],
  ];
  for (const [accept, expected] of cases) {
    const response = await fetch(url, { headers: { accept } });
    if (typeof expected === 'number') t.is(response.status, expected, accept);
    else t.is(response.headers.get('content-type')?.split(';')[0], expected, accept);
    await response.arrayBuffer();
  }
  const page = await fetch(served.url, { headers: { accept: 'text/html;charset=utf-8' } });
  t.regex(page.headers.get('content-type') ?? '', /^text\/html/);
});

test('a file has the name of a file, not one that every object has', async (t) => {
  const served = await serve(t);
  for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'none.js'])
    t.is((await fetch(`${served.url}/assets/${name}`)).status, 404, name);
  t.deepEqual(served.logged, []);
});

test('an interval with fractions holds the whole seconds within it', async (t) => {
  const served = await serve(t);
  await storeProduct(served, ID, [record('oslo')]);
  const found = async (interval: string): Promise<number> =>
    (await getJson(`${served.url}/v1/products?datetime=${encodeURIComponent(interval)}`)).items.length;
  for (const interval of [
    new Date('2026-11-23T06:00:00Z').toISOString(),
    '2026-11-23T05:59:59.001Z/2026-11-23T06:00:00.999Z',
    '2026-11-23T06:00:00.000000Z/..',
    '2026-11-23T07:00:00.0+01:00/..',
    '../2026-11-23T06:00:00.5z',
  ])
    t.is(await found(interval), 1, interval);
  t.is(await found('2026-11-23T06:00:00.001Z/..'), 0, 'the start is after the slot');
  t.is(await found('../2026-11-23T05:59:59.999Z'), 0, 'the end is before the slot');
  t.is((await fetch(`${served.url}/v1/products/2026-11-23T06:00:00.000Z`)).status, 200);
  for (const [interval, said] of [
    ['2026-11-23T06:00:00.5Z', /whole second/],
    ['2026-11-23T06:00:00.2Z/2026-11-23T06:00:00.8Z', /whole second/],
    ['9999-12-31T23:59:59.5Z/..', /must be an instant/],
    ['2026-11-23T06:00:00.Z', /must be an instant/],
    ['2026-11-22T24:00:00Z', /must be an instant/],
    ['2026-11-22T24:00:00.000Z/..', /must be an instant/],
  ] as const) {
    const response = await fetch(`${served.url}/v1/products?datetime=${encodeURIComponent(interval)}`);
    t.is(response.status, 400, interval);
    t.regex(await response.text(), said, interval);
  }
  t.is((await fetch(`${served.url}/v1/products/2026-11-22T24:00:00Z`)).status, 400);
});
