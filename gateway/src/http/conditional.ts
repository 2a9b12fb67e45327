import type { IncomingHttpHeaders } from 'node:http';

export type Validators = { readonly etag: string; readonly modified: Date | undefined };

/** RFC 9110 §13.2.2: has the caller the current bytes? `If-None-Match` decides, `If-Modified-Since` only without it. */
export function isCurrent(headers: IncomingHttpHeaders, { etag, modified }: Validators): boolean {
  const known = headers['if-none-match'];
  if (known !== undefined) {
    if (known === etag) return true;
    return known.trim() === '*' || known.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
  }
  const since = headers['if-modified-since'];
  if (since === undefined || modified === undefined) return false;
  return toSecond(modified) <= Date.parse(since);
}

/** RFC 9110 §13.1.5: may the range be applied, or have the bytes changed? A weak tag never matches. */
export function isRangeCurrent(ifRange: string | undefined, { etag, modified }: Validators): boolean {
  if (ifRange === undefined) return true;
  if (ifRange.startsWith('"')) return ifRange === etag;
  return modified !== undefined && Date.parse(ifRange) === toSecond(modified);
}

function toSecond(instant: Date): number {
  return Math.floor(instant.getTime() / 1000) * 1000;
}
