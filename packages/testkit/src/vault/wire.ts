import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { VaultFaultRule } from './faults.ts';
import { recordOf } from './kubernetes.ts';
import { refuse, type VaultCall, type VaultReply } from './message.ts';

/** A request as it came, before it is known to be one of Vault's. */
export type RawCall = { readonly raw: string; readonly path: string };

export async function readRaw(incoming: IncomingMessage): Promise<RawCall> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
  const { pathname } = new URL(incoming.url ?? '/', 'http://vault');
  return { raw: Buffer.concat(chunks).toString('utf8'), path: decodeURIComponent(pathname.replace(/^\/v1\//, '')) };
}

export function callOf(incoming: IncomingMessage, { raw, path }: RawCall): VaultCall {
  const { searchParams } = new URL(incoming.url ?? '/', 'http://vault');
  return { method: incoming.method ?? 'GET', path, query: searchParams, token: tokenOf(incoming), body: bodyOf(raw) };
}

/** `X-Vault-Token`, or a bearer token. */
export function tokenOf({ headers }: IncomingMessage): string {
  const sent = headers['x-vault-token'];
  if (typeof sent === 'string') return sent;
  return headers.authorization?.replace(/^Bearer /, '') ?? '';
}

function bodyOf(raw: string): Readonly<Record<string, unknown>> {
  if (raw === '') return {};
  try {
    return recordOf(JSON.parse(raw));
  } catch {
    return refuse(400, 'failed to parse JSON input: invalid character');
  }
}

/** What happens before a request takes effect; false = it gets no further. */
export async function before(
  { fault, ms = 0, to = '' }: VaultFaultRule,
  { raw }: RawCall,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- the others are answers, or happen afterwards
  switch (fault) {
    case 'reset-before':
      response.destroy();
      return false;
    case 'hang':
      return false;
    case 'slow':
      await delay(ms);
      return true;
    case 'html':
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>a proxy in between</html>');
      return false;
    case 'redirect':
      response.writeHead(307, { location: `${to}${incoming.url ?? ''}` }).end();
      return false;
    case 'echo':
      // The worst that a proxy can do: everything that was sent comes back as an error.
      send(response, { status: 400, body: { errors: [raw, JSON.stringify(incoming.headers)] } });
      return false;
    default:
      return true;
  }
}

export function send(response: ServerResponse, reply: VaultReply, rule?: VaultFaultRule): void {
  if (rule?.fault === 'reset-after') {
    response.destroy();
    return;
  }
  const { status, headers = {} } = reply;
  if (reply.body === undefined) {
    response.writeHead(status, headers).end();
    return;
  }
  const isBinary = Buffer.isBuffer(reply.body);
  const bytes = Buffer.isBuffer(reply.body) ? reply.body : Buffer.from(`${JSON.stringify(reply.body)}\n`);
  const type = isBinary ? 'application/gzip' : 'application/json';
  response.writeHead(status, {
    'content-type': type,
    'content-length': bytes.length,
    'cache-control': 'no-store',
    ...headers,
  });
  if (rule?.fault === 'truncate') response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy());
  else response.end(bytes);
}
