import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** What a caller may do; the operations API has its own. */
export const SCOPES = ['products:read', 'ops:read', 'ops:write'] as const;
export type Scope = (typeof SCOPES)[number];

/** One key as the secrets file holds it: enough to recognise the key, nothing to use it with. */
export type ApiKeyEntry = {
  /** The eight characters of the key that name it; no secret. */
  readonly id: string;
  /** SHA-256 of the whole key, in hex. */
  readonly sha256: string;
  readonly scopes: readonly Scope[];
  /** RFC 3339. */
  readonly expires_at?: string;
  /** Whose key it is, for people. */
  readonly name?: string;
};

export const KEY_ID = /^[0-9A-Za-z]{8}$/;
const KEY = /^wl_live_([0-9A-Za-z]{8})_[0-9A-Za-z]{32}_[0-9A-Za-z]{6}$/;
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const CHECKSUM_LENGTH = 6;
/** The largest multiple of 62 that a byte holds: bytes from here on would make some characters likelier. */
const EVEN = 248;

export type NewApiKeyOptions = {
  /** That many bytes that nobody can guess, such as `randomBytes` of node:crypto. */
  readonly random: (bytes: number) => Uint8Array;
  readonly scopes?: readonly Scope[];
  readonly expiresAt?: Date;
  readonly name?: string;
};

/**
 * A new key, `wl_live_<id>_<secret>_<checksum>`, and its entry for the secrets file. The key itself is kept nowhere. Its
 * prefix lets scanners find a leaked one, its checksum tells a typo without looking anything up.
 */
export function newApiKey({ random, scopes = ['products:read'], expiresAt, name }: NewApiKeyOptions): {
  readonly key: string;
  readonly entry: ApiKeyEntry;
} {
  const id = characters(8, random);
  const start = `wl_live_${id}_${characters(32, random)}`;
  const key = `${start}_${checksum(start)}`;
  const entry = {
    id,
    sha256: hash('sha256', key),
    scopes: [...scopes],
    ...(expiresAt === undefined ? {} : { expires_at: expiresAt.toISOString() }),
    ...(name === undefined ? {} : { name }),
  };
  return { key, entry };
}

/** The id of a key without typos; undefined for any other text. */
export function idOfKey(text: string): string | undefined {
  const id = KEY.exec(text)?.[1];
  return id !== undefined && text.endsWith(checksum(text.slice(0, -CHECKSUM_LENGTH - 1))) ? id : undefined;
}

/** CRC-32 in base 62, always six characters. */
function checksum(text: string): string {
  let digits = '';
  for (let rest = crc32(text); digits.length < CHECKSUM_LENGTH; rest = Math.floor(rest / ALPHABET.length)) {
    digits = ALPHABET.charAt(rest % ALPHABET.length) + digits;
  }
  return digits;
}

function characters(count: number, random: (bytes: number) => Uint8Array): string {
  let text = '';
  while (text.length < count) {
    for (const byte of random(count)) {
      if (byte < EVEN && text.length < count) text += ALPHABET.charAt(byte % ALPHABET.length);
    }
  }
  return text;
}
