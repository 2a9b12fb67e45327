import type { ListObjectsV2CommandInput, ListObjectsV2CommandOutput } from '@aws-sdk/client-s3';
import type { Listing, ListOptions, ObjectInfo } from '@weatherline/runtime';

const MAX_LIST = 1000;
/** Sorts after every character that a key is made of. */
const LAST = '\u{10ffff}';

/**
 * A listing that starts at or within a rolled-up prefix: servers differ on whether they name that prefix again, so
 * none is asked; it starts after all that the prefix holds.
 */
export function inputOf(bucket: string, options: ListOptions): ListObjectsV2CommandInput {
  const { prefix, delimiter, startAfter, limit = MAX_LIST } = options;
  const rolled = startAfter === undefined ? undefined : rollUp(startAfter, prefix, delimiter);
  const after = rolled === undefined ? startAfter : `${rolled}${LAST}`;
  return {
    Bucket: bucket,
    Prefix: prefix,
    MaxKeys: Math.max(1, Math.min(limit, MAX_LIST)),
    ...(delimiter === undefined ? {} : { Delimiter: delimiter }),
    ...(after === undefined || after === '' ? {} : { StartAfter: after }),
  };
}

/** One page of S3's as one of ours. */
export function listingOf(page: ListObjectsV2CommandOutput, { startAfter = '' }: ListOptions): Listing {
  const objects = (page.Contents ?? []).map(
    ({ Key: key = '', ETag = '', Size: size = 0, LastModified: lastModified = new Date(0) }): ObjectInfo => ({
      key,
      etag: unquoted(ETag),
      size,
      lastModified,
    }),
  );
  const prefixes = (page.CommonPrefixes ?? [])
    .flatMap(({ Prefix }) => (Prefix === undefined ? [] : [Prefix]))
    .filter((prefix) => compare(prefix, startAfter) > 0);
  const lasts = [objects.at(-1)?.key, prefixes.at(-1)].filter((name) => name !== undefined);
  return { objects, prefixes, next: page.IsTruncated === true ? lasts.toSorted(compare).at(-1) : undefined };
}

export function unquoted(etag: string): string {
  return etag.replaceAll('"', '');
}

function rollUp(key: string, prefix: string, delimiter: string | undefined): string | undefined {
  if (delimiter === undefined || delimiter === '' || !key.startsWith(prefix)) return undefined;
  const at = key.indexOf(delimiter, prefix.length);
  return at < 0 ? undefined : key.slice(0, at + delimiter.length);
}

function compare(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
