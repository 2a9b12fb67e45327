import { hash } from 'node:crypto';

/** SHA-256 in lower-case hex. */
export function sha256(bytes: Uint8Array | string): string {
  return hash('sha256', bytes, 'hex');
}

/** A name-based UUID, version 5 (RFC 9562 §5.5). `namespace` is a UUID. */
export function uuidV5(namespace: string, name: string): string {
  const space = Buffer.from(namespace.replaceAll('-', ''), 'hex');
  const hex = hash('sha1', Buffer.concat([space, Buffer.from(name)]), 'hex');
  const version = `5${hex.slice(13, 16)}`;
  const variant = `${VARIANTS[Number.parseInt(hex.slice(16, 17), 16) & 3]}${hex.slice(17, 20)}`;
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${version}-${variant}-${hex.slice(20, 32)}`;
}

/** The hexadecimal digits whose two upper bits are 10. */
const VARIANTS = '89ab';
