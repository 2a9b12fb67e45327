import { performance } from 'node:perf_hooks';
import { Agent, request as httpRequest } from 'node:http';
import test from 'ava';
import fc from 'fast-check';
import { realServer } from './real-server.ts';

const REQUESTS = 20_000;
const AT_ONCE = 50;

const word = fc.oneof(
  fc.constantFrom(
    'products',
    'v1',
    'latest',
    'records',
    'content',
    'download',
    'locations',
    'runs',
    'status',
    'oslo',
    '20261123T060000Z',
    '2026-11-23T06:00:00Z',
    '..',
    '%2e%2e',
    '%00',
    'schemas',
    'problems',
    'docs',
    'openapi.json',
    '__proto__',
    '',
  ),
  fc.string({ maxLength: 12 }).map((text) => encodeURIComponent(text.toWellFormed())),
  fc.string({ unit: 'grapheme', maxLength: 6 }).map((text) => encodeURIComponent(text.toWellFormed())),
);
const path = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '/v1/products',
      '/v1/records',
      '/v1/runs',
      '/v1/locations',
      '/v1/status',
      '/products',
      '/v1/products/latest',
      '/v1/products/20261123T060000Z/content',
      '/v1/locations/oslo/latest',
      '/',
      '/health',
    ),
  },
  { weight: 1, arbitrary: fc.array(word, { maxLength: 6 }).map((pieces) => `/${pieces.join('/')}`) },
);
const name = fc.oneof(
  fc.constantFrom(
    'limit',
    'cursor',
    'datetime',
    'location',
    'bbox',
    'fields',
    'f',
    'order',
    'run_id',
    'latitude',
    'longitude',
    'excel',
    'redirect',
    'part',
    'rev',
    'state',
    'constructor',
  ),
  word,
);
const value = fc.oneof(
  fc.constantFrom(
    '1',
    '0',
    '-1',
    '1e9',
    '99999999999999999999',
    'json',
    'csv',
    'geojson',
    'ndjson',
    '2026-11-20/..',
    '../..',
    '2026-11-23',
    '0001-01-01/9999-12-31',
    '5,50,15,65',
    'oslo,lima',
    'temp',
    'true',
    'asc',
    'NaN',
    '%F0%28%8C%BC',
  ),
  word,
);
const query = fc
  .array(fc.tuple(name, value), { maxLength: 4 })
  .map((pairs) => (pairs.length === 0 ? '' : `?${pairs.map(([key, text]) => `${key}=${text}`).join('&')}`));
const header = fc.oneof(
  fc.constantFrom<[string, string]>(
    ['accept', 'text/csv'],
    ['accept', 'text/html'],
    ['accept', '*/*;q=0'],
    ['accept', ',;=,,'],
    ['accept-encoding', 'br'],
    ['accept-encoding', 'gzip;q=x'],
    ['range', 'bytes=0-'],
    ['range', 'bytes=99999999999999-'],
    ['range', 'bytes=-0'],
    ['if-none-match', '*'],
    ['if-none-match', 'W/"'],
    ['if-modified-since', 'never'],
    ['if-range', '"x"'],
    ['x-request-id', '../../etc'],
    ['host', 'evil.example'],
    ['x-forwarded-for', '1.2.3.4'],
    ['origin', 'null'],
  ),
  fc.tuple(
    fc.constantFrom(
      'accept',
      'accept-encoding',
      'range',
      'if-none-match',
      'if-modified-since',
      'x-request-id',
      'cookie',
    ),
    fc.string({ maxLength: 20 }).map((text) => text.replaceAll(/[^\t\u0020-\u007e]/g, '')),
  ),
);
const method = fc.oneof(
  { weight: 9, arbitrary: fc.constant('GET') },
  { weight: 1, arbitrary: fc.constantFrom('HEAD', 'OPTIONS', 'POST', 'DELETE', 'PUT') },
);
const anyRequest = fc.record({
  method,
  target: fc.tuple(path, query).map((pair) => pair.join('')),
  headers: fc.array(header, { maxLength: 4 }).map((pairs) => Object.fromEntries(pairs)),
});

/** What no caller may ever see: keys of the store, stacks, files, the words of other errors. */
const LEAK = /weather-(products|readings|runs)\/|node_modules|\bat .*\.ts:\d+|Error:|secret|AKIA|\[object /;

test(`${REQUESTS} requests of any kind: no 5xx, no crash, no word of the inside`, async (t) => {
  t.timeout(120_000);
  const { port, logged } = await realServer(t);
  const seed = Number(process.env['WEATHERLINE_TEST_SEED'] ?? 20261124);
  const requests = fc.sample(anyRequest, { numRuns: REQUESTS, seed });
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  t.teardown(() => agent.destroy());
  const statuses = new Map<number, number>();
  let slowest = 0;
  const one = async ({ method: verb, target, headers }: (typeof requests)[number]): Promise<void> => {
    const since = performance.now();
    const { status, text } = await send(agent, port, verb, target, headers);
    slowest = Math.max(slowest, performance.now() - since);
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    const what = `${verb} ${target} ${JSON.stringify(headers)} (seed ${seed})`;
    if (status >= 500) t.fail(`${status} for ${what}`);
    if (LEAK.test(text)) t.fail(`${what} answered ${LEAK.exec(text)?.[0]}: ${text.slice(0, 300)}`);
  };
  const queue = requests.values();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const request of queue) await one(request);
    }),
  );
  t.log(
    [...statuses]
      .toSorted(([a], [b]) => a - b)
      .map(([status, count]) => `${status}: ${count}`)
      .join(', '),
    `slowest ${Math.round(slowest)} ms`,
  );
  t.deepEqual(
    logged.filter((line) => line.includes('request failed')),
    [],
  );
  t.true((statuses.get(200) ?? 0) > REQUESTS / 20, 'many of them are good');
});

async function send(
  agent: Agent,
  port: number,
  verb: string,
  target: string,
  headers: Record<string, string>,
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ agent, port, host: '127.0.0.1', method: verb, path: target, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('latin1') }),
      );
      response.on('error', reject);
    });
    request.on('error', reject).end();
  });
}
