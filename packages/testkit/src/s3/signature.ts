import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { refuse, type S3Request } from './message.ts';

export type Secret = { readonly secretAccessKey: string };
/** Finds the secret of an access key and judges its session token; refuses what it does not know. */
export type FindSecret = (accessKeyId: string, sessionToken: string | undefined) => Secret;

const SKEW_MS = 15 * 60_000;
/** Changed on the way by proxies, so no client signs them. */
const NEED_NO_SIGNATURE = new Set(['x-amzn-trace-id']);

/** Signature version 4, in the header or in the query; every failure in the words and status of S3. */
export function authorize(request: S3Request, now: number, secretOf: FindSecret): void {
  const signed = signatureOf(request);
  const { secretAccessKey } = secretOf(signed.accessKeyId, signed.sessionToken);
  const at = Date.parse(signed.stamp.replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5'));
  if (signed.expiresMs !== undefined) {
    if (now > at + signed.expiresMs) refuse(403, 'AccessDenied', 'Request has expired');
    if (at > now + SKEW_MS) refuse(403, 'AccessDenied', 'Request is not valid yet');
  } else if (!(Math.abs(now - at) <= SKEW_MS)) {
    refuse(403, 'RequestTimeTooSkewed', 'The difference between the request time and the current time is too large.');
  }
  demandSignedHeaders(request, signed.headers);
  const scope = signed.scope.join('/');
  const toSign = ['AWS4-HMAC-SHA256', signed.stamp, scope, sha256(canonical(request, signed))].join('\n');
  const key = signed.scope.reduce<Buffer | string>((secret, part) => hmac(secret, part), `AWS4${secretAccessKey}`);
  const wanted = hmac(key, toSign);
  const given = Buffer.from(signed.signature, 'hex');
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) {
    refuse(403, 'SignatureDoesNotMatch', 'The request signature we calculated does not match the one you provided.');
  }
}

type Signed = {
  readonly accessKeyId: string;
  readonly sessionToken: string | undefined;
  /** Date, region, service and `aws4_request`. */
  readonly scope: readonly string[];
  readonly stamp: string;
  readonly headers: readonly string[];
  readonly signature: string;
  readonly payload: string;
  /** Of a presigned address; undefined = signed in the header. */
  readonly expiresMs: number | undefined;
};

function signatureOf(request: S3Request): Signed {
  const { headers, query } = request;
  const header = headers['authorization'];
  if (header === undefined) {
    if (!query.has('X-Amz-Signature')) refuse(403, 'AccessDenied', 'Access Denied');
    const of = (name: string): string => query.get(`X-Amz-${name}`) ?? '';
    return {
      ...credential(of('Credential')),
      sessionToken: query.get('X-Amz-Security-Token') ?? undefined,
      stamp: of('Date'),
      headers: of('SignedHeaders').split(';'),
      signature: of('Signature'),
      payload: query.get('X-Amz-Content-Sha256') ?? 'UNSIGNED-PAYLOAD',
      expiresMs: Number(of('Expires')) * 1000,
    };
  }
  const parts = header.replace(/^AWS4-HMAC-SHA256\s+/, '').split(/,\s*/);
  const of = (name: string): string =>
    parts.find((part) => part.startsWith(`${name}=`))?.slice(name.length + 1) ??
    refuse(400, 'AuthorizationHeaderMalformed', `The authorization header lacks ${name}.`);
  return {
    ...credential(of('Credential')),
    sessionToken: headers['x-amz-security-token'],
    stamp: headers['x-amz-date'] ?? '',
    headers: of('SignedHeaders').split(';'),
    signature: of('Signature'),
    payload: headers['x-amz-content-sha256'] ?? '',
    expiresMs: undefined,
  };
}

function credential(text: string): { accessKeyId: string; scope: string[] } {
  const [accessKeyId = '', ...scope] = text.split('/');
  return { accessKeyId, scope };
}

function canonical({ method, path, query, headers }: S3Request, signed: Signed): string {
  const pairs = [...query]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]): [string, string] => [encode(name), encode(value)])
    .toSorted(([a, x], [b, y]) => (a === b ? order(x, y) : order(a, b)));
  return [
    method,
    path,
    pairs.map(([name, value]) => `${name}=${value}`).join('&'),
    ...signed.headers.map((name) => `${name}:${(headers[name] ?? '').trim().replace(/ +/g, ' ')}`),
    '',
    signed.headers.join(';'),
    signed.payload,
  ].join('\n');
}

/** S3 refuses an `x-amz-` header that nobody vouched for. */
function demandSignedHeaders({ headers }: S3Request, signed: readonly string[]): void {
  const open = Object.keys(headers).filter(
    (name) => name.startsWith('x-amz-') && !signed.includes(name) && !NEED_NO_SIGNATURE.has(name),
  );
  if (open.length > 0) {
    refuse(403, 'AccessDenied', `There were headers present in the request which were not signed: ${open.join(', ')}`);
  }
}

function order(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
