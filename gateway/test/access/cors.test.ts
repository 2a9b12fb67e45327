import test from 'ava';
import fc from 'fast-check';
import { createCors } from '../../src/access/index.ts';

const EXPOSED =
  'ETag, Link, RateLimit, RateLimit-Policy, X-Request-Id, Content-Location, Retry-After, Content-Range, Accept-Ranges, Repr-Digest, Content-Disposition, WWW-Authenticate';
const PREFLIGHT = {
  'Access-Control-Allow-Methods': 'GET, HEAD, OPTIONS',
  'Access-Control-Allow-Headers':
    'Authorization, X-Api-Key, If-Match, If-None-Match, If-Modified-Since, If-Range, Range, X-Request-Id, traceparent',
  'Access-Control-Max-Age': '7200',
};

test('with * every page may read, and answers do not vary', (t) => {
  const cors = createCors('*');
  const expected = { 'Access-Control-Allow-Origin': '*', 'Access-Control-Expose-Headers': EXPOSED };
  t.deepEqual(cors.headers('https://maps.example'), expected);
  t.deepEqual(cors.headers(undefined), expected);
});

test('with a list exactly its origins may read, and answers vary for all', (t) => {
  const cors = createCors(['https://maps.example', 'http://localhost:5173']);
  t.deepEqual(cors.headers('http://localhost:5173'), {
    Vary: 'Origin',
    'Access-Control-Allow-Origin': 'http://localhost:5173',
    'Access-Control-Expose-Headers': EXPOSED,
  });
  for (const other of [
    undefined,
    'null',
    '*',
    '',
    'https://maps.example.evil',
    'https://evil.maps.example',
    'http://maps.example',
    'https://maps.example:8443',
    'HTTPS://MAPS.EXAMPLE',
    'https://maps.example/',
    '__proto__',
  ]) {
    t.deepEqual(cors.headers(other), { Vary: 'Origin' }, String(other));
  }
});

test('no origin but those of the list is ever named, and never with credentials', (t) => {
  const origins = ['https://maps.example', 'http://localhost:5173'];
  const cors = createCors(origins);
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.webUrl(), fc.constantFrom(...origins)), (origin) => {
      const headers = cors.headers(origin);
      const allowed = headers['Access-Control-Allow-Origin'];
      t.is(allowed, origins.includes(origin) ? origin : undefined);
      t.false('Access-Control-Allow-Credentials' in headers);
    }),
  );
});

test('a preflight request is answered, and nothing else', (t) => {
  const cors = createCors(['https://maps.example']);
  const headers = { origin: 'https://maps.example', 'access-control-request-method': 'GET' };
  t.deepEqual(cors.preflight({ method: 'OPTIONS', headers }), {
    status: 204,
    headers: { ...cors.headers('https://maps.example'), ...PREFLIGHT },
  });
  t.is(cors.preflight({ method: 'GET', headers }), undefined);
  t.is(cors.preflight({ method: 'OPTIONS', headers: { origin: 'https://maps.example' } }), undefined);
  t.is(cors.preflight({ method: 'OPTIONS', headers: { 'access-control-request-method': 'GET' } }), undefined);
});

test('a preflight request of a page that may not read allows nothing', (t) => {
  const headers = { origin: 'https://evil.example', 'access-control-request-method': 'GET' };
  const cors = createCors(['https://maps.example']);
  t.deepEqual(cors.preflight({ method: 'OPTIONS', headers }), { status: 204, headers: { Vary: 'Origin' } });
});

test('writing is allowed to nobody', (t) => {
  const headers = { origin: 'https://maps.example', 'access-control-request-method': 'DELETE' };
  const answer = createCors('*').preflight({ method: 'OPTIONS', headers });
  t.is(answer?.headers['Access-Control-Allow-Methods'], 'GET, HEAD, OPTIONS');
});
