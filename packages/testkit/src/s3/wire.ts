import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { FaultRule, Manner } from './faults.ts';
import type { S3Reply, S3Request } from './message.ts';

const HOUR_MS = 3_600_000;

/** Reads a request whole; addresses are path-style: `/bucket/key`. */
export async function readRequest(incoming: IncomingMessage): Promise<S3Request> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
  const address = incoming.url ?? '/';
  const question = address.indexOf('?');
  const path = question < 0 ? address : address.slice(0, question);
  const [, bucket = '', key = ''] = /^\/([^/]*)\/?(.*)$/s.exec(path) ?? [];
  const headers = Object.entries(incoming.headers).map(([name, text]): [string, string] => [name, String(text)]);
  return {
    method: incoming.method ?? 'GET',
    path,
    query: new URLSearchParams(question < 0 ? '' : address.slice(question + 1)),
    headers: Object.fromEntries(headers),
    raw: Buffer.concat(chunks),
    bucket,
    key: decodeURIComponent(key),
  };
}

/** How far ahead the clock is that judges a request under this rule. */
export function skewOf(rule: FaultRule | undefined): number {
  return rule?.fault === 'skewed-clock' ? (rule.ms ?? HOUR_MS) : 0;
}

/** What the wire does before a request is answered; false = it never reaches the store. */
export async function beforeStore(rule: FaultRule | undefined, response: ServerResponse): Promise<boolean> {
  if (rule?.fault === 'reset-before') response.socket?.resetAndDestroy();
  if (rule?.fault === 'latency') await delay(rule.ms ?? 100);
  return rule?.fault !== 'reset-before' && rule?.fault !== 'hang-before';
}

/** Sends the answer, unless the wire loses it: what it speaks of has happened all the same. */
export function sendReply(
  { method }: S3Request,
  response: ServerResponse,
  { status, headers = {}, body = '' }: S3Reply,
  { date, fault }: { readonly date: Date; readonly fault?: Manner | undefined },
): void {
  if (fault === 'hang-after') return;
  if (fault === 'reset-after') {
    response.socket?.resetAndDestroy();
    return;
  }
  const bytes = Buffer.from(body);
  const hasBody = status !== 304 && status !== 204;
  const length = hasBody ? { 'content-length': String(bytes.length) } : {};
  response.writeHead(status, { date: date.toUTCString(), 'x-amz-request-id': randomUUID(), ...headers, ...length });
  if (!hasBody || method === 'HEAD') response.end();
  else if (fault === 'truncate' && bytes.length > 0) {
    response.write(bytes.subarray(0, bytes.length / 2));
    // The half is on its way before the connection goes.
    setTimeout(() => response.destroy(), 20);
  } else response.end(fault === 'corrupt' && hasChecksum(headers) ? corrupted(bytes) : bytes);
}

/** Damage that nothing could notice is no fault of the reader's. */
function hasChecksum(headers: Readonly<Record<string, string>>): boolean {
  return Object.keys(headers).some((name) => name.startsWith('x-amz-checksum-'));
}

function corrupted(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  const at = copy.length >> 1;
  if (copy.length > 0) copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}
