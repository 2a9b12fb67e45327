import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OutgoingMessage } from '@weatherline/runtime';
import { createMemoryStore } from '@weatherline/testkit';
import test, { type ExecutionContext } from 'ava';
import { orderPublish, orderPut, orderTrigger, serveControl } from '../src/control.ts';

const TOPIC = 'weatherline.run.requested';

async function setUp(t: ExecutionContext, fails?: Error) {
  const directory = mkdtempSync(join(tmpdir(), 'weatherline-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  const socket = join(directory, 'owner.sock');
  const published: { topic: string; messages: readonly OutgoingMessage[] }[] = [];
  const slots: string[] = [];
  const store = createMemoryStore();
  const control = await serveControl(socket, {
    trigger: async ({ slot }) => {
      slots.push(slot);
      return { run: slot, parts: 1, isNew: true };
    },
    publish: async (topic, messages) => {
      if (fails !== undefined) throw fails;
      published.push({ topic, messages });
    },
    put: async (key, body, options) => store.put(key, body, options),
  });
  t.teardown(async () => control[Symbol.asyncDispose]());
  return { socket, published, slots, store };
}

async function post(socketPath: string, path: string, body: string): Promise<{ status?: number; text: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ socketPath, path, method: 'POST' }, (incoming) => {
      let text = '';
      incoming.on('data', (chunk: Buffer) => (text += chunk.toString()));
      incoming.on('end', () => resolve({ ...(incoming.statusCode ? { status: incoming.statusCode } : {}), text }));
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

test('what is published through the owner arrives as it was: any bytes, no bytes, and none at all', async (t) => {
  const { socket, published } = await setUp(t);
  const headers = { constructor: 'a', 'weatherline-redrives': '1' };
  const messages = [
    { key: 'k/1', value: Buffer.from([0, 255, 128, 10]), headers },
    { key: '', value: Buffer.alloc(0), headers: {} },
    { key: 'gone', value: null, headers: {} },
  ];
  await orderPublish(socket, TOPIC, messages);
  t.deepEqual(published, [{ topic: TOPIC, messages }]);
});

test('the order to trigger a slot is still taken', async (t) => {
  const { socket, slots } = await setUp(t);
  const slot = '20261123T060000Z';
  t.deepEqual(await orderTrigger(socket, { slot, reason: 'manual' }), { run: slot, parts: 1, isNew: true });
  t.deepEqual(slots, [slot]);
});

test('an order that is not as it should be is refused before anything is published', async (t) => {
  const { socket, published } = await setUp(t);
  const message = { key: 'k', value: null, headers: {} };
  for (const [order, expected] of [
    [{ topic: 'somebody.elses', messages: [message] }, /topic: expected a topic of the catalogue/],
    [{ topic: TOPIC, messages: [{ ...message, value: 'no base64!' }] }, /messages\.0\.value: expected base64/],
    [{ topic: TOPIC, messages: [{ ...message, headers: { a: 1 } }] }, /messages\.0\.headers: expected headers/],
    [{ topic: TOPIC }, /messages/],
    [null, /the order/],
  ] as const) {
    const { status, text } = await post(socket, '/publish', JSON.stringify(order));
    t.is(status, 400, text);
    t.regex(text, expected);
  }
  t.is((await post(socket, '/publish', '{')).status, 400);
  t.is((await post(socket, '/nothing', '{}')).status, 404);
  t.deepEqual(published, []);
});

test('an order that is too long is refused, and a publisher that fails is told why', async (t) => {
  const { socket } = await setUp(t, new Error('the disk is full'));
  const value = Buffer.alloc(4 * 1024 * 1024);
  await t.throwsAsync(orderPublish(socket, TOPIC, [{ key: 'k', value, headers: {} }]), {
    message: 'expected at most 4194304 bytes',
  });
  await t.throwsAsync(orderPublish(socket, TOPIC, [{ key: 'k', value: null, headers: {} }]), {
    message: 'the disk is full',
  });
});

const JSON_OBJECT = { contentType: 'application/json', metadata: { run: 'r' } };

test('an object is stored through the owner as it is, under its conditions, and answered as the store does', async (t) => {
  const { socket, store } = await setUp(t);
  const key = 'replays/0123456789ab/progress.json';
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, at) => at));
  const created = await orderPut(socket, key, bytes, { ifNoneMatch: '*', ...JSON_OBJECT });
  t.like(created, { stored: true, etag: store.objects.get(key)?.etag });
  t.like(store.objects.get(key), { body: bytes, ...JSON_OBJECT });
  t.deepEqual(await orderPut(socket, key, Buffer.alloc(0), { ifNoneMatch: '*', ...JSON_OBJECT }), { stored: false });
  t.deepEqual(await orderPut(socket, key, Buffer.alloc(0), { ifMatch: 'another', ...JSON_OBJECT }), { stored: false });
  t.deepEqual(store.objects.get(key)?.body, bytes);
  const etag = created.stored ? created.etag : '';
  t.like(await orderPut(socket, key, Buffer.alloc(0), { ifMatch: etag, contentType: 'text/plain' }), { stored: true });
  t.is(store.objects.get(key)?.size, 0);
  t.like(await orderPut(socket, 'weather-runs/2026/11/23/060000.json', bytes, { ifNoneMatch: '*', ...JSON_OBJECT }), {
    stored: true,
  });
});

test('an object elsewhere than where commands keep what they know, or without a condition, is refused', async (t) => {
  const { socket, store } = await setUp(t);
  const order = { key: 'replays/a', body: '', options: { ifNoneMatch: '*', contentType: 'text/plain' } };
  for (const [change, expected] of [
    [{ key: 'weather-products/2026/11/23/060000.jsonl' }, /key: expected a key under replays\/ or weather-runs\//],
    [{ key: 'weather-readings/2026/11/23/060000.json.gz' }, /key: expected a key under/],
    [{ key: 'keys/openweather.json' }, /key: expected a key under/],
    [{ key: '/replays/a' }, /key: expected a key under/],
    [{ key: 'replays/../weather-products/2026/11/23/060000.jsonl' }, /key/],
    [{ key: 'replays/' }, /key/],
    [{ body: 'no base64!' }, /body: expected base64/],
    [{ options: { contentType: 'text/plain' } }, /options/],
    [{ options: { ifNoneMatch: 'abc', contentType: 'text/plain' } }, /options/],
    [{ options: { ifNoneMatch: '*', ifMatch: 'abc', contentType: 'text/plain' } }, /options/],
  ] as const) {
    const { status, text } = await post(socket, '/put', JSON.stringify({ ...order, ...change }));
    t.is(status, 400, text);
    t.regex(text, expected);
  }
  t.is(store.objects.size, 0);
});

test('the plan of a replay of many parts is taken, and an object that is too long is refused', async (t) => {
  const { socket, store } = await setUp(t);
  const options = { ifNoneMatch: '*', contentType: 'application/json' } as const;
  await orderPut(socket, 'replays/a/plan.json', Buffer.alloc(24 * 1024 * 1024, 'x'), options);
  t.is(store.objects.get('replays/a/plan.json')?.size, 24 * 1024 * 1024);
  await t.throwsAsync(orderPut(socket, 'replays/b/plan.json', Buffer.alloc(97 * 1024 * 1024), options), {
    message: 'expected at most 134217728 bytes',
  });
  t.is(store.objects.size, 1);
});

test('an owner that does not know an order runs another version, and its asker is told so', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'weatherline-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  const socket = join(directory, 'owner.sock');
  const older = createServer((incoming, outgoing) => {
    incoming.resume();
    outgoing.writeHead(404, { connection: 'close' }).end('{"error":"not found"}');
  }).listen(socket);
  await once(older, 'listening');
  t.teardown(() => older.close());
  await t.throwsAsync(orderPut(socket, 'replays/a', Buffer.alloc(0), { ifNoneMatch: '*', contentType: 'a/b' }), {
    message: /another version of weatherline: start it again/,
  });
});
