import { slotId } from '@weatherline/events';
import type { Schedule } from '@weatherline/events/schedule';
import type { StoredContent } from './content.ts';

export type Link = { readonly rel: string; readonly href: string };

/** How long others may keep an answer. */
export type Keeping =
  /** Until the next product is due. */
  | 'until-next'
  /** It says how old things are: others ask each time. */
  | 'revalidate'
  /** The address names the bytes. */
  | 'immutable';

type Described = {
  readonly type: string;
  readonly modified?: Date | undefined;
  /** For the Link header (RFC 8288). */
  readonly links?: readonly Link[];
  readonly headers?: Readonly<Record<string, string>>;
};

/** Bytes that are the same for everybody: kept, encoded once, validated. */
export type Whole = Described & {
  readonly kind: 'whole';
  readonly body: string | Buffer;
  readonly keeping?: Keeping;
};

/** More than is held in memory: sent as it is read, to each caller anew; `signal` aborts when the caller has gone. */
export type Stream = Described & {
  readonly kind: 'stream';
  readonly chunks: (signal: AbortSignal) => AsyncIterable<string>;
};

export type Redirect = { readonly kind: 'redirect'; readonly location: string; readonly maxAgeS: number };

/** Stored bytes with ranges. */
export type Content = Described & {
  readonly kind: 'content';
  readonly content: StoredContent;
  readonly keeping: Keeping;
};

/** For one caller and one moment: never kept. */
export type Passing = Described & { readonly kind: 'passing'; readonly body: string };

export type Reply = Whole | Stream | Redirect | Content | Passing;

export function json(value: unknown, more: Partial<Omit<Whole, 'kind' | 'body'>> = {}): Whole {
  return { kind: 'whole', type: 'application/json; charset=utf-8', body: `${JSON.stringify(value)}\n`, ...more };
}

/** How long after its slot a product may come and still be in time (the freshness objective). */
export const ALLOWANCE_MS = 20 * 60_000;
const LEAST_S = 15;
const MOST_S = 600;

/** Seconds that an answer may be kept: until the next product is due, and hardly at all while one is overdue. */
export function maxAge({ schedule, now, newest }: KeepingContext): number {
  const current = schedule.current(now);
  const isThere = newest === undefined ? now.getTime() - current.getTime() > ALLOWANCE_MS : newest >= slotId(current);
  if (!isThere) return LEAST_S;
  const untilNext = Math.floor((schedule.next(now).getTime() - now.getTime()) / 1000);
  return Math.max(LEAST_S, Math.min(MOST_S, untilNext));
}

export type KeepingContext = {
  readonly schedule: Schedule;
  readonly now: Date;
  readonly isPrivate: boolean;
  /** The newest slot that is known to be complete. */
  readonly newest: string | undefined;
};

/** The Cache-Control of an answer, and Expires for caches that know nothing newer. */
export function keepingHeaders(keeping: Keeping, context: KeepingContext): string[] {
  const { now, isPrivate } = context;
  const whose = isPrivate ? 'private' : 'public';
  if (keeping === 'immutable') return ['cache-control', `${whose}, max-age=31536000, immutable`];
  if (keeping === 'revalidate') return ['cache-control', `${whose}, no-cache`];
  const age = maxAge(context);
  const control = `${whose}, max-age=${age}, stale-while-revalidate=${MOST_S - age}, stale-if-error=86400`;
  return ['cache-control', control, 'expires', new Date(now.getTime() + age * 1000).toUTCString()];
}

/** The value of a Link header; the addresses are ours and hold nothing that needs quoting. */
export function linkHeader(links: readonly Link[]): string {
  return links.map(({ rel, href }) => `<${href}>; rel="${rel}"`).join(', ');
}
