import type { IncomingMessage } from 'node:http';

/** Only what is read of a request. */
export type CredentialSource = Pick<IncomingMessage, 'headers' | 'rawHeaders' | 'url'>;

export type Credential =
  | { readonly kind: 'none' }
  /** From `X-Api-Key`, or a bearer that has the form of our keys. */
  | { readonly kind: 'api-key'; readonly text: string }
  | { readonly kind: 'token'; readonly text: string }
  /** More than one, or one where it would be logged. */
  | { readonly kind: 'refused'; readonly detail: string };

const NONE: Credential = { kind: 'none' };
const SEVERAL: Credential = {
  kind: 'refused',
  detail: 'expected one credential, in either Authorization or X-Api-Key; got several',
};
const IN_QUERY: Credential = {
  kind: 'refused',
  detail: 'expected the credential in the header Authorization or X-Api-Key; addresses are logged on their way',
};
const QUERY_NAMES = /[?&](?:access_?token|id_?token|token|bearer|jwt|authorization|(?:x[-_])?(?:api)?[-_]?key)=/i;
const QUERY_VALUES = /wl_live_|=eyJ[\w-]+\.[\w-]+\./;

/** The one credential of a request; RFC 6750 §2 allows one, and none of ours may stand in the address. */
export function credentialOf({ headers, rawHeaders, url = '' }: CredentialSource): Credential {
  const query = url.indexOf('?');
  if (query !== -1 && holdsCredential(url.slice(query))) return IN_QUERY;
  const { authorization, 'x-api-key': apiKey } = headers;
  if (authorization === undefined && apiKey === undefined) return NONE;
  if (authorization !== undefined && apiKey !== undefined) return SEVERAL;
  // Node keeps the first of several Authorization headers and joins several of the other.
  if (countOf(authorization === undefined ? 'x-api-key' : 'authorization', rawHeaders) > 1) return SEVERAL;
  if (typeof apiKey === 'string') return { kind: 'api-key', text: apiKey };
  const [, scheme = '', bearer = ''] = /^([^ ]*) *(.*)$/.exec(authorization ?? '') ?? [];
  // As if there were none: the challenge tells which scheme is understood.
  if (scheme.toLowerCase() !== 'bearer') return NONE;
  return { kind: bearer.startsWith('wl_') ? 'api-key' : 'token', text: bearer };
}

function holdsCredential(query: string): boolean {
  if (QUERY_NAMES.test(query) || QUERY_VALUES.test(query)) return true;
  if (!query.includes('%')) return false;
  try {
    const plain = decodeURIComponent(query);
    return QUERY_NAMES.test(plain) || QUERY_VALUES.test(plain);
  } catch {
    // The route refuses it.
    return false;
  }
}

function countOf(name: string, rawHeaders: readonly string[]): number {
  let count = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const header = rawHeaders[at];
    if (header?.length === name.length && header.toLowerCase() === name) count += 1;
  }
  return count;
}
