import test from 'ava';
import { realServer, sendRaw } from './real-server.ts';

const BEHIND = 'GET /v1/locations HTTP/1.1\r\nHost: a\r\n\r\n';
const BAD: Readonly<Record<string, string>> = {
  'two that differ': 'Host: a\r\nHost: b\r\n',
  'two that are alike': 'Host: a\r\nhost: a\r\n',
  'one with a space': 'Host: a b/\r\n',
  'one with a path': 'Host: a/b\r\n',
  'one with a user': 'Host: me@a\r\n',
  'one with a port that is none': 'Host: a:b\r\n',
  'an empty one': 'Host:\r\n',
};

for (const [name, lines] of Object.entries(BAD)) {
  test(`a host that is no host is refused and the connection closed: ${name}`, async (t) => {
    const { port } = await realServer(t);
    for (const path of ['/health', '/v1/status', '/v1/status']) {
      const text = await sendRaw(port, `GET ${path} HTTP/1.1\r\n${lines}\r\n${BEHIND}`, 4_000);
      t.regex(text, /^HTTP\/1\.1 400 /, path);
      t.regex(text, /connection: close/i);
      t.regex(text, /"\/problems\/invalid-request"/);
      t.is(text.match(/HTTP\/1\.1 /g)?.length, 1);
    }
  });
}

test('names, addresses and ports are hosts', async (t) => {
  const { port } = await realServer(t);
  for (const host of ['a', 'weather.example:8080', '127.0.0.1', '[::1]:8080', 'a:']) {
    const text = await sendRaw(port, `GET /health HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    t.regex(text, /^HTTP\/1\.1 200 /, host);
  }
});

test('a whole address as the target is the same answer, and its host goes nowhere', async (t) => {
  const { port, calls } = await realServer(t);
  const ask = async (target: string): Promise<string> =>
    sendRaw(port, `GET ${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
  const plain = await ask('/v1/products?limit=1');
  const before = calls.count;
  for (const target of ['http://evil.example/v1/products?limit=1', 'HTTPS://evil.example:444/v1/products?limit=1']) {
    const whole = await ask(target);
    t.regex(whole, /^HTTP\/1\.1 200 /, target);
    t.false(whole.includes('evil'), target);
    t.is(whole.split('\r\n\r\n')[1], plain.split('\r\n\r\n')[1], target);
  }
  t.is(calls.count, before, 'the kept answer is the one of the path');
  t.regex(await ask('http://evil.example'), /^HTTP\/1\.1 200 /);
  t.regex(await ask('http://evil.example?x=1'), /^HTTP\/1\.1 200 /);
  for (const target of ['http:///v1/status', 'http://me@evil.example/v1/status', 'ftp://evil.example/v1/status']) {
    const text = await ask(target);
    t.regex(text, /^HTTP\/1\.1 400 /, target);
    t.false(text.includes('evil'), target);
  }
});
