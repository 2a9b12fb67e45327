import { randomUUID } from 'node:crypto';
import { refuse, type Headers } from './message.ts';

/** One version of an object as it lies in a bucket. */
export type S3Object = {
  readonly body: Buffer;
  /** With quotes, as it goes over the wire. */
  readonly etag: string;
  /** Headers that were stored with it. */
  readonly headers: Readonly<Record<string, string>>;
  readonly checksums: Readonly<Record<string, string>>;
  readonly modified: Date;
  readonly version: string;
  readonly isDeleteMarker: boolean;
  /** The `TagSet` element, verbatim. */
  readonly tags?: string;
};

const KEPT =
  /^(content-(type|encoding|disposition|language)|cache-control|expires|x-amz-meta-.+|x-amz-server-side-encryption.*)$/;
const MAX_METADATA_BYTES = 2048;

export class Bucket {
  readonly created: Date;
  isVersioned = false;
  readonly #versions = new Map<string, S3Object[]>();
  /** Every key that ever was, in UTF-8 order: a listing must not depend on how many there are. */
  readonly #sorted: string[] = [];

  constructor(created: Date) {
    this.created = created;
  }

  /** The newest version, unless it is a delete marker. */
  find(key: string): S3Object | undefined {
    const newest = this.#versions.get(key)?.at(-1);
    return newest?.isDeleteMarker === true ? undefined : newest;
  }

  versionsOf(key: string): readonly S3Object[] {
    return this.#versions.get(key) ?? [];
  }

  /** Keys at or after a place, ascending; deleted ones included. */
  *keysFrom(place: string): Generator<string> {
    for (let at = this.#placeOf(place); at < this.#sorted.length; at += 1) yield this.#sorted[at] ?? '';
  }

  put(key: string, object: Omit<S3Object, 'version' | 'isDeleteMarker'>): S3Object {
    return this.#append(key, { ...object, isDeleteMarker: false });
  }

  remove(key: string, now: Date): void {
    if (this.isVersioned) {
      const nothing = { body: Buffer.alloc(0), etag: '', headers: {}, checksums: {}, modified: now };
      this.#append(key, { ...nothing, isDeleteMarker: true });
    } else if (this.#versions.delete(key)) this.#sorted.splice(this.#placeOf(key), 1);
  }

  setTags(key: string, tags: string): void {
    const newest = this.find(key) ?? refuse(404, 'NoSuchKey');
    this.#versions.get(key)?.splice(-1, 1, { ...newest, tags });
  }

  #append(key: string, object: Omit<S3Object, 'version'>): S3Object {
    const stored = { ...object, version: this.isVersioned ? randomUUID().replaceAll('-', '') : 'null' };
    const before = this.#versions.get(key);
    if (before === undefined) this.#sorted.splice(this.#placeOf(key), 0, key);
    this.#versions.set(key, this.isVersioned ? [...(before ?? []), stored] : [stored]);
    return stored;
  }

  /** Where a key is in the order, or would be. */
  #placeOf(key: string): number {
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compareKeys(this.#sorted[middle] ?? '', key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

export class Buckets {
  readonly #buckets = new Map<string, Bucket>();

  get(name: string): Bucket {
    return this.#buckets.get(name) ?? refuse(404, 'NoSuchBucket', 'The specified bucket does not exist');
  }

  create(name: string, now: Date): Bucket {
    if (this.#buckets.has(name)) refuse(409, 'BucketAlreadyOwnedByYou');
    const bucket = new Bucket(now);
    this.#buckets.set(name, bucket);
    return bucket;
  }

  remove(name: string): void {
    const bucket = this.get(name);
    for (const key of bucket.keysFrom('')) if (bucket.find(key) !== undefined) refuse(409, 'BucketNotEmpty');
    this.#buckets.delete(name);
  }

  all(): readonly (readonly [string, Bucket])[] {
    return [...this.#buckets];
  }
}

/** The headers of a request that S3 stores with the object. */
export function keptHeaders(headers: Headers): Record<string, string> {
  const kept = Object.entries(headers).flatMap(([name, text = '']): [string, string][] => {
    if (!KEPT.test(name)) return [];
    // The framing of the transfer is no property of the object.
    const value =
      name === 'content-encoding' ? text.replace(/(^|,)\s*aws-chunked\s*(?=,|$)/, '').replace(/^,/, '') : text;
    return value === '' ? [] : [[name, value.trim()]];
  });
  const size = kept.reduce((sum, [name, value]) => {
    const custom = /^x-amz-meta-(.*)$/.exec(name)?.[1];
    return custom === undefined ? sum : sum + Buffer.byteLength(custom) + Buffer.byteLength(value);
  }, 0);
  if (size > MAX_METADATA_BYTES) refuse(400, 'MetadataTooLarge');
  return Object.fromEntries(kept);
}

/** `If-Match` and `If-None-Match`, as S3 judges them when it reads and when it writes. */
export function demandConditions(headers: Headers, current: S3Object | undefined, access: 'read' | 'write'): void {
  const message = 'At least one of the pre-conditions you specified did not hold';
  const match = headers['if-match'];
  if (match !== undefined) {
    if (current === undefined)
      refuse(access === 'write' ? 404 : 412, access === 'write' ? 'NoSuchKey' : 'PreconditionFailed');
    if (match !== '*' && unquoted(match) !== unquoted(current.etag)) refuse(412, 'PreconditionFailed', message);
  }
  const none = headers['if-none-match'];
  if (none !== undefined && current !== undefined && (none === '*' || unquoted(none) === unquoted(current.etag))) {
    if (access === 'write') refuse(412, 'PreconditionFailed', message);
    refuse(304, 'NotModified', message);
  }
}

export function unquoted(etag: string): string {
  return etag.replaceAll('"', '');
}

/** UTF-8 order, which is that of code points; UTF-16 puts surrogates before U+E000. */
export function compareKeys(a: string, b: string): number {
  const end = Math.min(a.length, b.length);
  for (let at = 0; at < end; at += 1) {
    const [x, y] = [a.charCodeAt(at), b.charCodeAt(at)];
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
