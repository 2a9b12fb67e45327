import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openKafkaBroker, type KafkaBroker } from '@weatherline/adapters/kafka';
import { TOPICS } from '@weatherline/runtime';
import { kafkaTests } from '@weatherline/testkit/kafka';
import { startS3Server, type S3Server } from '@weatherline/testkit/s3';
import { recordedPlaces, startRecordedUpstream } from '@weatherline/testkit/upstream';
import test, { type ExecutionContext } from 'ava';
import { startUp, temporaryDirectory, weatherline, type Finished } from '../support/process.ts';

const CANARY = 'canary-3f9d2b7a5c8e4f60';
/** The names and their order are part of what `--json` promises. */
const NAMES = (
  'node settings locations schedule secret-files vault api-keys provider-key history clock http-port infra-port ' +
  'data-directory format disk-space owner log aws-identity bucket conditional-writes first-byte brokers topics ' +
  'retention consumer-groups missing-slots dead-letters replays gateway'
).split(' ');
const kafka = kafkaTests(test, { own: true });

type Env = Readonly<Record<string, string>>;
type Line = { readonly name: string; readonly status: string; readonly detail: string; readonly fix: string | null };

/** What a machine may have set, and other settings than ours name. */
const UNSET = { VAULT_ADDR: '', AWS_ROLE_ARN: '', AWS_WEB_IDENTITY_TOKEN_FILE: '', AWS_PROFILE: '' };

async function doctor(args: readonly string[], env: Env = {}): Promise<Finished> {
  return weatherline(['doctor', ...args], { env: { ...UNSET, ...env } });
}

/** Reads what `--json` printed, and holds it to the shape that is promised. */
function linesOf(t: ExecutionContext, { stdout, stderr }: Finished): (name: string) => Line | undefined {
  t.is(stderr, '');
  const report: { checks: Line[]; status: string } = JSON.parse(stdout);
  t.deepEqual(Object.keys(report), ['checks', 'status']);
  t.deepEqual(
    report.checks.map(({ name }) => name),
    NAMES,
  );
  for (const check of report.checks) {
    t.deepEqual(Object.keys(check), ['name', 'status', 'detail', 'fix']);
    const needsFix = check.status === 'warn' || check.status === 'fail';
    t.is(typeof check.fix === 'string', needsFix, check.name);
  }
  const has = (status: string): boolean => report.checks.some((check) => check.status === status);
  t.is(report.status, has('fail') ? 'fail' : has('warn') ? 'warn' : 'ok');
  return (name) => report.checks.find((check) => check.name === name);
}

test('where nothing was started yet, nothing fails and nothing is made', async (t) => {
  const data = join(temporaryDirectory(t), 'data');
  const run = await doctor(['--data', data, '--json']);
  t.is(run.code, 0, run.stdout);
  const line = linesOf(t, run);
  t.regex(line('data-directory')?.detail ?? '', /the first start makes it/);
  for (const name of ['vault', 'history', 'aws-identity', 'brokers', 'missing-slots', 'dead-letters', 'replays']) {
    t.is(line(name)?.status, 'skipped', name);
  }
  const again = await doctor(['--data', data]);
  t.regex(again.stdout, /^✓ ok {7}node {16}v\d+/m);
  t.regex(again.stdout, /\d+ ok, 0 to look at, 0 failed, \d+ skipped\n$/);
  t.false(again.stdout.includes('\u001B'), 'a pipe is no terminal');
});

test('beside a running installation its ports, lock, log and gateway are well', async (t) => {
  const data = join(temporaryDirectory(t), 'data');
  const [http, infra] = [await freePort(), await freePort()];
  const env = { WEATHERLINE_HTTP_PORT: String(http), WEATHERLINE_INFRA_PORT: String(infra) };
  const up = startUp(t, data, env);
  const url = await up.ready;
  const run = await doctor(['--data', data, '--gateway', url, '--json'], env);
  t.is(run.code, 0, run.stdout);
  const line = linesOf(t, run);
  for (const name of ['http-port', 'infra-port']) t.regex(line(name)?.detail ?? '', /held by weatherline itself/);
  t.is(line('owner')?.detail, `process ${up.child.pid} is at work`);
  t.regex(line('log')?.detail ?? '', /whole/);
  for (const name of ['missing-slots', 'dead-letters', 'replays']) t.is(line(name)?.status, 'ok', name);
  t.regex(line('gateway')?.detail ?? '', /^fresh; the newest product is \d{8}T\d{6}Z/);
  const other = await doctor(['--data', join(data, '..', 'other'), '--json'], env);
  t.is(other.code, 9);
  t.regex(linesOf(t, other)('http-port')?.detail ?? '', /held by weatherline with another data directory/);
  up.child.kill('SIGKILL');
  await up.closed;
  const killed = await doctor(['--data', data, '--json'], env);
  t.is(killed.code, 0, killed.stdout);
  t.regex(linesOf(t, killed)('owner')?.detail ?? '', /^stale: process \d+ was ended/);
});

test('everything that is broken is told at once, with a fix, exit 9, and no secret', async (t) => {
  const folder = temporaryDirectory(t);
  const data = join(folder, 'data');
  mkdirSync(data);
  writeFileSync(join(data, 'format'), '2\n');
  const key = join(folder, 'key');
  writeFileSync(key, `${CANARY}\n`);
  chmodSync(key, 0o644);
  await using upstream = await startRecordedUpstream();
  upstream.setScript([{ fault: 'unauthorized' }]);
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  t.teardown(() => taken.close());
  const env = {
    OPENWEATHER_API_KEY_FILE: key,
    WEATHERLINE_OPENWEATHER_URL: upstream.url,
    WEATHERLINE_HTTP_PORT: String(portOf(taken)),
    WEATHERLINE_INFRA_PORT: String(portOf(taken)),
    WEATHERLINE_SCHEDULE: 'often',
    WEATHERLINE_HISTORY: 'openweather-onecall',
    VAULT_ADDR: 'http://127.0.0.1:1',
    VAULT_TOKEN: CANARY,
    WEATHERLINE_API_KEYS: JSON.stringify([{ id: CANARY, sha256: CANARY }]),
    WEATHERLINE_UNKNOWN: CANARY,
  };
  const run = await doctor(['--data', data, '--gateway', 'http://127.0.0.1:1', '--json'], env);
  t.is(run.code, 9);
  const line = linesOf(t, run);
  const broken = 'settings schedule vault api-keys provider-key history http-port format gateway'.split(' ');
  for (const name of broken) t.is(line(name)?.status, 'fail', name);
  t.regex(line('infra-port')?.detail ?? '', /is the port of the gateway, too$/);
  t.is(line('secret-files')?.status, 'warn');
  t.regex(line('secret-files')?.fix ?? '', /^chmod 600/);
  t.regex(line('settings')?.detail ?? '', /WEATHERLINE_UNKNOWN: is no setting/);
  t.regex(line('provider-key')?.detail ?? '', /HTTP 401/);
  t.is(line('clock')?.status, 'ok', 'what is well is told beside it');
  const text = await doctor(['--data', data], env);
  t.is(text.code, 9);
  t.regex(text.stdout, /^✗ fail {5}settings /m);
  for (const { stdout, stderr } of [run, text]) t.false(`${stdout}${stderr}`.includes('canary'));
});

test('brokers and a bucket that are away take no longer than their time, and cost no other line', async (t) => {
  const begun = performance.now();
  const run = await doctor(['--json'], {
    ...bucketOf({ url: 'http://127.0.0.1:1', accessKeyId: 'none', secretAccessKey: CANARY }),
    WEATHERLINE_KAFKA_BROKERS: '127.0.0.1:1',
  });
  t.is(run.code, 9);
  t.true(performance.now() - begun < 15_000);
  const line = linesOf(t, run);
  t.regex(line('brokers')?.detail ?? '', /cannot be reached: 127\.0\.0\.1:1 \(ECONNREFUSED\)/);
  t.is(line('bucket')?.status, 'fail');
  t.is(line('topics')?.detail, 'not asked, because brokers failed');
  t.is(line('first-byte')?.status, 'skipped');
  t.is(line('settings')?.status, 'ok');
  t.is(line('log')?.status, 'skipped');
  t.false(run.stdout.includes('canary'));
});

test('a role by web identity opens the bucket, and what was left lying there is told, brokers or not', async (t) => {
  await using s3 = await startS3Server({ buckets: ['weather'], requireSessionToken: true });
  const folder = temporaryDirectory(t);
  const token = join(folder, 'token');
  writeFileSync(token, webIdentity());
  const add = (key: string, text: string): void => {
    const rest = { etag: '"0"', headers: {}, checksums: {}, modified: new Date() };
    s3.bucket('weather').put(key, { body: Buffer.from(text), ...rest });
  };
  const day = new Date(Date.now() - 4 * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '/');
  add(`weather-runs/${day}/000000.json`, '{}');
  add('replays/5d41402abc4b/progress.json', STALLED);
  const env = {
    ...bucketOf({ url: s3.url, accessKeyId: '', secretAccessKey: '' }),
    AWS_REGION: 'eu-west-1',
    AWS_ENDPOINT_URL: s3.url,
    AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/doctor',
    AWS_WEB_IDENTITY_TOKEN_FILE: token,
    WEATHERLINE_KAFKA_BROKERS: '127.0.0.1:1',
  };
  const run = await doctor(['--json'], env);
  const line = linesOf(t, run);
  t.regex(line('aws-identity')?.detail ?? '', /role\/doctor: accepted by the token service$/);
  t.is(line('bucket')?.status, 'ok');
  t.regex(line('missing-slots')?.detail ?? '', /^(\d) of \1 of the last 48 h are missing/);
  t.regex(line('missing-slots')?.fix ?? '', /weatherline backfill --from \d{8}T\d{6}Z --to \d{8}T\d{6}Z/);
  t.is(line('replays')?.detail, '5d41402abc4b is stalled: its holder is gone');
  t.is(line('dead-letters')?.detail, 'not asked, because brokers failed');
  for (const secret of ['canary', 'eyJ']) t.false(run.stdout.includes(secret));
});

test('what takes a connection and says nothing costs no check more than its time', async (t) => {
  const silent = createServer((socket) => socket.on('error', () => undefined)).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  t.teardown(() => silent.close());
  const url = `http://127.0.0.1:${portOf(silent)}`;
  const begun = performance.now();
  const run = await doctor(['--gateway', url, '--json'], {
    ...bucketOf({ url, accessKeyId: 'none', secretAccessKey: CANARY }),
    OPENWEATHER_API_KEY: CANARY,
    WEATHERLINE_OPENWEATHER_URL: url,
    WEATHERLINE_KAFKA_BROKERS: url.slice('http://'.length),
  });
  t.is(run.code, 9);
  t.true(performance.now() - begun < 15_000);
  const line = linesOf(t, run);
  t.regex(line('brokers')?.fix ?? '', /does it want TLS/);
  t.regex(line('provider-key')?.detail ?? '', /does not answer in time/);
  t.regex(line('bucket')?.detail ?? '', /does not answer in time|weather \(AttemptTimeout\)$/);
  t.regex(line('bucket')?.fix ?? '', /correct WEATHERLINE_S3_ENDPOINT/);
  t.is(line('gateway')?.status, 'fail');
  t.is(line('clock')?.status, 'warn');
  t.false(run.stdout.includes('canary'));
});

kafka.serial('an installation on Kafka and S3: what is missing is told, and what was mended is well', async (t) => {
  await using s3 = await startS3Server({ buckets: ['weather'], requireCondition: true });
  await using upstream = await startRecordedUpstream();
  const env = {
    ...bucketOf(s3),
    OPENWEATHER_API_KEY: CANARY,
    WEATHERLINE_OPENWEATHER_URL: upstream.url,
    WEATHERLINE_LOCATIONS: JSON.stringify(recordedPlaces().slice(0, 1)),
    WEATHERLINE_KAFKA_BROKERS: kafka.brokers.join(','),
    WEATHERLINE_KAFKA_REPLICATION: '1',
    WEATHERLINE_KAFKA_MIN_INSYNC: '1',
  };
  const before = await doctor(['--json'], env);
  t.is(before.code, 9);
  const missing = linesOf(t, before)('topics');
  t.is(missing?.detail.split('\n').length, TOPICS.length);
  t.is(missing?.fix, 'weatherline topics apply');
  t.is((await weatherline(['topics', 'apply'], { env })).code, 0);
  await using broker = openKafkaBroker({ brokers: kafka.brokers });
  await broker.publish('weatherline.run.requested', [{ key: 'k', value: Buffer.from('{}'), headers: {} }]);
  await coordinated(broker);
  const after = await doctor(['--json'], env);
  t.is(after.code, 0, after.stdout);
  const line = linesOf(t, after);
  for (const name of ['bucket', 'conditional-writes', 'first-byte', 'brokers', 'topics', 'retention', 'clock']) {
    t.is(line(name)?.status, 'ok', `${name}: ${line(name)?.detail}`);
  }
  t.is(line('consumer-groups')?.detail, 'weatherline.fetch: 1 event waits');
  t.deepEqual(
    ['missing-slots', 'dead-letters', 'replays'].map((name) => line(name)?.detail),
    ['no run was planned yet', 'none waits', 'there are none'],
  );
  t.deepEqual([...s3.bucket('weather').keysFrom('')], ['replays/doctor/probe.json']);
  s3.setClockOffset(-120_000);
  const skewed = await doctor(['--json'], env);
  t.is(skewed.code, 9);
  t.regex(linesOf(t, skewed)('clock')?.detail ?? '', /^1[12]\d s ahead of the store$/);
  for (const { stdout } of [before, after, skewed]) t.false(stdout.includes(CANARY));
});

/** A token as the kubelet writes it. */
function webIdentity(): string {
  const part = (claims: object): string => Buffer.from(JSON.stringify(claims)).toString('base64url');
  const exp = Math.floor(Date.now() / 1000) + 3600;
  return `${part({ alg: 'RS256' })}.${part({ sub: 'doctor', aud: ['sts.amazonaws.com'], exp })}.${CANARY}`;
}

const NONE = { created: 0, replaced: 0, unchanged: 0, kept: 0, same: 0, different: 0, conflict: 0, failed: 0 };
const NUMBERS = { epoch: 1, begins: [0], settled: 0, total: 1, records: 0, active_ms: 0, counts: NONE };
const TIMES = { started_at: '2026-11-20T06:00:00.000Z', updated_at: '2026-11-20T06:00:00.000Z' };
const REPLAY = { schema: 'weatherline.replay-progress/1', replay: '5d41402abc4b', state: 'running' };
/** The progress of a replay that nobody holds. */
const STALLED = JSON.stringify({ ...REPLAY, ...NUMBERS, ...TIMES, holder: null, asked: null });

/** A cluster that has just been started has no coordinator for a while. */
async function coordinated(broker: KafkaBroker): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    try {
      await broker.lag('weatherline.fetch', 'weatherline.run.requested');
      return;
    } catch {
      await delay(200);
    }
  }
}

function bucketOf({
  url,
  accessKeyId,
  secretAccessKey,
}: Pick<S3Server, 'url' | 'accessKeyId' | 'secretAccessKey'>): Env {
  return {
    WEATHERLINE_S3_BUCKET: 'weather',
    WEATHERLINE_S3_ENDPOINT: url,
    WEATHERLINE_S3_PATH_STYLE: 'true',
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
  };
}

function portOf(server: ReturnType<typeof createServer>): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(server);
  server.close();
  await once(server, 'close');
  return port;
}
