import { createHash } from 'node:crypto';
import test from 'ava';
import { fetch } from './contract.ts';
import { getJson, record, serve, storeProduct } from './support.ts';

const ID = '20261123T060000Z';

test('content is the stored bytes, in ranges as RFC 9110 has them', async (t) => {
  const served = await serve(t);
  await storeProduct(served, ID, [record('a')], { part: { index: 1, count: 2 } });
  await storeProduct(served, ID, [record('b')], { part: { index: 2, count: 2 } });
  const url = `${served.url}/v1/products/${ID}/content`;
  const whole = await fetch(url);
  const bytes = await whole.text();
  t.is(whole.headers.get('accept-ranges'), 'bytes');
  t.is(whole.headers.get('content-length'), String(bytes.length));
  const size = bytes.length;
  const etag = whole.headers.get('etag') ?? '';
  const half = Math.floor(size / 2);
  const cases: readonly (readonly [string, number, string])[] = [
    ['bytes=0-9', 206, bytes.slice(0, 10)],
    [`bytes=${half - 5}-${half + 5}`, 206, bytes.slice(half - 5, half + 6)],
    ['bytes=-7', 206, bytes.slice(-7)],
    ['bytes=10-', 206, bytes.slice(10)],
    [`bytes=0-${size * 2}`, 206, bytes],
    ['bytes=0-1,3-4', 200, bytes],
    ['lines=0-1', 200, bytes],
    ['bytes=5-2', 200, bytes],
    ['bytes=-', 200, bytes],
  ];
  for (const [range, status, expected] of cases) {
    const response = await fetch(url, { headers: { range } });
    t.is(response.status, status, range);
    t.is(await response.text(), expected, range);
    t.is(response.headers.has('content-range'), status === 206, range);
  }
  const beyond = await fetch(url, { headers: { range: `bytes=${size}-` } });
  t.is(beyond.status, 416);
  t.is(beyond.headers.get('content-range'), `bytes */${size}`);
  t.is((await fetch(url, { headers: { range: 'bytes=0-1', 'if-range': etag } })).status, 206);
  t.is((await fetch(url, { headers: { range: 'bytes=0-1', 'if-range': '"other"' } })).status, 200);
  t.is((await fetch(url, { headers: { 'if-none-match': etag } })).status, 304);
  const head = await fetch(url, { method: 'HEAD' });
  t.is(head.headers.get('content-length'), String(size));
  const kept = await fetch(`${url}?rev=${etag.slice(1, 9)}`);
  t.regex(kept.headers.get('cache-control') ?? '', /immutable/);
  t.is((await fetch(`${url}?rev=AAAAAAAA`)).status, 404);
});

test('Repr-Digest is of the stored bytes, and only where it is known', async (t) => {
  const served = await serve(t);
  const text = `${JSON.stringify(record('a'))}\n`;
  const sha256 = createHash('sha256').update(text).digest('hex');
  const metadata = { run: ID, revision: '0', sha256 };
  await served.store.put('weather-products/2026/11/23/060000.jsonl', Buffer.from(text), {
    ifNoneMatch: '*',
    contentType: 'application/x-ndjson',
    metadata,
  });
  const response = await fetch(`${served.url}/v1/products/${ID}/content`);
  const body = await response.text();
  const expected = createHash('sha256').update(body).digest('base64');
  t.is(response.headers.get('repr-digest'), `sha-256=:${expected}:`);
});

test('download is a redirect to the store where it gives out addresses, with the instant at which they end', async (t) => {
  const asked: unknown[] = [];
  const presignGet = async (key: string, options: unknown): Promise<string> => {
    asked.push([key, options]);
    return `https://store.example/${key}?X-Amz-Date=20261123T070000Z&X-Amz-Expires=900&X-Amz-Signature=abc`;
  };
  const served = await serve(t, { presignGet });
  await storeProduct(served, ID, [record('a')]);
  const url = `${served.url}/v1/products/${ID}/download`;
  const response = await fetch(url, { redirect: 'manual' });
  t.is(response.status, 302);
  t.regex(
    response.headers.get('location') ?? '',
    /^https:\/\/store\.example\/weather-products\/2026\/11\/23\/060000\.jsonl\?/,
  );
  t.is(response.headers.get('cache-control'), 'private, max-age=840');
  const told = await getJson(`${url}?redirect=false`);
  t.like(told, { method: 'GET', expires_at: '2026-11-23T07:15:00Z' });
  t.is(asked.length, 2);
  t.is((await fetch(`${url}?part=2`)).status, 404);
});

test('an installation may keep the addresses of its store to itself', async (t) => {
  const served = await serve(t, { presign: false, presignGet: async () => 'https://store.example/' });
  await storeProduct(served, ID, [record('a')]);
  const response = await fetch(`${served.url}/v1/products/${ID}/download`, { redirect: 'manual' });
  t.is(response.headers.get('location'), `/v1/products/${ID}/content`);
});

test('without such a store, and for several parts, download is the content', async (t) => {
  const served = await serve(t);
  await storeProduct(served, ID, [record('a')]);
  const response = await fetch(`${served.url}/v1/products/${ID}/download`, { redirect: 'manual' });
  t.is(response.headers.get('location'), `/v1/products/${ID}/content`);
  t.is((await getJson(`${served.url}/v1/products/${ID}/download?redirect=false`)).expires_at, null);
});
