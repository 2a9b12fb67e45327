import { compareKeys, type Bucket } from './buckets.ts';
import type { S3Reply } from './message.ts';
import { element, escapeXml, xmlReply } from './xml.ts';

type Entry = { readonly name: string; readonly isPrefix: boolean };

/** ListObjectsV2: prefix, delimiter, start-after, continuation token and encoding-type. */
export function listObjects(name: string, bucket: Bucket, query: URLSearchParams): S3Reply {
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const token = query.get('continuation-token') ?? undefined;
  const startAfter = query.get('start-after') ?? undefined;
  const limit = Math.min(Number(query.get('max-keys') ?? 1000), 1000);
  const after = token === undefined ? (startAfter ?? '') : Buffer.from(token, 'base64url').toString();
  const { entries, isTruncated } = page(bucket, { prefix, delimiter, after, limit });
  const encode = query.get('encoding-type') === 'url' ? urlEncode : escapeXml;
  const last = entries.at(-1)?.name ?? '';
  return xmlReply(
    'ListBucketResult',
    [
      element('Name', name),
      `<Prefix>${encode(prefix)}</Prefix>`,
      delimiter === '' ? '' : `<Delimiter>${encode(delimiter)}</Delimiter>`,
      element('MaxKeys', limit),
      element('KeyCount', entries.length),
      element('IsTruncated', isTruncated),
      element('EncodingType', query.get('encoding-type') ?? undefined),
      element('ContinuationToken', token),
      startAfter === undefined ? '' : `<StartAfter>${encode(startAfter)}</StartAfter>`,
      element('NextContinuationToken', isTruncated ? Buffer.from(last).toString('base64url') : undefined),
      ...entries.map((entry) => entryXml(bucket, entry, encode)),
    ].join(''),
  );
}

/** ListObjectVersions, newest first within a key; not paged. */
export function listVersions(bucket: Bucket): S3Reply {
  const rows = [...bucket.keysFrom('')].flatMap((key) =>
    bucket
      .versionsOf(key)
      .toReversed()
      .map((object, at) => {
        const kind = object.isDeleteMarker ? 'DeleteMarker' : 'Version';
        const described = `${element('Key', key)}${element('VersionId', object.version)}${element('IsLatest', at === 0)}`;
        return `<${kind}>${described}${element('Size', object.body.length)}</${kind}>`;
      }),
  );
  return xmlReply('ListVersionsResult', rows.join(''));
}

type Page = { readonly prefix: string; readonly delimiter: string; readonly after: string; readonly limit: number };

/** Skips over whole folders, so that its cost follows the page and not the bucket. */
function page(bucket: Bucket, { prefix, delimiter, after, limit }: Page): { entries: Entry[]; isTruncated: boolean } {
  const entries: Entry[] = [];
  let from = compareKeys(after, prefix) > 0 ? after : prefix;
  for (;;) {
    const key = firstLive(bucket, from);
    if (key === undefined || !key.startsWith(prefix)) return { entries, isTruncated: false };
    const cut = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    const name = cut < 0 ? key : key.slice(0, cut + delimiter.length);
    const isPrefix = cut >= 0;
    from = isPrefix ? endOf(name) : `${key}\0`;
    if (compareKeys(name, after) <= 0 || (isPrefix && after.startsWith(name))) continue;
    if (entries.length === limit) return { entries, isTruncated: true };
    entries.push({ name, isPrefix });
  }
}

function firstLive(bucket: Bucket, from: string): string | undefined {
  for (const key of bucket.keysFrom(from)) if (bucket.find(key) !== undefined) return key;
  return undefined;
}

/** A text after every key with this prefix: the last character that Unicode has. */
function endOf(prefix: string): string {
  return `${prefix}\u{10ffff}`;
}

function entryXml(bucket: Bucket, { name, isPrefix }: Entry, encode: (text: string) => string): string {
  if (isPrefix) return `<CommonPrefixes><Prefix>${encode(name)}</Prefix></CommonPrefixes>`;
  const object = bucket.find(name);
  if (object === undefined) return '';
  const facts = [
    `<Key>${encode(name)}</Key>`,
    element('LastModified', object.modified.toISOString()),
    element('ETag', object.etag),
    element('Size', object.body.length),
    element('StorageClass', 'STANDARD'),
  ];
  return `<Contents>${facts.join('')}</Contents>`;
}

function urlEncode(text: string): string {
  return encodeURIComponent(text).replaceAll('%2F', '/').replaceAll('%20', '+');
}
