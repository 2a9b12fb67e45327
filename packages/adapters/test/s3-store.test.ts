import { randomBytes, randomUUID } from 'node:crypto';
import { loadConfig, systemClock } from '@weatherline/runtime';
import { storeContract } from '@weatherline/testkit/contracts';
import { startS3Server, type S3Server } from '@weatherline/testkit/s3';
import test, { type ExecutionContext } from 'ava';
import { openS3Reader, openS3Store, S3_SETTINGS, type S3Options, type S3Store } from '../src/s3/index.ts';

const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
const create = { ifNoneMatch: '*', contentType: 'text/plain' } as const;
const text = (value: string): Uint8Array => Buffer.from(value);
const MIB = 1024 * 1024;

type Setup = { readonly server: S3Server; readonly store: S3Store };

async function open(t: ExecutionContext, more: Partial<S3Options> = {}): Promise<Setup> {
  const server = await startS3Server({ buckets: ['bucket'], requireCondition: true });
  const limits = { firstMs: 1, capMs: 4 };
  const options = { bucket: 'bucket', endpoint: server.url, forcePathStyle: true, credentials, limits, ...more };
  const store = await openS3Store(options);
  t.teardown(async () => {
    await store[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });
  return { server, store };
}

storeContract(test, 's3 store', async (t) => (await open(t)).store);

test('a page that ends in a rolled-up prefix goes on after all that it holds', async (t) => {
  const { server, store } = await open(t);
  const keys = ['p/2026/11/a', 'p/2026/12/b', 'p/2027/01/c', 'p/top', 'p/zoë/𝄞'];
  for (const key of keys) server.seed('bucket', key, text(key));
  const pages: string[][] = [];
  for (let startAfter = ''; ;) {
    const { objects, prefixes, next } = await store.list({ prefix: 'p/', delimiter: '/', limit: 1, startAfter });
    pages.push([...prefixes, ...objects.map(({ key }) => key)]);
    if (next === undefined) break;
    startAfter = next;
  }
  t.deepEqual(pages, [['p/2026/'], ['p/2027/'], ['p/top'], ['p/zoë/']]);
  const within = await store.list({ prefix: 'p/', delimiter: '/', startAfter: 'p/2026/11/a' });
  t.deepEqual(within.prefixes, ['p/2027/', 'p/zoë/']);
});

test('more than a thousand keys are listed page by page, one request each', async (t) => {
  const { server, store } = await open(t);
  for (let at = 0; at < 2_500; at += 1) server.seed('bucket', `k/${String(at).padStart(5, '0')}`, text(''));
  const sizes: number[] = [];
  for (let startAfter: string | undefined = ''; startAfter !== undefined;) {
    const { objects, next } = await store.list({ prefix: 'k/', startAfter });
    sizes.push(objects.length);
    startAfter = next;
  }
  t.deepEqual(sizes, [1000, 1000, 500]);
  t.deepEqual(server.counts, { ListObjectsV2: 3 });
});

test('a large body travels in parts, under the same condition', async (t) => {
  const { server, store } = await open(t);
  const body = randomBytes(17 * MIB);
  const put = await store.put('big', body, { ...create, metadata: { run: 'r' } });
  const found = await store.get('big');
  t.deepEqual(put, { stored: true, etag: found?.etag ?? '' });
  t.is(Buffer.compare(Buffer.from(found?.body ?? []), body), 0);
  t.like(found, { metadata: { run: 'r' }, contentType: 'text/plain' });
  t.like(server.counts, { UploadPart: 3, PutObject: undefined });
  t.deepEqual(await store.put('big', body, create), { stored: false });
  const swap = { contentType: 'text/plain', ifMatch: found?.etag ?? '' };
  t.true((await store.put('big', randomBytes(9 * MIB), swap)).stored);
  t.deepEqual(await store.put('big', randomBytes(9 * MIB), swap), { stored: false });
  t.is(server.openUploads, 0);
});

test('parts whose answers were lost are stored once, and known as ours', async (t) => {
  const { server, store } = await open(t);
  for (const operation of ['CreateMultipartUpload', 'UploadPart', 'CompleteMultipartUpload']) {
    server.setScript([{ fault: 'reset-after', operation, times: 1 }]);
    const put = await store.put(operation, randomBytes(9 * MIB), create);
    t.deepEqual(put, { stored: true, etag: (await store.head(operation))?.etag ?? '' });
  }
});

test("parts that a killed writer left are no object, and in nobody's way", async (t) => {
  const { server, store } = await open(t);
  server.setScript([
    { fault: 'access-denied', operation: 'CompleteMultipartUpload' },
    { fault: 'access-denied', operation: 'AbortMultipartUpload' },
  ]);
  await t.throwsAsync(async () => store.put('big', randomBytes(9 * MIB), create), { code: 'STORE_ACCESS_DENIED' });
  t.is(server.openUploads, 1);
  server.setScript([]);
  t.is(await store.get('big'), undefined);
  t.true((await store.put('big', randomBytes(9 * MIB), create)).stored);
});

test('half of all requests slowed down is not noticed, at less than two more requests each', async (t) => {
  const { server, store } = await open(t);
  server.setScript([{ fault: 'slow-down', every: 2 }]);
  const keys = Array.from({ length: 50 }, (_, at) => `k/${at}`);
  for (const key of keys) t.true((await store.put(key, text(key), create)).stored);
  for (const key of keys) t.is((await store.get(key))?.size, key.length);
  t.true((server.counts['PutObject'] ?? 0) <= 150);
});

test('damage to an object in parts is noticed', async (t) => {
  const { server, store } = await open(t);
  await store.put('big', randomBytes(9 * MIB), create);
  const stored = server.bucket('bucket').find('big');
  if (stored !== undefined) server.bucket('bucket').put('big', { ...stored, body: randomBytes(9 * MIB) });
  await t.throwsAsync(async () => store.get('big'), { code: 'STORE_UNAVAILABLE', message: /DamagedBody/ });
});

test('parts that cannot be completed are aborted', async (t) => {
  const { server, store } = await open(t);
  const attempt = async (fault: 'access-denied' | 'conflict', operation: string, code: string): Promise<void> => {
    server.setScript([{ fault, operation }]);
    await t.throwsAsync(async () => store.put('big', randomBytes(17 * MIB), create), { code });
    t.is(server.openUploads, 0, operation);
    t.is(server.bucket('bucket').find('big'), undefined, operation);
  };
  await attempt('access-denied', 'UploadPart', 'STORE_ACCESS_DENIED');
  await attempt('conflict', 'CompleteMultipartUpload', 'STORE_UNAVAILABLE');
});

test('metadata that would not come back as it is, is refused before it is sent', async (t) => {
  const { server, store } = await open(t);
  const bad = [
    { Run: 'r' },
    { run: 'Zürich' },
    { run: 'x'.repeat(2048) },
    { run: ' r' },
    { 'a b': 'r' },
    { r: 'a\nb' },
  ];
  for (const metadata of bad) {
    const put = async (): Promise<unknown> => store.put('k', text(''), { ...create, metadata });
    await t.throwsAsync(put, { code: 'INVALID_OBJECT_METADATA' });
  }
  t.deepEqual(server.counts, {});
});

test('what another tool put there is read as it is', async (t) => {
  const { server, store } = await open(t);
  server.seed('bucket', 'seed.jsonl', text('{}\n'));
  t.like(await store.get('seed.jsonl'), { size: 3, contentType: 'application/octet-stream', metadata: {} });
  t.is(await store.head('other'), undefined);
});

const WINDOWED = { expiresInMs: 900_000, windowMs: 300_000 };

test('a presigned address reads without credentials, under the name and type it is given', async (t) => {
  const { store } = await open(t);
  await store.put('weather-products/x.jsonl', text('{}\n'), create);
  const contentDisposition = 'attachment; filename="20261123T060000Z.jsonl"';
  const options = { ...WINDOWED, contentDisposition, contentType: 'application/x-ndjson' };
  const answer = await fetch(await store.presignGet('weather-products/x.jsonl', options));
  t.deepEqual([answer.status, await answer.text()], [200, '{}\n']);
  t.is(answer.headers.get('content-disposition'), contentDisposition);
  t.is(answer.headers.get('content-type'), 'application/x-ndjson');
});

test('a presigned address is the same all through its window and ends after its time', async (t) => {
  const window = Math.floor(Date.now() / WINDOWED.windowMs) * WINDOWED.windowMs;
  let now = window;
  const { server, store } = await open(t, { clock: { ...systemClock, now: () => new Date(now) } });
  await store.put('k', text('v'), create);
  const first = await store.presignGet('k', WINDOWED);
  now = window + WINDOWED.windowMs - 1;
  t.is(await store.presignGet('k', WINDOWED), first);
  now = window + WINDOWED.windowMs;
  t.not(await store.presignGet('k', WINDOWED), first);
  server.setClockOffset(window + WINDOWED.expiresInMs - 5_000 - Date.now());
  t.is((await fetch(first)).status, 200);
  server.setClockOffset(window + WINDOWED.expiresInMs + 1_000 - Date.now());
  t.is((await fetch(first)).status, 403);
});

test('a presigned address says that it ends with the credentials it was made with', async (t) => {
  const now = Math.floor(Date.now() / WINDOWED.windowMs) * WINDOWED.windowMs;
  const session = { ...credentials, expiration: new Date(now + 400_000) };
  const { store } = await open(t, { credentials: session, clock: { ...systemClock, now: () => new Date(now) } });
  const url = new URL(await store.presignGet('k', WINDOWED));
  t.is(url.searchParams.get('X-Amz-Expires'), '340', 'a minute before they end');
});

test('a presigned address lives 15 minutes at most', async (t) => {
  const { store } = await open(t);
  for (const options of [
    { expiresInMs: 900_001, windowMs: 300_000 },
    { expiresInMs: 60_000, windowMs: 60_000 },
    { expiresInMs: 60_000, windowMs: 0 },
  ]) {
    await t.throwsAsync(async () => store.presignGet('k', options), { code: 'INVALID_PRESIGN' });
  }
  await t.throwsAsync(async () => store.presignGet('../k', WINDOWED), { code: 'INVALID_OBJECT_KEY' });
});

test('a reader reads what the writer wrote', async (t) => {
  const { server, store } = await open(t);
  await store.put('k', text('v'), create);
  await using reader = await openS3Reader({
    bucket: 'bucket',
    endpoint: server.url,
    forcePathStyle: true,
    credentials,
  });
  t.is((await reader.get('k'))?.size, 1);
});

test('the settings say which bucket, and where', (t) => {
  const WEATHERLINE_S3_BUCKET = randomUUID();
  t.deepEqual(
    { ...loadConfig(S3_SETTINGS, { WEATHERLINE_S3_BUCKET }) },
    { s3Bucket: WEATHERLINE_S3_BUCKET, s3Region: undefined, s3Endpoint: undefined, s3PathStyle: false },
  );
  t.throws(() => loadConfig(S3_SETTINGS, { WEATHERLINE_S3_ENDPOINT: 'nowhere' }), {
    message: /WEATHERLINE_S3_BUCKET: is required\n {2}WEATHERLINE_S3_ENDPOINT: expected an http/,
  });
});
