import { PermanentError, sha256, type ObjectMetadata } from '@weatherline/runtime';

/** Names one call of `put`, over all its attempts. */
const PUT_ID = 'weatherline-put';
/** Of objects in parts: S3's own checksum of those is of the parts, which a reader does not know. */
const SHA256 = 'weatherline-sha256';
const MAX_BYTES = 2048;

export type Own = { readonly putId: string; readonly sha256?: string };

/** What S3 would take without a word and give back changed, or not at all, is refused here. */
export function metadataWith(metadata: ObjectMetadata, own: Own): Record<string, string> {
  const digest = own.sha256 === undefined ? {} : { [SHA256]: own.sha256 };
  const stored = { ...metadata, [PUT_ID]: own.putId, ...digest };
  let size = 0;
  for (const [name, text] of Object.entries(stored)) {
    size += Buffer.byteLength(name) + Buffer.byteLength(text);
    if (!/^[a-z\d_-]+$/.test(name) || !/^(?:[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?)?$/.test(text)) {
      const shown = JSON.stringify(name.slice(0, 60));
      throw new PermanentError(
        'INVALID_OBJECT_METADATA',
        `metadata ${shown}: expected a lower-case name and printable ASCII`,
      );
    }
  }
  if (size > MAX_BYTES) {
    throw new PermanentError('INVALID_OBJECT_METADATA', `metadata: expected at most ${MAX_BYTES} bytes, got ${size}`);
  }
  return stored;
}

export function putIdOf(metadata: ObjectMetadata): string | undefined {
  return metadata[PUT_ID];
}

/** False = these are not the bytes that were put. */
export function isWhole(body: Uint8Array, metadata: ObjectMetadata): boolean {
  const digest = metadata[SHA256];
  return digest === undefined || digest === sha256(body);
}

/** What the caller of `put` gave. */
export function withoutOwn(metadata: ObjectMetadata): ObjectMetadata {
  return Object.fromEntries(Object.entries(metadata).filter(([name]) => name !== PUT_ID && name !== SHA256));
}
