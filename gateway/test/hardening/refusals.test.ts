import test from 'ava';
import { document, invalid } from '../contract.ts';
import { realServer, sendRaw } from './real-server.ts';

const GET = 'GET /v1/status HTTP/1.1\r\nHost: a\r\n';
const REFUSED: readonly (readonly [what: string, bytes: string, status: number, slug: string, path: string])[] = [
  ['headers beyond the limit', `${GET}X-A: ${'b'.repeat(20_000)}\r\n\r\n`, 431, 'headers-too-large', '/'],
  ['a body that waits to be asked for', `${GET}Expect: 100-continue\r\n\r\n`, 413, 'body-not-allowed', '/v1/status'],
  ['an expectation', `${GET}Expect: tea\r\n\r\n`, 417, 'expectation-failed', '/v1/status'],
  ['a header that is none', `${GET}no colon\r\n\r\n`, 400, 'invalid-request', '/'],
  ['a tunnel', 'CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n', 405, 'method-not-allowed', '/'],
  ['two hosts', `${GET}Host: b\r\n\r\n`, 400, 'invalid-request', '/v1/status'],
  // The server looks for those who are too slow once a second.
  ['a request that does not end', GET, 408, 'request-timeout', '/'],
];

for (const [what, bytes, status, slug, path] of REFUSED) {
  test(`${what}: refused with a problem document like any other, and closed`, async (t) => {
    t.timeout(30_000);
    const { port } = await realServer(t);
    const [head = '', body = ''] = (await sendRaw(port, bytes, 12_000)).split('\r\n\r\n');
    t.true(head.startsWith(`HTTP/1.1 ${status} `), head);
    const problem = JSON.parse(body);
    t.is(invalid(document.components.schemas['Problem'], problem), undefined);
    t.like(problem, { type: `/problems/${slug}`, status, instance: path });
    t.true(head.includes(problem.request_id), 'the id is in the header, too');
    for (const line of [
      /^connection: close$/im,
      /^content-type: application\/problem\+json; charset=utf-8$/im,
      /^cache-control: no-store$/im,
      /^x-content-type-options: nosniff$/im,
      /^content-security-policy: default-src 'none'; frame-ancestors 'none'$/im,
    ])
      t.regex(head, line);
    t.truthy(document.paths['/v1/status']?.get.responses[String(status)], 'the document has it');
  });
}

test('what is no page may load nothing, and a page has one policy, its own', async (t) => {
  const { url, store } = await realServer(t);
  const { objects } = await store.list({ prefix: 'weather-products/' });
  const [, year = '', month = '', day = '', time = ''] =
    /(\d{4})\/(\d\d)\/(\d\d)\/(\d{6})/.exec(objects[0]?.key ?? '') ?? [];
  const slot = `${year}${month}${day}T${time}Z`;
  const strict = "default-src 'none'; frame-ancestors 'none'";
  for (const path of [
    '/v1/products/latest',
    '/v1/products/latest',
    '/v1/none',
    '/health',
    '/products',
    `/v1/products/${slot}/content`,
    `/v1/products/${slot}/download`,
    `/v1/products/${slot}/records?f=csv`,
    '/assets/docs.js',
  ]) {
    const response = await fetch(`${url}${path}`, { redirect: 'manual' });
    t.is(response.headers.get('content-security-policy'), strict, path);
    await response.arrayBuffer();
  }
  const preflight = await fetch(`${url}/v1/products`, { method: 'OPTIONS' });
  t.is(preflight.headers.get('content-security-policy'), strict);
  for (const path of ['/', '/docs', '/explore', '/problems/internal']) {
    const response = await fetch(`${url}${path}`, { headers: { accept: 'text/html' } });
    t.regex(response.headers.get('content-security-policy') ?? '', /^default-src 'none'; style-src [^,]*$/, path);
    await response.arrayBuffer();
  }
});
