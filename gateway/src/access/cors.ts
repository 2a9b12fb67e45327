import type { IncomingMessage } from 'node:http';

export type CorsHeaders = Readonly<Record<string, string>>;

export type Cors = {
  /** What every answer carries, errors too, for a request that came with this `Origin`. */
  headers(origin: string | undefined): CorsHeaders;
  /** The answer to a preflight request; undefined for any other request. */
  preflight(
    request: Pick<IncomingMessage, 'method' | 'headers'>,
  ): { readonly status: 204; readonly headers: CorsHeaders } | undefined;
};

const EXPOSED =
  'ETag, Link, RateLimit, RateLimit-Policy, X-Request-Id, Content-Location, Retry-After, Content-Range, Accept-Ranges, Repr-Digest, Content-Disposition, WWW-Authenticate';
const PREFLIGHT: CorsHeaders = {
  'Access-Control-Allow-Methods': 'GET, HEAD, OPTIONS',
  'Access-Control-Allow-Headers':
    'Authorization, X-Api-Key, If-Match, If-None-Match, If-Modified-Since, If-Range, Range, X-Request-Id, traceparent',
  'Access-Control-Max-Age': '7200',
};
const NOBODY: CorsHeaders = Object.freeze({ Vary: 'Origin' });

/**
 * Lets pages of other origins read: all of them, or exactly those named. Never with cookies, so a page reads no more
 * than its author could without a browser.
 */
export function createCors(origins: '*' | readonly string[]): Cors {
  const everybody: CorsHeaders = Object.freeze({
    'Access-Control-Allow-Origin': '*',
    'Access-Control-Expose-Headers': EXPOSED,
  });
  const named: ReadonlyMap<string, CorsHeaders> = new Map(
    (origins === '*' ? [] : origins).map((origin) => [
      origin,
      Object.freeze({ ...NOBODY, 'Access-Control-Allow-Origin': origin, 'Access-Control-Expose-Headers': EXPOSED }),
    ]),
  );
  const headers = (origin: string | undefined): CorsHeaders =>
    origins === '*' ? everybody : (named.get(origin ?? '') ?? NOBODY);
  return {
    headers,
    preflight({ method, headers: sent }) {
      const { origin, 'access-control-request-method': wanted } = sent;
      if (method !== 'OPTIONS' || origin === undefined || wanted === undefined) return undefined;
      const allowed = headers(origin);
      return { status: 204, headers: allowed === NOBODY ? NOBODY : { ...allowed, ...PREFLIGHT } };
    },
  };
}
