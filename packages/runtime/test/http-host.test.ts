import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { ReadingsFetched, RunRequested } from '@weatherline/events';
import { CloudEvent, HTTP } from 'cloudevents';
import test, { type ExecutionContext } from 'ava';
import { defineFunction, DependencyError, HaltError, PermanentError } from '../src/index.ts';
import { httpHost } from '../src/http-host.ts';

const golden = JSON.parse(
  readFileSync(new URL('../../events/test/golden/run.requested.v1.json', import.meta.url), 'utf8'),
);
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

async function serve(t: ExecutionContext, failure?: Error): Promise<string> {
  const echo = defineFunction({
    name: 'fetch',
    accepts: RunRequested,
    emits: ReadingsFetched,
    handle({ run, part }) {
      if (failure !== undefined) throw failure;
      return {
        run,
        part,
        provider: 'recorded' as const,
        collectedAt: run.slot,
        readings: [],
        failures: [],
        previous: null,
      };
    },
  });
  const handler = httpHost({ function: echo, log: silent, signal: new AbortController().signal });
  const server = createServer(handler).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
}

const event = new CloudEvent(golden);

test('a binary event is answered by the reply event, which names its cause', async (t) => {
  const { headers, body } = HTTP.binary(event);
  const response = await fetch(await serve(t), {
    method: 'POST',
    headers: headers as Record<string, string>,
    body: String(body),
  });
  t.is(response.status, 200);
  const reply = HTTP.toEvent({ headers: Object.fromEntries(response.headers), body: await response.text() });
  t.like(reply, { type: ReadingsFetched.type, id: '20240918T120000Z/00001-of-00001/fetch', causationid: event.id });
});

test('structured and batched events are read as well', async (t) => {
  const url = await serve(t);
  const structured = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/cloudevents+json' },
    body: JSON.stringify(event),
  });
  t.is(structured.status, 200);
  const batch = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/cloudevents-batch+json' },
    body: JSON.stringify([event, event]),
  });
  t.is(batch.status, 200);
  t.is(((await batch.json()) as unknown[]).length, 2);
});

for (const [title, failure, status, header] of [
  ['what can never succeed is 400', new PermanentError('NO_READINGS', 'none'), 400, null],
  ['a dependency is 503 with the time to wait', new DependencyError('STORE', 'no', { retryAfterMs: 2500 }), 503, '3'],
  ['a throttled key is 429', new DependencyError('THROTTLED', 'no', { retryAfterMs: 60_000 }), 429, '60'],
  ['a halt is 503', new HaltError('INVALID_KEY', 'no'), 503, '30'],
  ['a bug is 500 and says nothing', new TypeError('secret detail'), 500, null],
] as const) {
  test(title, async (t) => {
    const headers = { 'content-type': 'application/cloudevents+json' };
    const response = await fetch(await serve(t, failure), { method: 'POST', headers, body: JSON.stringify(event) });
    t.is(response.status, status);
    t.is(response.headers.get('retry-after'), header);
    t.false((await response.text()).includes('secret'));
  });
}

test('what is no event is 400, what is too large 413, what is no POST 405', async (t) => {
  const url = await serve(t);
  const headers = { 'content-type': 'application/cloudevents+json' };
  t.is((await fetch(url, { method: 'POST', headers, body: '{' })).status, 400);
  t.is((await fetch(url, { method: 'POST', headers, body: '{"specversion":"1.0"}' })).status, 400);
  t.is((await fetch(url, { method: 'POST', headers, body: JSON.stringify({ ...golden, data: {} }) })).status, 400);
  t.is((await fetch(url, { method: 'POST', headers, body: JSON.stringify({ ...golden, type: 'other' }) })).status, 400);
  t.is((await fetch(url, { method: 'POST', headers, body: 'x'.repeat(3_000_000) })).status, 413);
  t.is((await fetch(url)).status, 405);
});
