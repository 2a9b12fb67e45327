import { PermanentError, type ObjectMetadata } from '@weatherline/runtime';

/** Names one call of `put`, over all its attempts; stripped from what readers see. */
const PUT_ID = 'weatherline-put';
const MAX_BYTES = 2048;

/** What S3 would take without a word and give back changed, or not at all, is refused here. */
export function metadataWith(metadata: ObjectMetadata, putId: string): Record<string, string> {
  const stored = { ...metadata, [PUT_ID]: putId };
  let size = 0;
  for (const [name, text] of Object.entries(stored)) {
    size += Buffer.byteLength(name) + Buffer.byteLength(text);
    if (!/^[a-z\d_-]+$/.test(name) || !/^(?:[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?)?$/.test(text)) {
      throw new PermanentError(
        'INVALID_OBJECT_METADATA',
        `metadata ${JSON.stringify(name.slice(0, 60))}: expected a lower-case name and printable ASCII`,
      );
    }
  }
  if (size > MAX_BYTES)
    throw new PermanentError('INVALID_OBJECT_METADATA', `metadata: expected at most ${MAX_BYTES} bytes, got ${size}`);
  return stored;
}

export function putIdOf(metadata: ObjectMetadata): string | undefined {
  return metadata[PUT_ID];
}

export function withoutPutId(metadata: ObjectMetadata): ObjectMetadata {
  return Object.fromEntries(Object.entries(metadata).filter(([name]) => name !== PUT_ID));
}
