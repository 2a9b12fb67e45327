import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DependencyError, HaltError, TOPICS, type ObjectStore } from '@weatherline/runtime';
import { createMemoryStore } from '@weatherline/testkit';
import test, { type ExecutionContext } from 'ava';
import { checkBucket, checkConditions, checkFirstByte, PROBE_KEY } from '../src/doctor/bucket.ts';
import { runChecks } from '../src/doctor/check.ts';
import { absentOf, checkBrokers, checkRetention, checkTopics } from '../src/doctor/kafka.ts';
import { patiently } from '../src/doctor/installation.ts';
import { checkGroups } from '../src/doctor/log.ts';
import { checkGateway, unreachable } from '../src/doctor/remote.ts';
import { checkApiKeys, checkSecretFiles, secretsOf } from '../src/doctor/secrets.ts';
import { checkLocations, checkSchedule, checkSettings } from '../src/doctor/settings.ts';

const CANARY = 'canary-3f9d2b7a5c8e4f60';
const NOW = new Date();
const { signal } = new AbortController();

async function* noMessages(): AsyncGenerator<never> {}

function fileOf(t: ExecutionContext, text: string, mode = 0o600): string {
  const folder = mkdtempSync(join(tmpdir(), 'weatherline-doctor-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'secret');
  writeFileSync(file, text);
  chmodSync(file, mode);
  return file;
}

test('every bad setting is told, and what can be read is looked at all the same', (t) => {
  const env = { WEATHERLINE_PART_SIZE: '0', WEATHERLINE_LOG_LEVL: 'info', WEATHERLINE_SCHEDULE: 'often' };
  const { status, detail } = checkSettings(env);
  t.is(status, 'fail');
  for (const words of ['WEATHERLINE_PART_SIZE: expected', 'did you mean WEATHERLINE_LOG_LEVEL?', "got 'often'"]) {
    t.true(detail.includes(words), detail);
  }
  t.is(checkLocations(env).detail, '19 locations');
  t.is(checkSchedule(env, new Date()).status, 'fail');
  const cluster = checkSettings({ WEATHERLINE_KAFKA_BROKERS: 'here:9092' });
  t.deepEqual([cluster.status, cluster.detail], ['fail', 'WEATHERLINE_S3_BUCKET: is required']);
});

test('locations are counted; an id twice is a failure, a place twice is told', (t) => {
  const place = (id: string, lat: number): object => ({ id, name: id, lat, lon: 6.1 });
  const judge = (...places: object[]) => checkLocations({ WEATHERLINE_LOCATIONS: JSON.stringify(places) });
  t.is(judge(place('a', 1)).detail, '1 location');
  t.regex(judge(place('a', 1), place('a', 2)).detail, /expected every id once, got a twice/);
  const twice = judge(place('a', 1), place('b', 1.000_01), place('c', 2));
  t.deepEqual([twice.status, twice.detail], ['warn', '3 locations; the same place: a = b']);
});

test('the schedule tells its next slot', (t) => {
  const { detail } = checkSchedule({}, new Date('2026-11-23T06:30:00Z'));
  t.is(detail, "'0 */6 * * *' UTC; the next slot is 20261123T120000Z, in 5 h 30 min");
});

test('a secret file is missing, empty, open to all, or holds more than the secret; its text is never told', (t) => {
  const judge = (file: string): string => {
    const { status, detail, fix } = checkSecretFiles({ OPENWEATHER_API_KEY_FILE: file }, NOW);
    t.false(`${detail}${fix}`.includes('canary'), detail);
    return `${status}: ${detail.replace(file, 'FILE')}`;
  };
  t.is(judge('/none/at/all'), 'fail: OPENWEATHER_API_KEY_FILE: FILE cannot be read (ENOENT)');
  t.is(judge(tmpdir()), 'fail: OPENWEATHER_API_KEY_FILE: FILE cannot be read (EISDIR)');
  t.is(judge(fileOf(t, ' \n')), 'fail: OPENWEATHER_API_KEY_FILE: FILE is empty');
  t.regex(judge(fileOf(t, CANARY, 0o644)), /^warn: .* can be read by every user \(mode 644\)$/);
  t.is(judge(fileOf(t, CANARY, 0o640)), 'ok: OPENWEATHER_API_KEY: FILE');
  t.is(judge(fileOf(t, `${CANARY}\n`)), 'ok: OPENWEATHER_API_KEY: FILE');
  t.regex(judge(fileOf(t, `${CANARY}\r\n`)), /^warn: .* has blanks or line ends around the secret/);
  t.regex(judge(fileOf(t, `${CANARY}\n\n`)), /^warn: .* has blanks or line ends around/);
  t.regex(judge(fileOf(t, `${CANARY}\n${CANARY}`)), /^warn: .* more than one word or line$/);
  t.regex(judge(fileOf(t, `"${CANARY}"`)), /^warn: .* quotation marks/);
  t.regex(judge(fileOf(t, `\u{FEFF}${CANARY}`)), /^warn: .* byte order mark/);
});

test('a secret that was written over 90 days ago is told; API keys have ends of their own', (t) => {
  const file = fileOf(t, `${CANARY}\n`);
  const after = (days: number): Date => new Date(Date.now() + days * 86_400_000 + 60_000);
  t.is(checkSecretFiles({ OPENWEATHER_API_KEY_FILE: file }, after(90)).status, 'ok');
  const { status, detail, fix } = checkSecretFiles({ OPENWEATHER_API_KEY_FILE: file }, after(91));
  t.is(status, 'warn');
  t.regex(detail, /^OPENWEATHER_API_KEY_FILE: .* was written 91 days ago$/);
  t.regex(fix ?? '', /^get a new secret/);
  t.is(checkSecretFiles({ WEATHERLINE_API_KEYS_FILE: file }, after(91)).status, 'ok');
});

test('a secret in the environment is told, several lines are right for a PEM, and none at all is no trouble', (t) => {
  t.regex(checkSecretFiles({ OPENWEATHER_API_KEY: CANARY }, NOW).detail, /^OPENWEATHER_API_KEY is in the environment/);
  const pem = fileOf(t, `-----BEGIN PRIVATE KEY-----\n${CANARY}\n-----END PRIVATE KEY-----\n`);
  t.is(checkSecretFiles({ WEATHERLINE_KAFKA_KEY_FILE: pem }, NOW).status, 'ok');
  t.is(checkSecretFiles({}, NOW).status, 'skipped');
  const env = { OPENWEATHER_API_KEY_FILE: fileOf(t, `${CANARY}\n`), WEATHERLINE_KAFKA_PASSWORD: 'another-canary' };
  t.deepEqual(secretsOf(env).toSorted(), ['another-canary', CANARY].toSorted());
});

test('API keys are counted; what is no list of keys, and what has expired, is told without its digests', (t) => {
  const now = new Date('2026-11-23T06:00:00Z');
  const entry = (id: string, rest: object = {}): object => {
    const sha256 = id.codePointAt(0)?.toString(16).padStart(64, '0');
    return { id, sha256, scopes: ['products:read'], ...rest };
  };
  const judge = (entries: unknown) => checkApiKeys({ WEATHERLINE_API_KEYS: JSON.stringify(entries) }, now);
  t.is(checkApiKeys({}, now).status, 'skipped');
  t.is(checkApiKeys({ WEATHERLINE_API_KEYS_FILE: '/none' }, now).detail, 'WEATHERLINE_API_KEYS: it cannot be read');
  t.is(judge([{ id: CANARY }]).status, 'fail');
  t.false(judge([{ id: CANARY }]).detail.includes('canary'));
  const over = judge([
    entry('aaaaaaaa', { expires_at: '2026-11-22T00:00:00Z' }),
    entry('bbbbbbbb', { expires_at: '2026-12-01T00:00:00Z' }),
    entry('cccccccc'),
  ]);
  t.deepEqual([over.status, over.detail], ['warn', '3 keys; expired: aaaaaaaa; ending within 30 days: bbbbbbbb']);
  t.deepEqual(judge([entry('cccccccc')]).detail, '1 key');
});

test('a store with conditions is well, and keeps one small object, whoever comes second', async (t) => {
  const store = createMemoryStore();
  t.regex((await checkBucket(store, 'weather')).detail, /^weather can be listed; it holds no product yet$/);
  for (let round = 0; round < 2; round += 1) t.is((await checkConditions(store)).status, 'ok');
  t.deepEqual([...store.objects.keys()], [PROBE_KEY]);
  t.true(PROBE_KEY.startsWith('replays/doctor/'));
  t.is((await checkFirstByte(store)).status, 'ok');
});

test('a store that ignores a condition, or refuses one that holds, is a failure', async (t) => {
  const judge = async (change: (store: ObjectStore) => Partial<ObjectStore>): Promise<string> => {
    const store = createMemoryStore();
    const { status, detail } = await checkConditions({ ...store, ...change(store) });
    t.is(status, 'fail');
    return detail;
  };
  const overwriting =
    (which: 'ifMatch' | 'ifNoneMatch') =>
    (store: ObjectStore): Partial<ObjectStore> => ({
      put: async (key, body, options) => {
        const etag = (await store.get(key))?.etag;
        const forced = which in options && etag !== undefined ? { ...options, ifMatch: etag } : options;
        if ('ifMatch' in forced && 'ifNoneMatch' in forced) {
          const { ifNoneMatch: _, ...rest } = forced;
          return store.put(key, body, rest);
        }
        return store.put(key, body, forced);
      },
    });
  t.regex(await judge(overwriting('ifNoneMatch')), /^the store ignores If-None-Match: \*: it overwrote/);
  t.regex(await judge(overwriting('ifMatch')), /^the store ignores If-Match: it overwrote/);
  const refusing = (store: ObjectStore): Partial<ObjectStore> => ({
    put: async (key, body, options) => ('ifMatch' in options ? { stored: false } : store.put(key, body, options)),
  });
  t.is(await judge(refusing), 'the store refuses If-Match with the right tag');
  t.regex(await judge(() => ({ get: async () => undefined })), /just written is not there/);
});

test('a bucket that denies is told with what to allow, and its other checks are not asked', async (t) => {
  const store = createMemoryStore();
  store.failWith(new HaltError('STORE_ACCESS_DENIED', 'cannot list weather-products/ in bucket weather (403)'));
  const [bucket, conditions] = await runChecks([
    { name: 'bucket', run: async () => checkBucket(store, 'weather') },
    { name: 'conditional-writes', after: 'bucket', run: async () => checkConditions(store) },
  ]);
  t.is(bucket?.status, 'fail');
  t.regex(bucket?.fix ?? '', /allow Get and List/);
  t.is(conditions?.detail, 'not asked, because bucket failed');
});

test('brokers that do not answer are named, all of them or some', async (t) => {
  const broker = { verifyTopics: async () => [] };
  const judge = async (away: readonly string[]): Promise<string> => {
    const why = async (address: string) => (away.includes(address) ? 'ECONNREFUSED' : undefined);
    const { status, detail } = await checkBrokers({ addresses: ['a:1', 'b:2'], unreachable: why, broker });
    return `${status}: ${detail}`;
  };
  t.is(await judge([]), 'ok: a:1, b:2: let in');
  t.is(await judge(['b:2']), 'warn: 1 answer; cannot be reached: b:2 (ECONNREFUSED)');
  t.is(await judge(['a:1', 'b:2']), 'fail: cannot be reached: a:1 (ECONNREFUSED), b:2 (ECONNREFUSED)');
  t.is(await unreachable('127.0.0.1:1', signal), 'ECONNREFUSED');
});

test('topics that are missing or differ are told as topics verify tells them, retention on its own line', (t) => {
  const topic = 'weatherline.run.requested';
  const missing = { topic: `${topic}.dlq`, what: 'topic', expected: 'present', found: 'missing' };
  const keeps = (ms: number) => ({ topic, what: 'retention.ms', expected: '1209600000', found: String(ms) });
  t.is(checkTopics([keeps(60_000)]).detail, `${TOPICS.length} topics are as they should be`);
  t.deepEqual(checkTopics([missing]), {
    status: 'fail',
    detail: 'weatherline.run.requested.dlq is missing',
    fix: 'weatherline topics apply',
  });
  const few = checkTopics([{ topic, what: 'partitions', expected: '12', found: '4' }]);
  t.regex(few.fix ?? '', /what it cannot change/);
  t.deepEqual([...absentOf([missing, keeps(1)])], [missing.topic]);
  t.regex(checkRetention([missing]).detail, /^14 days; older slots are replayed from the archive/);
  t.is(checkRetention([keeps(-1)]).status, 'ok');
  t.is(checkRetention([keeps(30 * 86_400_000)]).status, 'ok');
  t.is(checkRetention([keeps(7 * 86_400_000)]).status, 'warn');
  t.regex(checkRetention([keeps(60_000)]).detail, /keeps 60 s\nan event may wait 6 h/);
});

test('what waits before a function is told by its group; topics that are missing are left out', async (t) => {
  const asked: string[] = [];
  const log = {
    lag: async (group: string, topic: string) => {
      asked.push(topic);
      const lag = group === 'weatherline.fetch.replay' ? 3 : 0;
      return [{ partition: 0, committed: undefined, end: 3, lag }];
    },
  };
  const { status, detail } = await checkGroups({
    log: { ...log, read: noMessages },
    absent: new Set(['weatherline.readings.fetched']),
    now: NOW,
  });
  t.deepEqual([status, detail], ['warn', 'weatherline.fetch.replay: 3 events wait']);
  t.is(asked.length, 5);
  t.false(asked.includes('weatherline.readings.fetched'));
});

test('groups whose coordinator is only just starting are asked again, but not for ever', async (t) => {
  let refusals = 2;
  const stop = new AbortController();
  const rest = { absent: new Set<string>(), now: NOW };
  const loading = {
    read: noMessages,
    lag: async () => {
      refusals -= 1;
      if (refusals >= 0) throw new DependencyError('BROKER_UNAVAILABLE', 'the coordinator is loading');
      return [{ partition: 0, committed: 1, end: 1, lag: 0 }];
    },
  };
  t.is((await checkGroups({ log: patiently(loading, stop.signal), ...rest })).status, 'ok');
  refusals = 1000;
  stop.abort();
  await t.throwsAsync(checkGroups({ log: patiently(loading, stop.signal), ...rest }), { message: /loading/ });
});

test('a gateway is fresh, empty, stale or degraded by its own word', async (t) => {
  let answer: { code: number; body: unknown } = { code: 200, body: {} };
  const server = createServer((_, response) => {
    response.writeHead(answer.code).end(JSON.stringify(answer.body));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  const judge = async (code: number, body: unknown): Promise<string> => {
    answer = { code, body };
    const { status, detail } = await checkGateway(url, signal);
    return `${status}: ${detail}`;
  };
  const latest = { id: '20261123T060000Z', age_seconds: 600 };
  t.is(await judge(200, { status: 'ok', latest }), 'ok: fresh; the newest product is 20261123T060000Z, 10 min old');
  t.regex(await judge(200, { status: 'stale', latest }), /^fail: stale; the newest/);
  t.regex(await judge(200, { status: 'degraded', latest: null }), /^fail: degraded: the store cannot be read/);
  t.regex(await judge(200, { status: 'empty', latest: null }), /^warn: empty/);
  t.regex(await judge(401, {}), /^warn: it answers 401/);
  t.regex(await judge(404, {}), /^fail: it answers 404, and no status/);
  t.is((await checkGateway(undefined, signal)).status, 'skipped');
  t.is((await checkGateway('http://127.0.0.1:1', signal)).status, 'fail');
  t.is((await checkGateway(`http://me:${CANARY}@127.0.0.1:1`, signal)).detail.includes('canary'), false);
});
