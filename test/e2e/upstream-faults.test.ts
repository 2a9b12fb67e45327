import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { recordedPlaces, startRecordedUpstream, type FaultKind, type FaultRule } from '@weatherline/testkit/upstream';
import test from 'ava';
import { startUp, temporaryDirectory, weatherline } from '../support/process.ts';

const CANARY = 'CANARY0123456789abcdef0123456789';
const PLACES = recordedPlaces();

/** Each row of the error table that concerns one location, and the code that its failure is listed with. */
const ROWS: readonly (readonly [fault: FaultKind, location: string, code: string])[] = [
  ['not-found', 'arctic', 'HTTP_404'],
  ['bad-request', 'berlin', 'HTTP_400'],
  ['bad-gateway-html', 'bucharest', 'HTTP_502'],
  ['internal', 'campo-grande', 'HTTP_500'],
  ['truncate', 'donvale', 'TRUNCATED'],
  ['not-json', 'hamburg', 'NOT_JSON'],
  ['wrong-content-type', 'havana', 'CONTENT_TYPE'],
  ['too-large', 'helsinki', 'BODY_TOO_LARGE'],
  ['hang', 'indian-ocean', 'TIMEOUT'],
  ['reset', 'london', 'CONNECTION'],
  ['redirect', 'moscow', 'HTTP_302'],
  ['malformed', 'munich', 'INVALID_BODY'],
];

function settings(url: string): Record<string, string> {
  return {
    OPENWEATHER_API_KEY: CANARY,
    WEATHERLINE_OPENWEATHER_URL: url,
    WEATHERLINE_LOCATIONS: JSON.stringify(PLACES),
    WEATHERLINE_CALLS_PER_MINUTE: '600',
    WEATHERLINE_LOG_LEVEL: 'debug',
  };
}

test('every fault of one location is listed with its code, costs no other location, and the key shows nowhere', async (t) => {
  t.timeout(120_000);
  const script: FaultRule[] = ROWS.map(([fault, location]) => ({ fault, location }));
  await using upstream = await startRecordedUpstream({
    script: [...script, { fault: 'internal', location: 'turin', times: 2 }],
  });
  const data = join(temporaryDirectory(t), 'data');
  const running = startUp(t, data, settings(upstream.url));
  const url = await running.ready;
  const product = await untilProduct(url);
  const infra = /infra (http:\S+)\/metrics/.exec(running.output().stderr)?.[1] ?? '';
  const texts = [
    await (await fetch(`${infra}/metrics`)).text(),
    await (await fetch(`${infra}/readyz`)).text(),
    await (await fetch(`${url}/`, { headers: { accept: 'text/html' } })).text(),
    JSON.stringify(product),
  ];
  running.child.kill('SIGTERM');
  t.is(await running.closed, 0);

  const listed = Object.fromEntries(product.failures.map(({ location, code }) => [location, code]));
  t.deepEqual(listed, Object.fromEntries(ROWS.map(([, location, code]) => [location, code])));
  const failed = new Set(ROWS.map(([, location]) => location));
  t.deepEqual(
    product.locations,
    PLACES.map(({ id }) => id).filter((id) => !failed.has(id)),
    'all others have a record, also the one that failed twice and then answered',
  );
  const { stdout, stderr } = running.output();
  t.true(stderr.includes('"level":"info"'), 'there are logs to look at');
  for (const text of [...texts, stdout, stderr, ...files(data)]) t.false(text.includes(CANARY));
});

test('a key that is refused halts consumption, keeps the event, and is told without the key', async (t) => {
  await using upstream = await startRecordedUpstream({ script: [{ fault: 'unauthorized' }] });
  const directory = temporaryDirectory(t);
  const data = join(directory, 'data');
  const refused = await weatherline(['up', '--once', '--data', data], { env: settings(upstream.url) });
  t.is(refused.code, 1);
  t.regex(refused.stderr, /consumption has halted: the provider does not accept the key/);
  t.false([refused.stdout, refused.stderr, ...files(data)].some((text) => text.includes(CANARY)));
  t.true(upstream.requests.length < 20, 'a refused key is not tried for every place again and again');

  upstream.setScript([]);
  const accepted = await weatherline(['up', '--once', '--data', data], { env: settings(upstream.url) });
  t.is(accepted.code, 0, accepted.stderr);
  t.regex(accepted.stdout, /^weather-products\/.*\.jsonl$/m);
});

test('a key without the subscription is a dead letter that says so', async (t) => {
  await using upstream = await startRecordedUpstream({ script: [{ fault: 'subscription' }] });
  const data = join(temporaryDirectory(t), 'data');
  const { code, stderr } = await weatherline(['up', '--once', '--data', data], { env: settings(upstream.url) });
  t.is(code, 1);
  t.regex(stderr, /set aside: SUBSCRIPTION/);
});

test('a throttled key is paused for everybody, and the run waits', async (t) => {
  await using upstream = await startRecordedUpstream({ script: [{ fault: 'too-many', times: 3 }] });
  const data = join(temporaryDirectory(t), 'data');
  const started = Date.now();
  const { code } = await weatherline(['up', '--once', '--timeout', '4s', '--data', data], {
    env: settings(upstream.url),
  });
  t.is(code, 8, 'the pause outlasts the time-out');
  t.true(Date.now() - started < 30_000);
  t.true(upstream.requests.length <= 8, `${upstream.requests.length} calls: what was in flight, then none`);
  const pause = JSON.parse(readFileSync(join(data, 'objects', 'keys', 'openweather.json'), 'utf8'));
  t.true(pause.pausedUntil > started + 55_000);
});

test('a provider that cannot be reached at all ends as a dead letter, not as an empty product', async (t) => {
  const data = join(temporaryDirectory(t), 'data');
  const { code, stderr, stdout } = await weatherline(['up', '--once', '--data', data], {
    env: settings('http://127.0.0.1:9'),
  });
  t.is(code, 1);
  t.regex(stderr, /NO_READINGS: none of 19 locations has a reading: CONNECTION/);
  t.false(/weather-products/.test(stdout));
});

type Shown = { locations: string[]; failures: { location: string; code: string }[] };

async function untilProduct(url: string): Promise<Shown> {
  for (;;) {
    const response = await fetch(`${url}/v1/products/latest`);
    if (response.ok) return (await response.json()) as Shown;
    await response.text();
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/** Every file below a directory as text, unpacked where it is packed. */
function files(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const bytes = readFileSync(join(entry.parentPath, entry.name));
      return (entry.name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('latin1');
    });
}
