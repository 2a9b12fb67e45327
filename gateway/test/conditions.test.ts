import test from 'ava';
import { document, fetch } from './contract.ts';
import { getJson, record, serve, storeProduct } from './support.ts';

const ID = '20261123T060000Z';

test('content that has changed is not sent to who asked for the old: 412, and If-Match decides', async (t) => {
  const served = await serve(t);
  await storeProduct(served, ID, [record('a')]);
  for (const path of [`/v1/products/${ID}/content`, '/v1/products/latest']) {
    const url = `${served.url}${path}`;
    const { headers } = await fetch(url, { headers: { 'accept-encoding': 'identity' } });
    const etag = headers.get('etag') ?? '';
    const modified = headers.get('last-modified') ?? '';
    const before = new Date(Date.parse(modified) - 1000).toUTCString();
    const cases: readonly (readonly [asked: Record<string, string>, status: number])[] = [
      [{ 'if-match': etag }, 200],
      [{ 'if-match': `"other", ${etag}` }, 200],
      [{ 'if-match': '*' }, 200],
      [{ 'if-match': '"other"' }, 412],
      [{ 'if-match': `W/${etag}` }, 412],
      [{ 'if-match': '"other"', 'if-none-match': etag }, 412],
      [{ 'if-match': etag, 'if-none-match': etag }, 304],
      [{ 'if-match': etag, 'if-unmodified-since': before }, 200],
      [{ 'if-unmodified-since': before }, 412],
      [{ 'if-unmodified-since': modified }, 200],
      [{ 'if-unmodified-since': 'no date' }, 200],
      [{ 'if-match': '"other"', range: 'bytes=0-1' }, 412],
    ];
    for (const [asked, status] of cases) {
      const response = await fetch(url, { headers: { 'accept-encoding': 'identity', ...asked } });
      t.is(response.status, status, `${path} ${JSON.stringify(asked)}`);
      if (status === 412) t.like(await response.json(), { type: '/problems/precondition-failed', status });
    }
    t.is((await fetch(url, { method: 'HEAD', headers: { 'if-match': '"other"' } })).status, 412);
  }
});

test('one part of several is the bytes of that part, by content and by download', async (t) => {
  const served = await serve(t);
  await storeProduct(served, ID, [record('a')], { part: { index: 1, count: 3 } });
  await storeProduct(served, ID, [record('c'), record('d')], { part: { index: 3, count: 3 } });
  const url = `${served.url}/v1/products/${ID}`;
  const [whole = '', first = '', third = ''] = await Promise.all(
    ['', '?part=1', '?part=3'].map(async (query) => (await fetch(`${url}/content${query}`)).text()),
  );
  t.is(third, [record('c'), record('d')].map((line) => `${JSON.stringify(line)}\n`).join(''));
  t.is(whole, `${first}${third}`);
  const tags = await Promise.all(
    ['', '?part=1', '?part=3'].map(async (query) => (await fetch(`${url}/content${query}`)).headers.get('etag')),
  );
  t.is(new Set(tags).size, 3);
  const moved = await fetch(`${url}/download?part=3`, { redirect: 'manual' });
  t.is(moved.headers.get('location'), `/v1/products/${ID}/content?part=3`);
  t.is(await (await globalThis.fetch(`${url}/download?part=3`)).text(), third);
  t.is((await getJson(`${url}/download?redirect=false`)).url, `/v1/products/${ID}/content`);
  for (const route of ['content', 'download']) {
    t.is((await fetch(`${url}/${route}?part=2`)).status, 404, route);
    t.is((await fetch(`${url}/${route}?part=4`)).status, 404, route);
    t.is((await fetch(`${url}/${route}?part=1.5`)).status, 400, route);
    t.is((await fetch(`${url}/${route}?part=0`)).status, 400, route);
  }
  const told = JSON.stringify(document.paths['/v1/products/{slot}/download']);
  t.regex(told, /"name":"part"[^}]*"schema":\{"type":"integer"/);
});
