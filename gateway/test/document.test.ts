import test from 'ava';
import { operations } from '../src/operations.ts';
import { document, fetch } from './contract.ts';
import { getJson, record, serve, storeProduct } from './support.ts';

test('the document describes every route that answers, and no other', async (t) => {
  const served = await serve(t);
  await storeProduct(served, '20261123T060000Z', [record('oslo')]);
  const told = await getJson(`${served.url}/openapi.json`);
  t.is(told.openapi, '3.1.1');
  // The pages are for people; of them only the first also answers programs.
  t.deepEqual(Object.keys(told.paths).toSorted(), ['/', ...operations.map(({ route }) => route)].toSorted());
  const values: Readonly<Record<string, string>> = {
    slot: '20261123T060000Z',
    id: 'oslo',
    slug: 'internal',
    name: 'docs.js',
  };
  for (const route of Object.keys(told.paths)) {
    const path = route.startsWith('/schemas')
      ? '/schemas/weatherline.product-1.json'
      : route.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '');
    const response = await fetch(`${served.url}${path}`, { redirect: 'manual' });
    t.true([200, 302].includes(response.status), `${path} ${response.status}`);
    const head = await fetch(`${served.url}${path}`, { method: 'HEAD', redirect: 'manual' });
    t.is(head.status, response.status, path);
  }
});

test('every reference in the document leads somewhere, every operation has a name of its own', (t) => {
  const text = JSON.stringify(document);
  for (const [, name = ''] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g))
    t.true(name in document.components.schemas, name);
  t.false(text.includes('$defs'));
  const names = operations.map(({ id }) => id);
  t.is(new Set(names).size, names.length);
});

test('an answer that is not what the document says fails a test', async (t) => {
  const served = await serve(t);
  await storeProduct(served, '20261123T060000Z', [record('oslo', { temp: 'warm' })]);
  await t.throwsAsync(fetch(`${served.url}/v1/products/latest`), { message: /temp must be/ });
});

test('the page of the API needs nothing from elsewhere', async (t) => {
  const served = await serve(t);
  const page = await fetch(`${served.url}/docs`);
  const text = await page.text();
  t.notRegex(text, /(?:src|href)="(?:https?:)?\/\//);
  t.regex(page.headers.get('content-security-policy') ?? '', /script-src 'self'/);
  for (const [, path = ''] of text.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)) {
    const file = await fetch(`${served.url}${path}`, { headers: { 'accept-encoding': 'br' } });
    t.is(file.status, 200, path);
    t.true((await file.arrayBuffer()).byteLength > 50);
  }
});

test('every kind of problem has a page that explains it', async (t) => {
  const served = await serve(t);
  const index = await (await fetch(`${served.url}/problems/not-found`)).text();
  const slugs = [...index.matchAll(/href="\/problems\/([a-z-]+)"/g)].map(([, slug = '']) => slug);
  t.true(slugs.length >= 15);
  for (const slug of slugs) t.is((await fetch(`${served.url}/problems/${slug}`)).status, 200, slug);
});

test("the seed's own bucket of more than a thousand objects is listed newest first, through to its first", async (t) => {
  const served = await serve(t);
  const start = Date.parse('2026-11-23T06:01:07Z');
  const count = 1_100;
  for (let at = 0; at < count; at += 1) {
    const text = new Date(start - at * 21_600_000 - (at % 50) * 1000).toISOString();
    const key = `weather-products/${text.slice(0, 10).replaceAll('-', '/')}/${text.slice(11, 19).replaceAll(':', '')}.jsonl`;
    const line = {
      id: `a${at}`,
      collected_at: text.replace('.000Z', '+00:00'),
      location_name: 'Oslo',
      lat: 59.91,
      lon: 10.75,
      temp: at % 30,
    };
    await served.store.put(key, Buffer.from(JSON.stringify(line)), {
      ifNoneMatch: '*',
      contentType: 'application/json',
    });
  }
  const [newest] = await getJson(`${served.url}/products`);
  t.is(newest.id, 'a0');
  const seen: string[] = [];
  let href: string | undefined = '/v1/products?limit=100';
  while (href !== undefined) {
    const page: { items: { id: string }[]; links: { rel: string; href: string }[] } = await getJson(
      `${served.url}${href}`,
    );
    seen.push(...page.items.map(({ id }) => id));
    href = page.links.find(({ rel }) => rel === 'next')?.href;
  }
  t.is(seen.length, count);
  t.deepEqual(seen, seen.toSorted().toReversed());
  const lines = (await (await fetch(`${served.url}/v1/records?datetime=../..&f=ndjson&location=oslo`)).text())
    .trim()
    .split('\n');
  t.is(lines.length, count);
});

test('the document promises no validators where none are sent, and every refusal that can come', async (t) => {
  const served = await serve(t);
  await storeProduct(served, '20261123T060000Z', [record('oslo')]);
  for (const [route, path] of [
    ['/health', '/health'],
    ['/v1/products/{slot}/download', '/v1/products/20261123T060000Z/download?redirect=false'],
  ] as const) {
    const { responses } = document.paths[route]?.get ?? { responses: {} };
    t.false('304' in responses || '412' in responses, route);
    t.deepEqual(responses['200']?.headers, {}, route);
    t.false((await fetch(`${served.url}${path}`)).headers.has('etag'), route);
  }
  for (const [route, { get }] of Object.entries(document.paths)) {
    for (const status of [400, 401, 403, 405, 408, 413, 417, 429, 431, 500, 503])
      t.true(String(status) in get.responses, `${route} ${status}`);
    t.regex(JSON.stringify(get.responses['503']), /keys-unavailable/, route);
  }
  const landing = await getJson(served.url);
  t.deepEqual(Object.keys(landing), ['title', 'version', 'links']);
});
