import { instantText } from '@weatherline/events';
import { systemClock } from '@weatherline/runtime';
import type { Installation } from '../installation.ts';
import { version } from '../version.ts';
import { audit } from './audit.ts';
import { storePlan, type ReplayItem, type ReplayPlan, type StoredPlan } from './plan.ts';
import { whoAmI } from './who.ts';

/** What one machine does of parts of 50 in a second, so that nobody is promised too much. */
const PARTS_A_SECOND = 100;

/** What is decided about a plan; the rest follows. */
export type Planned = Pick<
  ReplayPlan,
  'kind' | 'mode' | 'stage' | 'selection' | 'reason' | 'request' | 'items' | 'gaps'
> & {
  readonly now: Date;
  /** How long the provider's calls take; default: there are none. */
  readonly minutesOfCalls?: number;
};

/** Stores a plan, and who made it. */
export async function keepPlan(installation: Installation, planned: Planned): Promise<StoredPlan> {
  const { now, minutesOfCalls = 0, ...decided } = planned;
  const { items } = decided;
  const stored = await storePlan(installation, {
    ...decided,
    schema: 'weatherline.replay-plan/1',
    planned_at: instantText(now),
    planned_by: whoAmI(),
    version: version(),
    totals: totalsOf(items),
    estimate_seconds: Math.ceil(items.length / PARTS_A_SECOND) + minutesOfCalls * 60,
  });
  const { id, hash } = stored;
  await audit({ ...installation, clock: systemClock }, id, 'planned', { hash, parts: items.length });
  return stored;
}

export function totalsOf(items: readonly ReplayItem[]): ReplayPlan['totals'] {
  const totals = { runs: new Set(items.map(({ run }) => run)).size, parts: items.length, bytes: 0, calls: 0 };
  for (const { source } of items) {
    if (source.kind === 'request') totals.calls += source.calls;
    else totals.bytes += source.bytes;
  }
  return totals;
}
