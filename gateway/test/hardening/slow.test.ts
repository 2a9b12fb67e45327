import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import test from 'ava';
import { record, storeProduct } from '../support.ts';
import { realServer } from './real-server.ts';

const STRANGERS = 500;

/** What a slow stranger sends at first, and what it adds each second. */
const STRANGERS_OF: Readonly<Record<string, readonly [first: string, each: string]>> = {
  'headers one byte a second': ['GET /health HTTP/1.1\r\nHost: a\r\nX-A: ', 'b'],
  'a body one byte a second': ['POST /health HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n', 'b'],
  nothing: ['', ''],
};

for (const [name, [first, each]] of Object.entries(STRANGERS_OF)) {
  test.serial(`${STRANGERS} sockets that send ${name}: closed within 7 s, and good requests stay quick`, async (t) => {
    t.timeout(60_000);
    const { port, url } = await realServer(t);
    const sockets: Socket[] = [];
    const closedAfter: number[] = [];
    for (let at = 0; at < STRANGERS; at += 1) {
      const socket = connect(port, '127.0.0.1');
      const since = performance.now();
      socket.on('error', () => {});
      socket.on('data', () => {});
      socket.once('close', () => closedAfter.push(performance.now() - since));
      await once(socket, 'connect');
      if (first !== '') socket.write(first);
      sockets.push(socket);
    }
    const trickle = setInterval(() => {
      for (const socket of sockets) if (each !== '' && socket.writable) socket.write(each);
    }, 1_000);
    const took: number[] = [];
    const until = performance.now() + 7_500;
    while (performance.now() < until) {
      const since = performance.now();
      const response = await fetch(`${url}/v1/products/latest`);
      await response.text();
      t.is(response.status, 200);
      took.push(performance.now() - since);
      await wait(10);
    }
    clearInterval(trickle);
    const p99 = took.toSorted((a, b) => a - b)[Math.floor(took.length * 0.99)] ?? 0;
    for (const socket of sockets) socket.destroy();
    t.log(
      `${closedAfter.length} of ${STRANGERS} closed, the last after ${Math.round(Math.max(...closedAfter))} ms; ${took.length} good requests, p99 ${p99.toFixed(1)} ms`,
    );
    t.is(closedAfter.length, STRANGERS);
    t.true(Math.max(...closedAfter) <= 7_000);
    t.true(p99 <= 100, `p99 ${p99} ms`);
  });
}

test.serial('a reader that takes nothing holds one part in memory, not the product', async (t) => {
  t.timeout(60_000);
  const server = await realServer(t);
  const filler = 'x'.repeat(100_000);
  for (let index = 1; index <= 200; index += 1) {
    await storeProduct(server, '20261101T000000Z', [record(`p${index}`, { filler }), record(`q${index}`, { filler })], {
      part: { index, count: 200 },
    });
  }
  const before = server.calls.count;
  const readers: Socket[] = [];
  for (let at = 0; at < 20; at += 1) {
    const socket = connect(server.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.pause();
    socket.write('GET /v1/products/20261101T000000Z/content HTTP/1.1\r\nHost: a\r\n\r\n');
    readers.push(socket);
  }
  await wait(1_500);
  // Each kernel buffer takes some megabytes; behind it nothing more is read from the store.
  const reads = server.calls.count - before;
  t.log(`${reads} parts read for 20 readers of 200 parts that take nothing`);
  t.true(reads < 20 * 60, `${reads} parts of ${20 * 200} were read`);
  const since = performance.now();
  t.is((await fetch(`${server.url}/v1/products/latest`)).status, 200);
  t.true(performance.now() - since < 200);
  for (const socket of readers) socket.destroy();
  await wait(200);
  const after = server.calls.count;
  await wait(500);
  t.is(server.calls.count, after, 'nothing is read for somebody who has gone');
});
