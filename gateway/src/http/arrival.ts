import type { IncomingMessage } from 'node:http';
import { plainAccept } from './accept.ts';
import { hasValidHost, originForm } from './host.ts';
import { Problem } from './problem.ts';

export const ALLOWED = 'GET, HEAD, OPTIONS';
const LONGEST_KEY = 2_000;
/** These show no data: they are open to everybody also where a key is asked for. */
const OPEN = /^\/(health|openapi\.json|docs|problems|schemas|assets)(\/|$|\?)/;

/** Brings what can be spelt in several ways into one form: everything after goes by it, the kept answers too. */
export function settle(request: IncomingMessage): void {
  if (request.url?.startsWith('/') === false) request.url = originForm(request.url);
  const { accept } = request.headers;
  if (accept?.includes(';') === true) request.headers.accept = plainAccept(accept);
}

export function isOpen({ url = '/' }: IncomingMessage): boolean {
  return OPEN.test(url);
}

export function checkHost(request: IncomingMessage): void {
  if (hasValidHost(request)) return;
  throw new Problem('invalid-request', 'a request names one host', { headers: { connection: 'close' } });
}

/** Throws for the methods and bodies that no route has. */
export function checkReads({ method = '', headers }: IncomingMessage): void {
  if (method !== 'GET' && method !== 'HEAD') {
    throw new Problem('method-not-allowed', `${method.slice(0, 20)} is not allowed here`, {
      headers: { allow: ALLOWED, connection: 'close' },
    });
  }
  const length = headers['content-length'];
  if ((length !== undefined && length !== '0') || headers['transfer-encoding'] !== undefined) {
    throw new Problem('body-not-allowed', 'a request that reads has no body', { headers: { connection: 'close' } });
  }
}

export function encodingsOf({ headers }: IncomingMessage): string | undefined {
  const value = headers['accept-encoding'];
  return typeof value === 'string' ? value : undefined;
}

/** What an answer is kept under: the target, and what was accepted; undefined = too long to be kept. */
export function keyOf({ url = '/', headers }: IncomingMessage): string | undefined {
  const key = `${url}\n${headers.accept ?? ''}`;
  return key.length > LONGEST_KEY ? undefined : key;
}
