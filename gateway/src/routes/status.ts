import { instantText, slotId, slotInstant } from '@weatherline/events';
import { operation } from '../contract/operation.ts';
import { Status } from '../contract/schemas.ts';
import { json } from '../http/reply.ts';
import type { RoutePorts } from '../route-ports.ts';
import type { SlotRange } from '../store/product-index.ts';
import { instantOrNull, type Run } from '../store/runs.ts';

/** How long after its slot a product may come and still be in time (the freshness objective). */
const ALLOWANCE_MS = 20 * 60_000;
const DAY_MS = 86_400_000;

export type Standing = {
  /** `due`: the current slot has no whole product yet, and is still within its allowance. */
  readonly state: 'empty' | 'ok' | 'due' | 'stale';
  /** When it becomes stale if nothing new is stored. */
  readonly until: Date;
};

export type StandingQuery = {
  readonly now: Date;
  readonly current: Date;
  readonly next: Date;
  readonly newest: { readonly slot: Date; readonly complete: boolean } | undefined;
};

/** How the newest product stands to the schedule: one judgement for the status and for the pages. */
export function standingOf({ now, current, next, newest }: StandingQuery): Standing {
  const allowed = new Date(current.getTime() + ALLOWANCE_MS);
  if (newest === undefined) return { state: 'empty', until: allowed };
  const isBehind = newest.slot.getTime() < current.getTime();
  const periodMs = next.getTime() - current.getTime();
  const until = new Date(newest.slot.getTime() + periodMs + ALLOWANCE_MS);
  const isWanting = isBehind || !newest.complete;
  if ((isWanting && now > allowed) || now > until) return { state: 'stale', until };
  return isWanting ? { state: 'due', until: until < allowed ? until : allowed } : { state: 'ok', until };
}

const status = operation({
  id: 'getStatus',
  route: '/v1/status',
  tag: 'service',
  summary: 'How fresh the newest product is, when the next is due, whether the store can be read',
  path: {},
  query: {},
  formats: ['json'],
  answers: [{ status: 200, description: 'The state of things', content: { 'application/json': Status } }],
  problems: ['unknown-parameter'],
  async handle(_, ports) {
    return json(await statusOf(ports), { keeping: 'revalidate' });
  },
});

/** What the banner of the page says as well. */
export async function statusOf(ports: RoutePorts): Promise<Record<string, unknown>> {
  const { clock, schedule, runs, storeHealth, version } = ports;
  const now = clock.now();
  const month = await known(runs, { from: slotId(new Date(now.getTime() - 30 * DAY_MS)), to: slotId(now) });
  const newest = month.findLast(({ slot }) => slot !== undefined);
  // After the reading, which may have found out.
  const { failingSince, lastSuccess } = storeHealth();
  const current = schedule.current(now);
  const next = schedule.next(now);
  const periodMs = next.getTime() - current.getTime();
  const newestSlot = newest === undefined ? undefined : slotInstant(newest.id);
  const standing = standingOf({
    now,
    current,
    next,
    newest: newestSlot === undefined ? undefined : { slot: newestSlot, complete: newest?.state === 'complete' },
  });
  const target = periodMs + ALLOWANCE_MS;
  const week = slotId(new Date(now.getTime() - 7 * DAY_MS));
  return {
    status: failingSince !== undefined ? 'degraded' : standing.state === 'due' ? 'ok' : standing.state,
    latest:
      newest === undefined || newestSlot === undefined
        ? null
        : {
            id: newest.id,
            age_seconds: Math.max(0, Math.floor((now.getTime() - newestSlot.getTime()) / 1000)),
            complete: newest.state === 'complete',
            produced_at: instantOrNull(newest.producedAt),
          },
    next_expected_at: instantText(next),
    freshness: {
      target_seconds: Math.floor(target / 1000),
      met_ratio_24h: freshness(month, now, DAY_MS, target),
      met_ratio_30d: freshness(month, now, 30 * DAY_MS, target),
    },
    missing_7d: month.filter(({ id, state }) => state === 'missing' && id >= week).map(({ id }) => id),
    store: {
      status: failingSince === undefined ? 'ok' : 'unreachable',
      failing_since: instantOrNull(failingSince),
      last_read_at: instantOrNull(lastSuccess),
    },
    version,
  };
}

/** The runs of a range; none while the store cannot be reached and nothing is in memory: status answers all the same. */
async function known(runs: RoutePorts['runs'], range: SlotRange): Promise<readonly Run[]> {
  try {
    return await runs.between(range);
  } catch {
    return [];
  }
}

/**
 * The share of the span in which the newest product was younger than the target, from when each was stored. The span
 * begins with the first product that there is; without any the share is null. A product that a replay stored again
 * counts from its slot's own time in the schedule only when it was stored late.
 */
export function freshness(runs: readonly Run[], now: Date, spanMs: number, targetMs: number): number | null {
  const made = runs.flatMap(({ id, producedAt }) => {
    const slot = slotInstant(id);
    return producedAt === undefined || slot === undefined ? [] : [{ slot: slot.getTime(), at: producedAt.getTime() }];
  });
  const first = made[0];
  if (first === undefined) return null;
  const start = Math.max(now.getTime() - spanMs, Math.min(first.at, now.getTime()));
  // From the moment it is stored until it is too old, each product keeps the reader fresh.
  const spans = made
    .map(({ slot, at }) => ({ from: Math.max(at, start), to: Math.min(slot + targetMs, now.getTime()) }))
    .filter(({ from, to }) => to > from)
    .toSorted((a, b) => a.from - b.from);
  let covered = 0;
  let end = start;
  for (const { from, to } of spans) {
    covered += Math.max(0, to - Math.max(from, end));
    end = Math.max(end, to);
  }
  const whole = now.getTime() - start;
  return whole <= 0 ? 1 : Math.round((covered / whole) * 10_000) / 10_000;
}

export const statusOperations = [status];
