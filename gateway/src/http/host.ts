import type { IncomingMessage } from 'node:http';

/** RFC 3986's host and port: an address in brackets or a name, without a user before it. */
const AUTHORITY = /^(?:\[[\da-f:.]+\]|[\w.~!$&'()*+,;=%-]+)(?::\d{0,5})?$/i;
const ABSOLUTE = /^https?:\/\/([^/?#]*)(.*)$/i;

/**
 * RFC 9112 §3.2: one Host with a value that can be one. Two of them are what a proxy and a server read differently.
 * Only HTTP/1.0 may leave it out, which the parser sees to.
 */
export function hasValidHost({ headers, rawHeaders }: Pick<IncomingMessage, 'headers' | 'rawHeaders'>): boolean {
  const { host } = headers;
  if (host === undefined) return true;
  // Node keeps the first of several without a word; the raw list still has them all.
  let count = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at];
    if (name?.length === 4 && name.toLowerCase() === 'host') count += 1;
  }
  return count === 1 && AUTHORITY.test(host);
}

/**
 * RFC 9112 §3.2.2: a target may be a whole address, which every server must understand. What is left is path and
 * query: whose name it was asked under changes nothing here. Anything else is left as it is, to be refused.
 */
export function originForm(target: string): string {
  const [, authority = '', rest = ''] = ABSOLUTE.exec(target) ?? [];
  if (!AUTHORITY.test(authority)) return target;
  return rest.startsWith('/') ? rest : `/${rest}`;
}
