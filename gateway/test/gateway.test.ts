import test from 'ava';
import { fetch } from './contract.ts';
import { getJson, record, serve, storeProduct } from './support.ts';

test("GET /products is the seed's: the last N products ascending, lines in file order, one flat array", async (t) => {
  const served = await serve(t);
  t.deepEqual(await getJson(`${served.url}/products`), []);
  served.clock.advance(20_000);
  await storeProduct(served, '20261122T180000Z', [record('b', { n: 1 }), record('a', { n: 2 })]);
  await storeProduct(served, '20261123T000000Z', [record('a', { n: 3 })]);
  await storeProduct(served, '20261123T060000Z', [record('a', { n: 4 })]);
  const numbers = async (query: string): Promise<number[]> =>
    (await getJson(`${served.url}/products${query}`)).map(({ n }: { n: number }) => n);
  t.deepEqual(await numbers(''), [4]);
  t.deepEqual(await numbers('?limit=2'), [3, 4]);
  t.deepEqual(await numbers('?limit=100'), [1, 2, 3, 4]);
  for (const limit of ['0', '-1', '101', 'x', '', '1.5'])
    t.is((await fetch(`${served.url}/products?limit=${limit}`)).status, 400, limit);
  t.deepEqual(await getJson(`${served.url}/health`), { status: 'healthy', service: 'products-api' });
});

test("a product that the seed's own pipeline wrote is served as it is, and has its place in /v1", async (t) => {
  const served = await serve(t);
  const seed = {
    id: 'a1',
    collected_at: '2026-11-23T06:01:07+00:00',
    location_name: 'Luxembourg',
    lat: 49.6117,
    lon: 6.13,
    temp: 4,
  };
  const elsewhere = { ...seed, location_name: 'São Paulo', lat: -23.5, lon: -46.6 };
  await served.store.put(
    'weather-products/2026/11/23/060107.jsonl',
    Buffer.from(`${JSON.stringify(seed)}\n${JSON.stringify(elsewhere)}`),
    { ifNoneMatch: '*', contentType: 'application/json' },
  );
  t.deepEqual(await getJson(`${served.url}/products`), [seed, elsewhere]);
  t.deepEqual((await getJson(`${served.url}/v1/products/latest`)).locations, ['luxembourg', 'sao-paulo']);
  const placed = { ...seed, location_id: 'luxembourg', slot: '2026-11-23T06:01:07Z' };
  t.deepEqual((await getJson(`${served.url}/v1/locations/luxembourg/latest`)).record, placed);
  const records = `${served.url}/v1/products/20261123T060107Z/records`;
  t.deepEqual((await getJson(`${records}?location=luxembourg`)).items, [placed]);
  t.deepEqual((await getJson(`${records}?fields=slot,location_id&location=sao-paulo`)).items, [
    { slot: '2026-11-23T06:01:07Z', location_id: 'sao-paulo' },
  ]);
  t.is(
    await (await fetch(`${records}?fields=slot,location_id,temp&f=csv&location=luxembourg`)).text(),
    'slot,location_id,temp\r\n2026-11-23T06:01:07Z,luxembourg,4\r\n',
  );
});

test('places without a Latin letter in their name are told apart by where they are', async (t) => {
  const served = await serve(t);
  const seed = { id: 'a1', collected_at: '2026-11-23T06:01:07+00:00', temp: 4 };
  const lines = [
    { ...seed, location_name: '東京', lat: 35.68, lon: 139.69 },
    { ...seed, location_name: 'Москва', lat: 55.75, lon: 37.62 },
    { ...seed, location_name: 'القاهرة', lat: -30.04, lon: -31.24 },
  ].map((line) => JSON.stringify(line));
  await served.store.put('weather-products/2026/11/23/060107.jsonl', Buffer.from(lines.join('\n')), {
    ifNoneMatch: '*',
    contentType: 'application/json',
  });
  const { records, locations } = await getJson(`${served.url}/v1/products/latest`);
  t.is(records, 3);
  t.deepEqual(locations, ['at-30-04s-31-24w', 'at-35-68n-139-69e', 'at-55-75n-37-62e']);
  t.is((await getJson(`${served.url}/v1/records?location=at-35-68n-139-69e`)).items[0].location_name, '東京');
});

test('/v1/products pages through everything, newest first, by a cursor that new products do not move', async (t) => {
  const served = await serve(t);
  const ids = ['20261120T000000Z', '20261121T060000Z', '20261122T120000Z', '20261123T000000Z'];
  for (const id of ids) await storeProduct(served, id, [record('a')]);
  const first = await getJson(`${served.url}/v1/products?limit=3`);
  t.deepEqual(
    first.items.map(({ id }: { id: string }) => id),
    ids.toReversed().slice(0, 3),
  );
  await storeProduct(served, '20261123T060000Z', [record('a')]);
  served.clock.advance(20_000);
  const second = await getJson(`${served.url}/v1/products?limit=3&cursor=${first.next_cursor}`);
  t.deepEqual(
    second.items.map(({ id }: { id: string }) => id),
    ids.slice(0, 1),
  );
  t.is(second.next_cursor, null);
  t.is((await getJson(`${served.url}/v1/products?limit=1000`)).items.length, 5, 'above the maximum is the maximum');
  const forged = await fetch(`${served.url}/v1/products?cursor=abc`);
  t.is(forged.status, 400);
  t.like(await forged.json(), { type: '/problems/invalid-cursor' });
});

test('the parts of a slot are one product, and an incomplete one says so', async (t) => {
  const served = await serve(t);
  const id = '20261123T060000Z';
  await storeProduct(served, id, [record('c'), record('d')], { part: { index: 2, count: 3 } });
  await storeProduct(served, id, [record('a')], {
    part: { index: 1, count: 3 },
    failures: [{ location: 'b', code: 'HTTP_404' }],
  });
  const product = await getJson(`${served.url}/v1/products/${id}`);
  t.like(product, { id, records: 3, complete: false, locations: ['a', 'c', 'd'], parts: { stored: 2, expected: 3 } });
  t.deepEqual(product.failures, [{ location: 'b', code: 'HTTP_404' }]);
  const { items } = await getJson(`${served.url}/v1/products/${id}/records?location=c,a`);
  t.deepEqual(
    items.map((item: { location_id: string }) => item.location_id),
    ['a', 'c'],
  );
  t.is((await getJson(`${served.url}/v1/products/2026-11-23T06:00:00Z`)).id, id, 'RFC 3339 names a slot as well');
});

test('records come as JSON or NDJSON, by f or by Accept; other formats are 406', async (t) => {
  const served = await serve(t);
  await storeProduct(served, '20261123T060000Z', [record('a'), record('b')]);
  const records = `${served.url}/v1/products/20261123T060000Z/records`;
  const byAccept = await fetch(records, { headers: { accept: 'application/x-ndjson' } });
  t.regex(byAccept.headers.get('content-type') ?? '', /^application\/x-ndjson/);
  t.is((await byAccept.text()).split('\n').length, 3);
  t.is((await fetch(`${records}?f=ndjson`)).status, 200);
  t.is((await fetch(`${records}?f=xml`)).status, 406);
  t.is((await fetch(records, { headers: { accept: 'image/png' } })).status, 406);
  const moved = await fetch(`${served.url}/v1/products/20261123T060000Z/download`, { redirect: 'manual' });
  t.is(moved.status, 302);
  t.is(moved.headers.get('location'), '/v1/products/20261123T060000Z/content');
});

test('answers may be kept until the next product is due, and who has them gets 304', async (t) => {
  const served = await serve(t);
  await storeProduct(served, '20261123T060000Z', [record('a')]);
  for (const path of ['/products', '/v1/products', '/v1/products/latest', '/v1/products/20261123T060000Z/records']) {
    const fresh = await fetch(`${served.url}${path}`);
    t.regex(fresh.headers.get('cache-control') ?? '', /public, max-age=600/, path);
    const etag = fresh.headers.get('etag') ?? '';
    await fresh.text();
    const again = await fetch(`${served.url}${path}`, { headers: { 'if-none-match': `"other", ${etag}` } });
    t.is(again.status, 304, path);
    t.is(await again.text(), '');
    t.is(again.headers.get('etag'), etag);
    const head = await fetch(`${served.url}${path}`, { method: 'HEAD' });
    t.is(head.status, 200);
    t.is(head.headers.get('etag'), etag);
  }
  served.clock.advance(5 * 3_600_000 - 30_000);
  t.regex(
    (await fetch(`${served.url}/products`)).headers.get('cache-control') ?? '',
    /max-age=30,/,
    'half a minute before it is due',
  );
});

test('while a product is due and not there, nobody keeps the old one for long', async (t) => {
  const served = await serve(t);
  await storeProduct(served, '20261123T060000Z', [record('a')]);
  const ageAt = async (time: string): Promise<string> => {
    served.clock.advance(Date.parse(`2026-11-23T${time}Z`) - served.clock.now().getTime());
    const { headers } = await fetch(`${served.url}/v1/products/latest`);
    return /max-age=(\d+)/.exec(headers.get('cache-control') ?? '')?.[1] ?? '';
  };
  t.is(await ageAt('08:00:00'), '600');
  t.is(await ageAt('11:59:30'), '30');
  t.is(await ageAt('12:00:05'), '15', 'it is due');
  t.is(await ageAt('13:00:00'), '15', 'it is late');
  await storeProduct(served, '20261123T120000Z', [record('a')]);
  t.is(await ageAt('13:00:20'), '600');
});

test('an answer whose content changed is not called unchanged by its date', async (t) => {
  const served = await serve(t);
  await storeProduct(served, '20261116T120000Z', [record('a')]);
  await storeProduct(served, '20261123T060000Z', [record('a')]);
  const sliding = await fetch(`${served.url}/v1/records?fields=temp`);
  t.is(sliding.headers.get('last-modified'), null, 'the last seven days move by themselves');
  t.not((await fetch(`${served.url}/v1/records?datetime=2026-11-16/..`)).headers.get('last-modified'), null);

  const url = `${served.url}/v1/products/20261123T000000Z`;
  const key = 'weather-products/2026/11/23/000000';
  await served.store.put(`${key}.jsonl`, Buffer.from('{"location_id":"a"}\n'), {
    ifNoneMatch: '*',
    contentType: 'application/x-ndjson',
  });
  const modified = (await fetch(url)).headers.get('last-modified') ?? '';
  served.clock.advance(20_000);
  const failures = [{ location: 'b', code: 'TIMEOUT' }];
  await served.store.put(`${key}.meta.json`, Buffer.from(JSON.stringify({ failures })), {
    ifNoneMatch: '*',
    contentType: 'application/json',
  });
  const after = await fetch(url, { headers: { 'if-modified-since': modified } });
  t.is(after.status, 200, 'its failures came after its records');
});

test('a limit of a format that comes whole is refused, not overlooked', async (t) => {
  const served = await serve(t);
  for (const query of ['f=csv&limit=2', 'f=ndjson&cursor=abc']) {
    const response = await fetch(`${served.url}/v1/records?${query}`);
    t.is(response.status, 400, query);
    t.regex(((await response.json()) as { detail: string }).detail, /json and geojson/);
  }
});

test('the access log has a line for each request when it is asked for, and never what a query holds', async (t) => {
  const lines: string[] = [];
  const info = (message: string, fields: unknown): number => lines.push(`${message} ${JSON.stringify(fields)}`);
  const log = { debug: () => {}, info, warn: () => {}, error: () => {} };
  for (const accessLog of [false, true]) {
    const served = await serve(t, { accessLog, log });
    await storeProduct(served, '20261123T060000Z', [record('a')]);
    for (const path of ['/v1/products/latest', '/v1/products/latest', '/v1/records?secret=hidden', '/nothing/hidden']) {
      await (await fetch(`${served.url}${path}`, { headers: { 'x-request-id': 'r-1' } })).text();
    }
  }
  t.deepEqual(
    lines.map((line) => JSON.parse(line.slice('request answered '.length))).map(({ route, status }) => [route, status]),
    [
      ['/v1/products/latest', 200],
      ['/v1/products/latest', 200],
      ['/v1/records', 400],
      ['none', 404],
    ],
  );
  t.true(lines.every((line) => line.includes('"request_id":"r-1"') && !line.includes('hidden')));
});

test('errors are problems with a type, never a stack', async (t) => {
  const served = await serve(t);
  const cases: readonly (readonly [string, string, number, string])[] = [
    ['GET', '/nothing', 404, 'not-found'],
    ['GET', '/v1/products/latest', 404, 'product-not-found'],
    ['GET', '/v1/products/20261123T060000Z', 404, 'product-not-found'],
    ['GET', '/v1/products/yesterday', 400, 'invalid-parameter'],
    ['GET', '/v1/locations/atlantis', 404, 'location-not-found'],
    ['GET', '/v1/locations/oslo/latest', 404, 'not-found'],
    ['GET', '/v1/products?limt=3', 400, 'unknown-parameter'],
    ['GET', '/v1/products?limit=0', 400, 'invalid-parameter'],
    ['POST', '/products', 405, 'method-not-allowed'],
    ['DELETE', '/v1/products', 405, 'method-not-allowed'],
  ];
  for (const [method, path, status, slug] of cases) {
    const response = await fetch(`${served.url}${path}`, { method });
    t.is(response.status, status, path);
    t.regex(response.headers.get('content-type') ?? '', /^application\/problem\+json/);
    const problem = (await response.json()) as Record<string, unknown>;
    t.like(problem, { type: `/problems/${slug}`, status }, path);
    t.is(typeof problem['request_id'], 'string');
    t.false(JSON.stringify(problem).includes('    at '));
  }
  t.regex((await fetch(`${served.url}/products`, { method: 'POST' })).headers.get('allow') ?? '', /GET/);
});

test('a line that cannot be read is named in the log and costs no other line', async (t) => {
  const served = await serve(t);
  await storeProduct(served, '20261123T060000Z', [record('a'), '{"cut', record('b')]);
  t.is((await getJson(`${served.url}/products`)).length, 2);
  t.true(served.logged.some((line) => line.includes('product line not readable') && line.includes('"line":2')));
});

test('the cost of latest does not grow with the bucket', async (t) => {
  const calls = async (ids: readonly string[]): Promise<number> => {
    const served = await serve(t);
    for (const id of ids) await storeProduct(served, id, [record('a')]);
    const before = { ...served.store.calls };
    t.is((await fetch(`${served.url}/v1/products/latest`)).status, 200);
    const { get, list, head } = served.store.calls;
    return get - before.get + (list - before.list) + (head - before.head);
  };
  const year = Array.from({ length: 700 }, (_, at) =>
    new Date(Date.UTC(2026, 10, 23) - (at + 2) * 21_600_000).toISOString().replaceAll(/[-:]|\.000/g, ''),
  );
  const few = await calls(['20261123T060000Z']);
  t.true(few <= 4, `${few} calls`);
  t.is(await calls([...year, '20261123T060000Z']), few);
  const gap = await calls(year.slice(400));
  t.true(gap <= 8, `${gap} calls over a gap of a hundred days`);
});

test('a hundred requests at once read each object once; the store is asked again after 15 s', async (t) => {
  const served = await serve(t);
  await storeProduct(served, '20261123T060000Z', [record('a')]);
  const before = served.store.calls.get;
  await Promise.all(Array.from({ length: 100 }, async () => (await fetch(`${served.url}/v1/products/latest`)).text()));
  t.is(served.store.calls.get - before, 2, 'the product and its sidecar');
  const lists = served.store.calls.list;
  await getJson(`${served.url}/v1/products/latest`);
  t.is(served.store.calls.list, lists);
  await storeProduct(served, '20261123T061000Z', [record('a')]);
  served.clock.advance(20_000);
  t.is((await getJson(`${served.url}/v1/products/latest`)).id, '20261123T061000Z');
});

test('a store that fails is survived by what is warm, and is 503 for what is not', async (t) => {
  const served = await serve(t);
  served.store.failWith(new Error('the bucket is on fire at s3://secret'));
  t.false((await served.health()).ready);
  const cold = await fetch(`${served.url}/products`);
  t.is(cold.status, 503);
  t.is(cold.headers.get('retry-after'), '15');
  t.false((await cold.text()).includes('secret'));
  served.store.failWith(undefined);
  await storeProduct(served, '20261123T060000Z', [record('a')]);
  t.is((await getJson(`${served.url}/products`)).length, 1);
  served.store.failWith(new Error('again'));
  served.clock.advance(3_600_000);
  t.is((await getJson(`${served.url}/products`)).length, 1);
  t.like(await served.health(), { ready: true }, 'it can still serve');
  t.true(served.logged.some((line) => line.includes('old listing used')));
});

test('the page escapes what it shows, needs nothing from elsewhere, and says what is stale', async (t) => {
  const served = await serve(t);
  const accept = { headers: { accept: 'text/html' } };
  t.regex(await (await fetch(served.url, accept)).text(), /no product yet/);
  served.clock.advance(20_000);
  const evil = '<script>alert(1)</script>';
  await storeProduct(
    served,
    '20261123T060000Z',
    [
      record('a', {
        location_name: evil,
        weather: '"><img src=x>',
        license: { attribution: 'Data', url: 'javascript:alert(1)' },
      }),
    ],
    { failures: [{ location: 'b', code: 'HTTP_404', detail: '<b>' }] },
  );
  const response = await fetch(served.url, accept);
  const page = await response.text();
  t.false(page.includes(evil) || page.includes('<img') || page.includes('javascript:') || page.includes('<b>'));
  t.true(page.includes('&lt;script&gt;'));
  t.true(page.includes('Fresh: slot') && page.includes('HTTP_404'));
  t.regex(response.headers.get('content-security-policy') ?? '', /default-src 'none'/);
  t.notRegex(page, /(?:src|href)="(?:https?:)?\/\/(?!openweathermap)/);
  served.clock.advance(6 * 3_600_000);
  t.regex(await (await fetch(served.url, accept)).text(), /Stale: slot/);
  t.is((await getJson(served.url)).title, 'weatherline', 'programs get links');
});

test('the schema of every event and of the record is where dataschema points to', async (t) => {
  const served = await serve(t);
  const { EVENTS } = await import('@weatherline/events');
  for (const { type } of EVENTS) {
    const schema = await getJson(`${served.url}/schemas/${type}.json`);
    t.is(schema.$id, `https://weatherline.dev/schemas/${type}.json`);
    t.true(schema.required.includes('run') && schema.required.includes('part'));
  }
  const published = await getJson(`${served.url}/schemas/weatherline.product-1.json`);
  t.is(published.properties.lat['x-ucum'], 'deg');
  t.is((await fetch(`${served.url}/schemas/nothing.json`)).status, 404);
});
