import { performance } from 'node:perf_hooks';
import test from 'ava';
import { realServer } from './real-server.ts';

test('more than is in hand is sent away at once with Retry-After; what is kept is answered all the while', async (t) => {
  t.timeout(60_000);
  const state = { hangs: false };
  const server = await realServer(t, (store) => ({
    get: async (key) => store.get(key),
    list: async (options) => (state.hangs ? new Promise(() => {}) : store.list(options)),
  }));
  t.is((await fetch(`${server.url}/v1/products/latest`)).status, 200);
  state.hangs = true;
  const since = performance.now();
  const answers = await Promise.all(
    Array.from({ length: 2_000 }, async (_, at) => {
      const minute = String(at % 60).padStart(2, '0');
      const hour = String(Math.floor(at / 60) % 24).padStart(2, '0');
      const response = await fetch(`${server.url}/v1/products/202611${at < 1440 ? '01' : '02'}T${hour}${minute}00Z`);
      const after = performance.now() - since;
      return {
        status: response.status,
        retry: response.headers.get('retry-after'),
        after,
        body: await response.text(),
      };
    }),
  );
  const shed = answers.filter(({ body }) => body.includes('/problems/overloaded'));
  t.true(shed.length > 0, 'some are sent away');
  for (const { status, retry } of answers) {
    t.is(status, 503);
    t.not(retry, null);
  }
  const kept = performance.now();
  t.is((await fetch(`${server.url}/v1/products/latest`)).status, 200, 'what is kept');
  t.log(
    `${shed.length} of 2,000 sent away; all answered after ${Math.round(Math.max(...answers.map(({ after }) => after)))} ms; a kept answer in ${Math.round(performance.now() - kept)} ms`,
  );
  state.hangs = false;
  t.is((await fetch(`${server.url}/v1/products?limit=3`)).status, 200, 'it recovers at once');
});
