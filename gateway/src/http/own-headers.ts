import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FlatHeaders } from './answer.ts';

/** On every answer, whatever it is. */
export const ALWAYS: FlatHeaders = ['x-content-type-options', 'nosniff', 'referrer-policy', 'no-referrer'];

/** What an answer that is no page may load. */
export const NOTHING = "default-src 'none'; frame-ancestors 'none'";

/** Pages say themselves what they load, and two policies would both hold: this is for all that can be no page. */
export function withoutPage<Sent extends { readonly own: FlatHeaders }>(sent: Sent): Sent {
  return { ...sent, own: [...sent.own, 'content-security-policy', NOTHING] };
}

/** The caller's own id when it can stand in a log, else a new one. */
export function requestIdOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const { 'x-request-id': asked } = headers;
  return typeof asked === 'string' && /^[\w.-]{1,64}$/.test(asked) ? asked : randomUUID();
}
