import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { gunzipSync, gzipSync } from 'node:zlib';
import * as s3 from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { startS3Server } from '@weatherline/testkit/s3';
import test, { type ExecutionContext } from 'ava';

/** What the published S3 servers for tests get wrong, asked of ours by the real SDK. */
const server = await startS3Server({ buckets: ['products', 'list'] });
test.after.always(async () => server[Symbol.asyncDispose]());

const Bucket = 'products';
const KEYS = [1, 2, 3, 4, 5].flatMap((day) =>
  ['00', '04', '08', '12', '16'].map((hour) => `weather-products/2026/11/0${day}/${hour}0000.jsonl`),
);
const AFTER = 'weather-products/2026/11/04/080000.jsonl';
for (const key of KEYS) server.seed('list', key, Buffer.from(key));
const hello = { 'content-type': 'text/plain', 'x-amz-meta-run': 'x1' };
server.seed(Bucket, 'hello', Buffer.from('hello'), hello);

function clientWith(secretAccessKey: string): s3.S3Client {
  return new s3.S3Client({
    endpoint: server.url,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: 'test', secretAccessKey },
    maxAttempts: 1,
    requestHandler: { requestTimeout: 15_000 },
  });
}
const client = clientWith('test');

async function put(Key: string, Body: string, more: Partial<s3.PutObjectCommandInput> = {}) {
  return client.send(new s3.PutObjectCommand({ Bucket, Key, Body, ...more }));
}

async function read(Key: string, more: Partial<s3.GetObjectCommandInput> = {}): Promise<string> {
  const found = await client.send(new s3.GetObjectCommand({ Bucket, Key, ...more }));
  return (await found.Body?.transformToString()) ?? '';
}

async function bytesOf(Key: string): Promise<Buffer> {
  const found = await client.send(new s3.GetObjectCommand({ Bucket, Key }));
  return Buffer.from((await found.Body?.transformToByteArray()) ?? []);
}

async function refused(t: ExecutionContext, work: Promise<unknown>, status: number, name?: string): Promise<void> {
  const error = await t.throwsAsync<s3.S3ServiceException>(async () => work);
  t.is(error?.$metadata.httpStatusCode, status, error?.message);
  if (name !== undefined) t.is(error?.name, name);
}

const get = (more: Partial<s3.GetObjectCommandInput> = {}) =>
  new s3.GetObjectCommand({ Bucket, Key: 'hello', ...more });

test('a buffer is put with the default CRC32 and has its MD5 as ETag', async (t) => {
  const { ETag } = await put('buffer', 'hello');
  t.is(ETag, `"${createHash('md5').update('hello').digest('hex')}"`);
});

test('a put answers with its checksum', async (t) => {
  t.is((await put('sum', 'hello')).ChecksumCRC32, 'NhCmhg==');
});

test('a stream comes as aws-chunked with a trailer and is stored without either', async (t) => {
  const body = randomBytes(200_000);
  const stream = Readable.from([body.subarray(0, 70_000), body.subarray(70_000)]);
  const input = { Bucket, Key: 'stream', Body: stream, ContentLength: body.length };
  await client.send(new s3.PutObjectCommand(input));
  const found = await client.send(new s3.GetObjectCommand({ Bucket, Key: 'stream' }));
  t.is(found.ContentEncoding, undefined);
  t.deepEqual(Buffer.from((await found.Body?.transformToByteArray()) ?? []), body);
});

test('a SHA-256 checksum that is asked for is answered', async (t) => {
  const { ChecksumSHA256 } = await put('sha', 'hello', { ChecksumAlgorithm: 'SHA256' });
  t.is(ChecksumSHA256, 'LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=');
});

test('a wrong checksum is refused', async (t) => {
  await refused(t, put('wrong-sum', 'hello', { ChecksumCRC32: 'AAAAAA==' }), 400, 'BadDigest');
});

test('a get with checksum mode answers the checksum', async (t) => {
  await put('mode', 'hello');
  const found = await client.send(get({ Key: 'mode', ChecksumMode: 'ENABLED' }));
  t.is(await found.Body?.transformToString(), 'hello');
  t.is(found.ChecksumCRC32, 'NhCmhg==');
});

test('a head has type, caching, metadata and length', async (t) => {
  await put('head', 'hello', {
    ContentType: 'application/x-ndjson',
    CacheControl: 'max-age=60',
    Metadata: { run: 'x' },
  });
  const found = await client.send(new s3.HeadObjectCommand({ Bucket, Key: 'head' }));
  const expected = { ContentType: 'application/x-ndjson', CacheControl: 'max-age=60', ContentLength: 5 };
  t.like(found, { ...expected, Metadata: { run: 'x' } });
});

test('If-None-Match: * creates', async (t) => {
  await put('once-new', '1', { IfNoneMatch: '*' });
  t.is(await read('once-new'), '1');
});

test('If-None-Match: * refuses what exists and leaves it', async (t) => {
  await put('once', '1', { IfNoneMatch: '*' });
  await refused(t, put('once', '2', { IfNoneMatch: '*' }), 412, 'PreconditionFailed');
  t.is(await read('once'), '1');
});

test('of 20 racing creations one wins', async (t) => {
  const all = await Promise.allSettled(
    Array.from({ length: 20 }, async (_, index) => put('race', `${index}`, { IfNoneMatch: '*' })),
  );
  t.is(all.filter(({ status }) => status === 'fulfilled').length, 1);
});

test('If-Match swaps once', async (t) => {
  const { ETag } = await put('swap', '1');
  await put('swap', '2', { IfMatch: ETag });
  await refused(t, put('swap', '3', { IfMatch: ETag }), 412);
});

test('If-None-Match with the ETag answers 304', async (t) => {
  const { ETag } = await client.send(new s3.HeadObjectCommand({ Bucket, Key: 'hello' }));
  await refused(t, client.send(get({ IfNoneMatch: ETag })), 304);
});

test('If-Match with another ETag answers 412', async (t) => {
  await refused(t, client.send(get({ IfMatch: '"00000000000000000000000000000000"' })), 412);
});

test('a range answers 206', async (t) => {
  const found = await client.send(get({ Range: 'bytes=1-3' }));
  t.deepEqual([found.$metadata.httpStatusCode, found.ContentRange], [206, 'bytes 1-3/5']);
  t.is(await found.Body?.transformToString(), 'ell');
});

test('a suffix range is the end', async (t) => {
  t.is(await read('hello', { Range: 'bytes=-2' }), 'lo');
});

test('a range out of bounds answers 416', async (t) => {
  await refused(t, client.send(get({ Range: 'bytes=99-' })), 416);
});

test('a missing key and a missing bucket are told apart', async (t) => {
  await refused(t, client.send(get({ Key: 'nope' })), 404, 'NoSuchKey');
  await refused(t, client.send(get({ Bucket: 'nobucket' })), 404, 'NoSuchBucket');
});

test('keys may hold spaces, pluses, colons, percent signs and any letter', async (t) => {
  const keys = ['k/a b.txt', 'k/a+b.txt', 'k/12:30:00Z', 'k/Zürich ✓.json', 'k/a%20b'];
  for (const key of keys) {
    await put(key, key);
    t.is(await read(key), key);
  }
  const { Contents = [] } = await client.send(new s3.ListObjectsV2Command({ Bucket, Prefix: 'k/' }));
  t.is(Contents.length, 5);
});

const list = async (more: Partial<s3.ListObjectsV2CommandInput> = {}) =>
  client.send(new s3.ListObjectsV2Command({ Bucket: 'list', Prefix: 'weather-products/', ...more }));

async function pages(pageSize: number, more: Partial<s3.ListObjectsV2CommandInput> = {}) {
  const input = { Bucket: 'list', Prefix: 'weather-products/', ...more };
  const found: s3.ListObjectsV2CommandOutput[] = [];
  for await (const page of s3.paginateListObjectsV2({ client, pageSize }, input)) found.push(page);
  return found;
}

const keysOf = (found: readonly s3.ListObjectsV2CommandOutput[]) =>
  found.flatMap(({ Contents = [] }) => Contents.map(({ Key }) => Key));
const prefixesOf = (found: readonly s3.ListObjectsV2CommandOutput[]) =>
  found.flatMap(({ CommonPrefixes = [] }) => CommonPrefixes.map(({ Prefix = '' }) => Prefix.slice(-3)));
const DAYS = ['01/', '02/', '03/', '04/', '05/'];

test('a listing holds every key, ascending', async (t) => {
  t.deepEqual(keysOf([await list()]), KEYS);
});

test('a listing starts after a key', async (t) => {
  const found = await list({ StartAfter: AFTER });
  t.deepEqual([found.KeyCount, found.Contents?.[0]?.Key], [7, 'weather-products/2026/11/04/120000.jsonl']);
});

test('a listing is paged by token', async (t) => {
  const found = await pages(10);
  t.deepEqual([found.length, keysOf(found)], [3, KEYS]);
});

test('a paged listing keeps its start', async (t) => {
  t.deepEqual(keysOf(await pages(3, { StartAfter: AFTER })), KEYS.slice(-7));
});

test('a delimiter rolls up', async (t) => {
  t.deepEqual(prefixesOf([await list({ Prefix: 'weather-products/2026/11/', Delimiter: '/' })]), DAYS);
});

test('rolled-up prefixes are paged', async (t) => {
  t.deepEqual(prefixesOf(await pages(2, { Prefix: 'weather-products/2026/11/', Delimiter: '/' })), DAYS);
});

const presigned = async (more: Partial<s3.GetObjectCommandInput> = {}, signingDate = new Date()) =>
  getSignedUrl(client, get(more), { expiresIn: 60, signingDate });

test('a presigned address reads', async (t) => {
  const answer = await fetch(await presigned());
  t.deepEqual([answer.status, await answer.text()], [200, 'hello']);
});

test('a presigned address may override type and disposition', async (t) => {
  const ResponseContentDisposition = 'attachment; filename="x.jsonl"';
  const answer = await fetch(await presigned({ ResponseContentDisposition, ResponseContentType: 'text/css' }));
  t.is(answer.headers.get('content-disposition'), ResponseContentDisposition);
  t.is(answer.headers.get('content-type'), 'text/css');
  t.is(await answer.text(), 'hello');
});

test('a presigned address takes a range', async (t) => {
  const answer = await fetch(await presigned(), { headers: { range: 'bytes=0-1' } });
  t.deepEqual([answer.status, await answer.text()], [206, 'he']);
});

test('a presigned address writes', async (t) => {
  const url = await getSignedUrl(client, new s3.PutObjectCommand({ Bucket, Key: 'pput' }), { expiresIn: 60 });
  t.is((await fetch(url, { method: 'PUT', body: 'via url' })).status, 200);
  t.is(await read('pput'), 'via url');
});

test('a presigned address expires', async (t) => {
  t.is((await fetch(await presigned({}, new Date(Date.now() - 3_600_000)))).status, 403);
});

test('a presigned address that was tampered with is refused', async (t) => {
  await put('other', 'x');
  t.is((await fetch((await presigned()).replace('hello', 'other'))).status, 403);
});

test('a wrong secret is refused', async (t) => {
  await refused(t, clientWith('wrong').send(get()), 403, 'SignatureDoesNotMatch');
});

test('12 MiB in parts come back', async (t) => {
  const body = randomBytes(12 * 1024 * 1024);
  const params = { Bucket, Key: 'big', Body: Readable.from(body) };
  await new Upload({ client, params, partSize: 5 * 1024 * 1024 }).done();
  t.is(Buffer.compare(await bytesOf('big'), body), 0);
});

async function inParts(Key: string) {
  const { UploadId } = await client.send(new s3.CreateMultipartUploadCommand({ Bucket, Key }));
  const part = { Bucket, Key, UploadId, PartNumber: 1 };
  const { ETag } = await client.send(new s3.UploadPartCommand({ ...part, Body: 'x' }));
  return { Bucket, Key, UploadId, MultipartUpload: { Parts: [{ ETag, PartNumber: 1 }] } };
}

test('the completion of parts keeps to its condition', async (t) => {
  await put('parts', '1');
  const command = new s3.CompleteMultipartUploadCommand({ ...(await inParts('parts')), IfNoneMatch: '*' });
  await refused(t, client.send(command), 412);
  t.is(await read('parts'), '1');
});

test('aborted parts are no object', async (t) => {
  const { MultipartUpload: _, ...upload } = await inParts('aborted');
  await client.send(new s3.AbortMultipartUploadCommand(upload));
  await refused(t, client.send(new s3.HeadObjectCommand({ Bucket, Key: 'aborted' })), 404);
});

test('an object is copied', async (t) => {
  await client.send(new s3.CopyObjectCommand({ Bucket, Key: 'copy', CopySource: `${Bucket}/hello` }));
  t.is(await read('copy'), 'hello');
});

test('objects are deleted, singly and together', async (t) => {
  for (const key of ['d1', 'd2', 'd3']) await put(key, key);
  await client.send(new s3.DeleteObjectCommand({ Bucket, Key: 'd1' }));
  const Delete = { Objects: [{ Key: 'd2' }, { Key: 'd3' }] };
  t.is((await client.send(new s3.DeleteObjectsCommand({ Bucket, Delete }))).Deleted?.length, 2);
  for (const Key of ['d1', 'd2', 'd3']) await refused(t, client.send(get({ Key })), 404);
});

test('tags come back', async (t) => {
  await put('tagged', 'x');
  const TagSet = [{ Key: 'k', Value: 'v' }];
  await client.send(new s3.PutObjectTaggingCommand({ Bucket, Key: 'tagged', Tagging: { TagSet } }));
  const found = await client.send(new s3.GetObjectTaggingCommand({ Bucket, Key: 'tagged' }));
  t.deepEqual(found.TagSet, TagSet);
});

test('encryption by a key is echoed', async (t) => {
  const key = 'arn:aws:kms:us-east-1:123456789012:key/00000000-0000-0000-0000-000000000000';
  const found = await put('kms', 'x', { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: key });
  t.is(found.ServerSideEncryption, 'aws:kms');
});

test('a versioned bucket keeps what was replaced', async (t) => {
  const versioned = { Bucket: 'versioned' };
  await client.send(new s3.CreateBucketCommand(versioned));
  const VersioningConfiguration = { Status: 'Enabled' } as const;
  await client.send(new s3.PutBucketVersioningCommand({ ...versioned, VersioningConfiguration }));
  const { VersionId } = await put('v', '1', versioned);
  await put('v', '2', versioned);
  t.is(await read('v', { ...versioned, VersionId }), '1');
  t.is((await client.send(new s3.ListObjectVersionsCommand(versioned))).Versions?.length, 2);
});

test('attributes have size and ETag', async (t) => {
  const ObjectAttributes = ['ObjectSize', 'ETag', 'Checksum'] as const;
  const input = { Bucket, Key: 'hello', ObjectAttributes: [...ObjectAttributes] };
  t.is((await client.send(new s3.GetObjectAttributesCommand(input))).ObjectSize, 5);
});

test('gzip is stored as it came', async (t) => {
  const Body = gzipSync('{"a":1}\n');
  await client.send(new s3.PutObjectCommand({ Bucket, Key: 'z', Body, ContentEncoding: 'gzip' }));
  t.is((await client.send(new s3.HeadObjectCommand({ Bucket, Key: 'z' }))).ContentEncoding, 'gzip');
  t.is(gunzipSync(await bytesOf('z')).toString(), '{"a":1}\n');
});

test('a waiter sees the object', async (t) => {
  const found = await s3.waitUntilObjectExists(
    { client, maxWaitTime: 10, minDelay: 1, maxDelay: 2 },
    { Bucket, Key: 'hello' },
  );
  t.regex(found.state, /^SUCCESS$/);
});
