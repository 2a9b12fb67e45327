import type { IncomingHttpHeaders } from 'node:http';
import { Problem } from './problem.ts';

export type Validators = { readonly etag: string; readonly modified: Date | undefined };

/**
 * RFC 9110 §13.2.2: conditions that the bytes must meet come first; throws the 412 of those that do not. `If-Match`
 * compares strongly and decides, `If-Unmodified-Since` only without it.
 */
export function checkConditions(headers: IncomingHttpHeaders, { etag, modified }: Validators): void {
  const { 'if-match': wanted, 'if-unmodified-since': since } = headers;
  if (wanted === undefined && since === undefined) return;
  const isMet =
    wanted === undefined
      ? modified === undefined || !(toSecond(modified) > Date.parse(since ?? ''))
      : wanted.trim() === '*' || wanted.split(',').some((tag) => tag.trim() === etag);
  if (isMet) return;
  throw new Problem('precondition-failed', 'the content is not the one that the request is about', {
    headers: { etag },
  });
}

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
