import test from 'ava';
import { realServer, sendRaw } from './real-server.ts';

const SECRET = 'GET /v1/locations HTTP/1.1\r\nHost: smuggled\r\n\r\n';
const host = 'Host: a\r\n';

/** Each is refused as a whole: what follows it on the connection must never be answered as a request of its own. */
const CORPUS: Readonly<Record<string, string>> = {
  'content-length and transfer-encoding': `GET /health HTTP/1.1\r\n${host}Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${SECRET}`,
  'transfer-encoding before content-length': `POST /health HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n5c\r\n${SECRET}\r\n0\r\n\r\n`,
  'transfer-encoding twice': `POST /health HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n0\r\n\r\n${SECRET}`,
  'transfer-encoding with a tab': `POST /health HTTP/1.1\r\n${host}Transfer-Encoding:\tchunked\r\n\r\n0\r\n\r\n${SECRET}`,
  'transfer-encoding that is none': `POST /health HTTP/1.1\r\n${host}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${SECRET}`,
  'space before the colon': `GET /health HTTP/1.1\r\nHost : a\r\n\r\n${SECRET}`,
  'two lengths that differ': `GET /health HTTP/1.1\r\n${host}Content-Length: 0\r\nContent-Length: 44\r\n\r\n${SECRET}`,
  'a list of lengths': `GET /health HTTP/1.1\r\n${host}Content-Length: 0, 44\r\n\r\n${SECRET}`,
  'a negative length': `GET /health HTTP/1.1\r\n${host}Content-Length: -1\r\n\r\n${SECRET}`,
  'a length in hex': `GET /health HTTP/1.1\r\n${host}Content-Length: 0x10\r\n\r\n${SECRET}`,
  'a length beyond numbers': `GET /health HTTP/1.1\r\n${host}Content-Length: 99999999999999999999\r\n\r\n${SECRET}`,
  'a chunk size that overflows': `POST /health HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n${SECRET}`,
  'bare line feeds': `GET /health HTTP/1.1\nHost: a\n\n${SECRET}`,
  'no host': `GET /health HTTP/1.1\r\n\r\n${SECRET}`,
  'a folded header': `GET /health HTTP/1.1\r\n${host}X-A: b\r\n c\r\nTransfer-Encoding:\r\n chunked\r\n\r\n${SECRET}`,
  'a zero byte in a header': `GET /health HTTP/1.1\r\n${host}X-A: b\0c\r\n\r\n${SECRET}`,
  'a control character in the target': `GET /hea\x01lth HTTP/1.1\r\n${host}\r\n${SECRET}`,
  'a length on a read': `GET /health HTTP/1.1\r\n${host}Content-Length: 47\r\n\r\n${SECRET}`,
  'the preface of HTTP/2': `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${SECRET}`,
  'a tunnel': `CONNECT a:80 HTTP/1.1\r\n${host}\r\n${SECRET}`,
  'headers beyond the limit': `GET /health HTTP/1.1\r\n${host}X-A: ${'b'.repeat(20_000)}\r\n\r\n${SECRET}`,
};

for (const [name, bytes] of Object.entries(CORPUS)) {
  test(`${name}: refused, closed, and nothing behind it is answered`, async (t) => {
    const { port } = await realServer(t);
    const text = await sendRaw(port, bytes, 4_000);
    const statuses = [...text.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status]) => Number(status));
    t.true(statuses.length <= 1, `answers: ${statuses.join(', ')}`);
    for (const status of statuses) t.true(status >= 400 && status < 500, String(status));
    t.false(text.includes('"items"'), 'the smuggled request was answered');
  });
}

test('two hosts: the first is not believed, and no host ever reaches a link', async (t) => {
  const { port } = await realServer(t);
  for (const request of [
    'GET /v1/products?limit=1 HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: evil.example\r\nConnection: close\r\n\r\n',
    'GET http://evil.example/v1/products HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n',
    'GET //evil.example/v1/products HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
    'GET /v1/products/latest HTTP/1.0\r\n\r\n',
  ]) {
    const text = await sendRaw(port, request);
    t.regex(text, /^HTTP\/1\.1 [24]/);
    t.false(text.includes('evil.example/v1'), text.slice(0, 400));
  }
});

test('an expectation is not met with a wait, and a body is not read', async (t) => {
  const { port } = await realServer(t);
  const asked = await sendRaw(
    port,
    'POST /products HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n',
  );
  t.regex(asked, /^HTTP\/1\.1 413/);
  const body = await sendRaw(
    port,
    `GET /products HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n${'x'.repeat(1000)}`,
  );
  t.regex(body, /^HTTP\/1\.1 413/);
});
