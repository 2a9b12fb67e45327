import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  FAULT_KINDS,
  startS3Server,
  type FaultRule,
  type S3Server,
  type S3ServerOptions,
} from '@weatherline/testkit/s3';
import test, { type ExecutionContext } from 'ava';

const Bucket = 'bucket';

function clientOf(t: ExecutionContext, endpoint: string): S3Client {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = new S3Client({ endpoint, region: 'eu-west-1', forcePathStyle: true, credentials, maxAttempts: 1 });
  t.teardown(() => client.destroy());
  return client;
}

async function start(t: ExecutionContext, options: S3ServerOptions = {}): Promise<[S3Server, S3Client]> {
  const server = await startS3Server({ buckets: [Bucket], ...options });
  t.teardown(async () => server[Symbol.asyncDispose]());
  return [server, clientOf(t, server.url)];
}

const put = (Key: string, more: object = {}) => new PutObjectCommand({ Bucket, Key, Body: 'x', ...more });
const setScript = async (url: string, rules: readonly FaultRule[]) =>
  fetch(`${url}/_faults`, { method: 'PUT', body: JSON.stringify(rules) });

test('a write without a condition is denied when the bucket demands one', async (t) => {
  const [, client] = await start(t, { requireCondition: true });
  await t.throwsAsync(async () => client.send(put('k')), { name: 'AccessDenied' });
  await t.notThrowsAsync(async () => client.send(put('k', { IfNoneMatch: '*' })));
});

test('a long-lived key is unknown where sessions are demanded', async (t) => {
  const [, client] = await start(t, { requireSessionToken: true });
  await t.throwsAsync(async () => client.send(put('k')), { name: 'InvalidAccessKeyId' });
});

test('a rule hits whom it names, as often as it says', async (t) => {
  const [server, client] = await start(t);
  const slow = { fault: 'slow-down', operation: 'PutObject', key: 'a/*' } as const;
  const outcomes = async (keys: readonly string[]): Promise<string> => {
    const results = await Promise.allSettled(keys.map(async (key) => client.send(put(key))));
    return results.map(({ status }) => (status === 'fulfilled' ? '.' : 'x')).join('');
  };
  server.setScript([slow]);
  t.is(await outcomes(['a/1', 'b/1', 'a']), 'x..');
  server.setScript([{ ...slow, after: 1, times: 2 }]);
  for (const expected of ['.', 'x', 'x', '.']) t.is(await outcomes(['a/1']), expected);
  server.setScript([{ ...slow, every: 2 }]);
  for (const expected of ['x', '.', 'x', '.']) t.is(await outcomes(['a/1']), expected);
  t.deepEqual(server.counts, { PutObject: 11 });
});

test('what a lost answer spoke of has happened, and what was lost on the way has not', async (t) => {
  const [server, client] = await start(t);
  for (const [fault, isStored] of [
    ['reset-after', true],
    ['internal-after', true],
    ['reset-before', false],
  ] as const) {
    server.setScript([{ fault }]);
    await t.throwsAsync(async () => client.send(put(fault)));
    t.is(server.bucket(Bucket).find(fault) !== undefined, isStored, fault);
  }
});

test('other processes set the script, count requests and move the clock over HTTP', async (t) => {
  const [server, client] = await start(t);
  const rules = [{ fault: 'access-denied', method: 'GET', times: 1 }] as const;
  t.is((await setScript(server.url, rules)).status, 200);
  t.deepEqual(await (await fetch(`${server.url}/_faults`)).json(), rules);
  await t.throwsAsync(async () => client.send(new ListObjectsV2Command({ Bucket })), { name: 'AccessDenied' });
  t.deepEqual(await (await fetch(`${server.url}/_requests`)).json(), { ListObjectsV2: 1 });
  await fetch(`${server.url}/_requests`, { method: 'DELETE' });
  t.deepEqual(server.counts, {});
  await fetch(`${server.url}/_clock`, { method: 'PUT', body: '3600000' });
  await t.throwsAsync(async () => client.send(put('k')), { name: 'RequestTimeTooSkewed' });
  await fetch(`${server.url}/_faults`, { method: 'DELETE' });
  t.deepEqual(server.script, []);
});

test('a script that is none is refused, with what was expected', async (t) => {
  const [server] = await start(t);
  const answer = await fetch(`${server.url}/_faults`, { method: 'PUT', body: '[{"fault":"gremlins"}]' });
  t.is(answer.status, 400);
  t.regex(await answer.text(), new RegExp(`expected a fault of ${FAULT_KINDS[0]}`));
});

test('a header that nobody signed is refused', async (t) => {
  const [server] = await start(t);
  server.seed(Bucket, 'k', Buffer.from('x'));
  const answer = await fetch(`${server.url}/${Bucket}/k`, { headers: { 'x-amz-date': 'now' } });
  t.is(answer.status, 403);
});

test('it runs as a process that prints its address', async (t) => {
  const main = fileURLToPath(new URL('../src/s3/main.ts', import.meta.url));
  const child = spawn(process.execPath, [main, '--port', '0', '--bucket', Bucket], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  t.teardown(() => child.kill());
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  const [, url = ''] = /^ready (http:\S+)$/.exec(String(line)) ?? [];
  const client = clientOf(t, url);
  await client.send(put('k'));
  await setScript(url, [{ fault: 'no-such-bucket' }]);
  await t.throwsAsync(async () => client.send(new GetObjectCommand({ Bucket, Key: 'k' })), { name: 'NoSuchBucket' });
});
