import { createHash } from 'node:crypto';
import { decodeBody } from './body.ts';
import { demandConditions, keptHeaders, unquoted, type Bucket, type Buckets, type S3Object } from './buckets.ts';
import { refuse, type S3Reply, type S3Request } from './message.ts';
import { element, textsOf, xmlReply } from './xml.ts';

export function getObject(bucket: Bucket, request: S3Request): S3Reply {
  const { key, query, headers: asked } = request;
  const version = query.get('versionId');
  const object = version === null ? bucket.find(key) : bucket.versionsOf(key).find((one) => one.version === version);
  if (object === undefined || object.isDeleteMarker) refuse(404, 'NoSuchKey', 'The specified key does not exist.');
  demandConditions(asked, object, 'read');
  const headers: Record<string, string> = {
    'content-type': 'application/octet-stream',
    ...object.headers,
    etag: object.etag,
    'last-modified': object.modified.toUTCString(),
    'accept-ranges': 'bytes',
    ...versionHeader(bucket, object),
  };
  for (const [name, text] of query) {
    if (name.startsWith('response-')) headers[name.slice('response-'.length)] = text;
  }
  const part = rangeOf(asked['range'], object.body.length);
  if (part !== undefined) {
    headers['content-range'] = `bytes ${part.from}-${part.to}/${object.body.length}`;
    return { status: 206, headers, body: object.body.subarray(part.from, part.to + 1) };
  }
  if (asked['x-amz-checksum-mode'] === 'ENABLED') Object.assign(headers, object.checksums);
  return { status: 200, headers, body: object.body };
}

/** No await lies between the check and the write, so of racing writers one wins. */
export function putObject(bucket: Bucket, request: S3Request, now: Date): S3Reply {
  const { body, checksums } = decodeBody(request);
  demandConditions(request.headers, bucket.find(request.key), 'write');
  const headers = keptHeaders(request.headers);
  const stored = bucket.put(request.key, { body, checksums, headers, etag: etagOf(body), modified: now });
  const encryption = Object.entries(headers).filter(([name]) => name.startsWith('x-amz-server-side-encryption'));
  const answer = { ...Object.fromEntries(encryption), ...checksums, ...versionHeader(bucket, stored) };
  return { status: 200, headers: { etag: stored.etag, ...answer } };
}

export function copyObject(buckets: Buckets, request: S3Request, now: Date): S3Reply {
  const source = decodeURIComponent(request.headers['x-amz-copy-source'] ?? '');
  const [, from = '', key = ''] = /^\/?([^/]+)\/([^?]+)/.exec(source) ?? [];
  const object = buckets.get(from).find(key) ?? refuse(404, 'NoSuchKey');
  const bucket = buckets.get(request.bucket);
  demandConditions(request.headers, bucket.find(request.key), 'write');
  const { etag } = bucket.put(request.key, { ...object, modified: now });
  return xmlReply('CopyObjectResult', `${element('ETag', etag)}${element('LastModified', now.toISOString())}`);
}

export function deleteObjects(bucket: Bucket, request: S3Request, now: Date): S3Reply {
  const keys = textsOf(decodeBody(request).body.toString(), 'Key');
  for (const key of keys) bucket.remove(key, now);
  return xmlReply('DeleteResult', keys.map((key) => `<Deleted>${element('Key', key)}</Deleted>`).join(''));
}

export function putTags(bucket: Bucket, request: S3Request): S3Reply {
  const { body } = decodeBody(request);
  bucket.setTags(request.key, /<TagSet>.*<\/TagSet>/s.exec(body.toString())?.[0] ?? refuse(400, 'MalformedXML'));
  return { status: 200 };
}

export function getTags(bucket: Bucket, { key }: S3Request): S3Reply {
  const { tags = '<TagSet/>' } = bucket.find(key) ?? refuse(404, 'NoSuchKey');
  return xmlReply('Tagging', tags);
}

export function getAttributes(bucket: Bucket, { key }: S3Request): S3Reply {
  const object = bucket.find(key) ?? refuse(404, 'NoSuchKey');
  const { 'x-amz-checksum-crc32': sum } = object.checksums;
  const checksum = sum === undefined ? '' : `<Checksum>${element('ChecksumCRC32', sum)}</Checksum>`;
  const facts = `${element('ETag', unquoted(object.etag))}${checksum}${element('ObjectSize', object.body.length)}`;
  return xmlReply('GetObjectAttributesResponse', facts, { 'last-modified': object.modified.toUTCString() });
}

export function etagOf(body: Buffer): string {
  return `"${createHash('md5').update(body).digest('hex')}"`;
}

function versionHeader(bucket: Bucket, { version }: S3Object): Record<string, string> {
  return bucket.isVersioned ? { 'x-amz-version-id': version } : {};
}

/** `bytes=1-3`, `bytes=1-` and `bytes=-2`; what is no such range is ignored. */
function rangeOf(text: string | undefined, size: number): { from: number; to: number } | undefined {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(text ?? '') ?? [];
  if (first === '' && last === '') return undefined;
  const from = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const to = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (from > to) refuse(416, 'InvalidRange', 'The requested range is not satisfiable');
  return { from, to };
}
