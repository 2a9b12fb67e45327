import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startS3Server } from '@weatherline/testkit/s3';
import test from 'ava';
import { temporaryDirectory, weatherline } from '../support/process.ts';

/** One paragraph for a person: no stack, no JSON, and it says what to do. */
function isParagraph(stderr: string): boolean {
  return stderr.startsWith('weatherline: ') && !/^\s+at /m.test(stderr) && !stderr.includes('{"');
}

test('a malformed locations file names every violation and exits 78', async (t) => {
  const directory = temporaryDirectory(t);
  const file = join(directory, 'locations.json');
  writeFileSync(file, '[{"id":"a","name":"A","lat":91,"lon":0},{"id":"a","name":"A","lat":1,"lon":0,"hight":3}]');
  const { code, stderr } = await weatherline(['up', '--once', '--data', join(directory, 'data')], {
    env: { WEATHERLINE_LOCATIONS_FILE: file },
  });
  t.is(code, 78);
  t.true(isParagraph(stderr), stderr);
  for (const words of ['WEATHERLINE_LOCATIONS', '[0].lat', '<=90', '[1].hight']) t.true(stderr.includes(words), words);
});

for (const [name, text, words] of [
  ['no JSON', '[{', 'expected a JSON array of locations'],
  ['an empty list', '[]', 'at least one location'],
  [
    'an id twice',
    '[{"id":"a","name":"A","lat":1,"lon":0},{"id":"a","name":"B","lat":2,"lon":0}]',
    'expected every id once, got a twice',
  ],
] as const) {
  test(`a locations list that is ${name} exits 78`, async (t) => {
    const data = join(temporaryDirectory(t), 'data');
    const { code, stderr } = await weatherline(['up', '--once', '--data', data], {
      env: { WEATHERLINE_LOCATIONS: text },
    });
    t.is(code, 78);
    t.true(stderr.includes(words), stderr);
  });
}

test('every bad setting is told at once, and a misspelt one is recognised', async (t) => {
  const env = {
    WEATHERLINE_SCHEDULE: 'often',
    WEATHERLINE_PART_SIZE: '0',
    WEATHERLINE_LOG_LEVL: 'info',
    WEATHERLINE_PROVIDER: 'nobody',
  };
  const { code, stderr } = await weatherline(['up', '--data', join(temporaryDirectory(t), 'data')], { env });
  t.is(code, 78);
  t.true(isParagraph(stderr), stderr);
  for (const words of [
    "expected a UTC cron expression such as '0 */6 * * *', got 'often'",
    "expected a whole number from 1 to 50, got '0'",
    'did you mean WEATHERLINE_LOG_LEVEL?',
    "expected one of recorded, openweather, open-meteo, got 'nobody'",
  ]) {
    t.true(stderr.includes(words), `${words} in ${stderr}`);
  }
});

test('a port in use exits 78 and names the port and the setting', async (t) => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const address = server.address();
  const port = String(typeof address === 'object' && address !== null ? address.port : 0);
  const data = join(temporaryDirectory(t), 'data');
  const { code, stderr } = await weatherline(['up', '--data', data], { env: { WEATHERLINE_HTTP_PORT: port } });
  t.is(code, 78);
  t.true(isParagraph(stderr), stderr);
  t.true(stderr.includes(`port ${port}`) && stderr.includes('WEATHERLINE_HTTP_PORT'), stderr);
  const infra = await weatherline(['up', '--data', data], { env: { WEATHERLINE_INFRA_PORT: port } });
  t.is(infra.code, 78, 'an infra port that was asked for is not replaced');
});

test('a data directory that cannot be written exits 78', async (t) => {
  const directory = temporaryDirectory(t);
  chmodSync(directory, 0o555);
  // Nothing is read-only for root but what the system itself refuses.
  const parent = process.getuid?.() === 0 ? '/sys' : directory;
  const { code, stderr } = await weatherline(['up', '--once', '--data', join(parent, 'weatherline')]);
  chmodSync(directory, 0o755);
  t.is(code, 78);
  t.true(isParagraph(stderr), stderr);
  t.regex(stderr, /cannot be written .* make it writable, or choose another with --data DIR/);
});

test('a directory of a newer version exits 78 and is left alone', async (t) => {
  const data = join(temporaryDirectory(t), 'data');
  mkdirSync(data);
  writeFileSync(join(data, 'format'), '2\n');
  const { code, stderr } = await weatherline(['up', '--once', '--data', data]);
  t.is(code, 78);
  t.regex(stderr, /format 2, this weatherline reads up to 1/);
});

test('a full disk ends with advice, and with room again the same slot is finished', async (t) => {
  const data = join(temporaryDirectory(t), 'data');
  const main = fileURLToPath(new URL('../../cli/src/main.ts', import.meta.url));
  // A limit on the size of files is what a full disk looks like to the process: its writes fail.
  const limited = spawnSync(
    'sh',
    ['-c', `ulimit -f 16; exec "${process.execPath}" "${main}" up --once --data "${data}"`],
    {
      encoding: 'utf8',
      env: Object.fromEntries(
        Object.entries(process.env).filter(([name]) => !/^(WEATHERLINE|OPENWEATHER)_/.test(name)),
      ),
    },
  );
  t.is(limited.status, 1, limited.stderr);
  t.regex(limited.stderr, /the disk is full\. Nothing that was stored is lost: free some space/);
  t.false(/^\s+at /m.test(limited.stderr), limited.stderr);
  const { code, stderr } = await weatherline(['up', '--once', '--data', data]);
  t.is(code, 0, stderr);
});

test('a bucket that does not serve a command is told by what it means, without a stack', async (t) => {
  const env = {
    WEATHERLINE_KAFKA_BROKERS: '127.0.0.1:1',
    WEATHERLINE_S3_BUCKET: 'absent',
    WEATHERLINE_S3_PATH_STYLE: 'true',
    WEATHERLINE_S3_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'any',
    AWS_SECRET_ACCESS_KEY: 'any',
  };
  const ask = async (url: string, more: Readonly<Record<string, string>> = {}) =>
    weatherline(['products', 'list'], { env: { ...env, WEATHERLINE_S3_ENDPOINT: url, ...more } });
  const unreachable = await ask('http://127.0.0.1:1');
  t.is(unreachable.code, 5, unreachable.stderr);
  t.regex(unreachable.stderr, /in bucket absent \(ECONNREFUSED\): weatherline doctor says what is wrong with it\n$/);
  await using s3 = await startS3Server({ buckets: ['weatherline'] });
  const refused = await ask(s3.url);
  t.is(refused.code, 4, refused.stderr);
  t.regex(refused.stderr, /InvalidAccessKeyId\): check the role, the token file or the access key\n$/);
  const keys = { AWS_ACCESS_KEY_ID: s3.accessKeyId, AWS_SECRET_ACCESS_KEY: s3.secretAccessKey };
  const missing = await ask(s3.url, keys);
  t.is(missing.code, 3, missing.stderr);
  t.regex(missing.stderr, /create the bucket or correct its name\n$/);
  t.true([unreachable, refused, missing].every(({ stderr }) => !/^\s+at /m.test(stderr)));
  // A command that lacks a setting of the bucket has opened others by then.
  const { code, stderr } = await weatherline(['runs', 'list'], {
    env: { WEATHERLINE_KAFKA_BROKERS: '127.0.0.1:1', WEATHERLINE_S3_BUCKET: 'absent' },
  });
  t.is(code, 78, stderr);
  t.regex(stderr, /^weatherline: .*WEATHERLINE_S3_REGION/s);
});
