import { gunzipSync, gzipSync } from 'node:zlib';
import { PermanentError } from './errors.ts';

/** The same bytes for the same input: Node writes neither a time nor a name into the header. */
export function gzip(bytes: Uint8Array | string): Uint8Array {
  return gzipSync(bytes, { level: 6 });
}

/** Throws a PermanentError for what is not gzip, or is larger than `maxBytes` when unpacked. */
export function gunzip(bytes: Uint8Array, maxBytes: number): Uint8Array {
  try {
    return gunzipSync(bytes, { maxOutputLength: maxBytes });
  } catch (cause) {
    throw new PermanentError('NOT_GZIP', `expected gzip of at most ${maxBytes} bytes`, { cause });
  }
}
