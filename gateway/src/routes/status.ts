import { instantText, slotId, slotInstant } from '@weatherline/events';
import { operation } from '../contract/operation.ts';
import { Status } from '../contract/schemas.ts';
import { ALLOWANCE_MS, json } from '../http/reply.ts';
import type { RoutePorts } from '../route-ports.ts';
import { ALL_SLOTS, type SlotRange } from '../store/product-index.ts';
import { instantOrNull, type Run } from '../store/runs.ts';
import { freshness, timesOf } from './freshness.ts';

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
  const newest = month.findLast(({ slot }) => slot !== undefined) ?? (await lastBefore(ports, month, slotId(now)));
  const times = await timesOf(month, ports, ALLOWANCE_MS);
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
      met_ratio_24h: freshness(times, now, DAY_MS, target),
      met_ratio_30d: freshness(times, now, 30 * DAY_MS, target),
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

/** The newest run with a product, however old: that a pipeline stands still for a month does not empty the store. */
async function lastBefore({ products, runs }: RoutePorts, month: readonly Run[], to: string): Promise<Run | undefined> {
  // Without a run in memory the store cannot be reached; it is not waited for twice.
  if (month.length === 0) return undefined;
  try {
    for await (const { id } of products.newestSlots({ from: ALL_SLOTS.from, to })) return await runs.find(id);
  } catch {
    // As above: status answers all the same.
  }
  return undefined;
}

export const statusOperations = [status];
