import { hash } from 'node:crypto';

/** SHA-256 in lower-case hex. */
export function sha256(bytes: Uint8Array | string): string {
  return hash('sha256', bytes, 'hex');
}

/** Where the bytes of a name-based UUID are put together: one after the other, and never across a wait. */
const NAMED = Buffer.alloc(256);
const NAMESPACE_BYTES = 16;
let namespaceThere = '';

/** A name-based UUID, version 5 (RFC 9562 §5.5). `namespace` is a UUID. */
export function uuidV5(namespace: string, name: string): string {
  const hex = hash('sha1', namedBytes(namespace, name), 'hex');
  const version = `5${hex.slice(13, 16)}`;
  const variant = `${VARIANTS[Number.parseInt(hex.slice(16, 17), 16) & 3]}${hex.slice(17, 20)}`;
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${version}-${variant}-${hex.slice(20, 32)}`;
}

/** The hexadecimal digits whose two upper bits are 10. */
const VARIANTS = '89ab';

function namedBytes(namespace: string, name: string): Buffer {
  if (namespace !== namespaceThere) {
    NAMED.write(namespace.replaceAll('-', ''), 'hex');
    namespaceThere = namespace;
  }
  // A UTF-16 unit takes three bytes at most.
  if (3 * name.length > NAMED.length - NAMESPACE_BYTES) {
    return Buffer.concat([NAMED.subarray(0, NAMESPACE_BYTES), Buffer.from(name)]);
  }
  return NAMED.subarray(0, NAMESPACE_BYTES + NAMED.write(name, NAMESPACE_BYTES));
}
