import test from 'ava';
import { realServer, sendRaw } from './real-server.ts';

const BAD = [
  '/v1/products/..%2F..%2Fetc',
  '/v1/products/%2e%2e/keys',
  '/v1/products/%252e%252e',
  '/v1/products/20261123T060000Z%00',
  '/v1/products/20261123T060000Z\\..\\x',
  '/v1/products/%E0%A4%A',
  '/v1/products/%c0%ae%c0%ae',
  '/v1/products/．．',
  '/v1/products/20260229T000000Z',
  '/v1/products/20261323T000000Z',
  '/v1/products/20261123T250000Z',
  '/v1/products/2026-11-23',
  `/v1/products/${'2'.repeat(3000)}`,
  '/v1/products/20261123T060000Z/../../x',
  '/v1/products?__proto__=1',
  '/v1/products?limit[]=1',
  '/v1/products?limit=1&limit=2',
  '/v1/products?limit=%E0%A4%A',
  '/v1/records?location=../../x',
  '/v1/records?fields=constructor',
  '/v1/locations/..%5c',
  '/v1/runs/20260231T000000Z',
  '/schemas/..%2f..%2fpackage.json',
  '/problems/..',
  '/./v1/products',
  '//v1/products',
  '*',
];

test('a target that names nothing is refused before the store is asked', async (t) => {
  const { port, calls, logged } = await realServer(t);
  for (const target of BAD) {
    const before = calls.count;
    const text = await sendRaw(port, `GET ${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
    t.regex(text, /^HTTP\/1\.1 (400|404) /, target);
    t.is(calls.count, before, target);
    t.false(/weather-products\/|node_modules|\n {4}at /.test(text), target);
  }
  t.deepEqual(logged, []);
});

test('methods that do not read are refused with what is allowed', async (t) => {
  const { port } = await realServer(t);
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'TRACE', 'PROPFIND']) {
    const text = await sendRaw(port, `${method} /v1/products HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
    t.regex(text, /^HTTP\/1\.1 405 /, method);
    t.regex(text, /allow: GET, HEAD, OPTIONS/i, method);
  }
  t.regex(
    await sendRaw(port, 'OPTIONS /v1/products HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'),
    /^HTTP\/1\.1 204 /,
  );
});
