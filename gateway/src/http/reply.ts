import type { Schedule } from '@weatherline/events/schedule';
import type { Clock } from '@weatherline/runtime';
import { createHash } from 'node:crypto';
import type { Context } from 'koa';
import { Problem } from './problem.ts';

export type Reply = {
  readonly type: string;
  readonly body: string | Buffer;
  readonly modified?: Date | undefined;
};

const LEAST_S = 15;
const MOST_S = 600;

/** Seconds that an answer may be kept: until the next product is due. */
export function maxAge(schedule: Schedule, now: Date): number {
  const untilNext = Math.floor((schedule.next(now).getTime() - now.getTime()) / 1000);
  return Math.max(LEAST_S, Math.min(MOST_S, untilNext));
}

/** Sends bytes with everything that a cache needs; a caller who has them already gets 304. */
export function respond(ctx: Context, { type, body, modified }: Reply, schedule: Schedule, clock: Clock): void {
  const now = clock.now();
  const age = maxAge(schedule, now);
  ctx.status = 200;
  ctx.type = type;
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
  ctx.set('etag', etag);
  if (modified !== undefined) ctx.set('last-modified', modified.toUTCString());
  ctx.set('cache-control', `public, max-age=${age}, stale-while-revalidate=${MOST_S - age}, stale-if-error=86400`);
  ctx.set('expires', new Date(now.getTime() + age * 1000).toUTCString());
  ctx.vary('Accept');
  if (isCurrent(ctx, etag, modified)) {
    ctx.status = 304;
    return;
  }
  ctx.body = body;
}

/** RFC 9110 §13.2.2: `If-None-Match` decides, `If-Modified-Since` only without it. */
function isCurrent(ctx: Context, etag: string, modified: Date | undefined): boolean {
  const known = ctx.get('if-none-match');
  if (known !== '')
    return known.trim() === '*' || known.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
  const since = Date.parse(ctx.get('if-modified-since'));
  return modified !== undefined && Math.floor(modified.getTime() / 1000) * 1000 <= since;
}

export function json(value: unknown): Pick<Reply, 'type' | 'body'> {
  return { type: 'application/json; charset=utf-8', body: `${JSON.stringify(value)}\n` };
}

export type Format = 'json' | 'ndjson';

/** The format that `f` names, or else the first that `Accept` allows. */
export function formatOf(ctx: Context, query: URLSearchParams): Format {
  const named = query.get('f');
  if (named === 'json' || named === 'ndjson') return named;
  if (named !== null) {
    throw new Problem(406, 'not-acceptable', `there is no format '${named.slice(0, 40)}'; there are json and ndjson`, {
      available: ['json', 'ndjson'],
    });
  }
  const accepted = ctx.accepts('application/json', 'application/x-ndjson', 'application/jsonl');
  if (accepted === false) {
    throw new Problem(406, 'not-acceptable', 'there are application/json and application/x-ndjson', {
      available: ['application/json', 'application/x-ndjson'],
    });
  }
  return accepted === 'application/json' ? 'json' : 'ndjson';
}
