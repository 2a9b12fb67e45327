import type { ObjectReader } from '@weatherline/runtime';
import { BrokenPlan, readPlan, type Plan } from '../plan.ts';
import type { RunListed, RunState } from '../results/runs.ts';
import { inParallel } from './in-parallel.ts';
import type { IndexedRun, StoredPart } from './run-index.ts';
import { indexOf, type RunLetter } from './run-letters.ts';
import { stateOf } from './run-state.ts';

/** A list looks into the products of a run of so many parts; `show` looks into all of them. */
export const MOST_PARTS_LISTED = 20;
const AT_ONCE = 16;

export type Head = NonNullable<Awaited<ReturnType<ObjectReader['head']>>>;
export type StoredHead = StoredPart & { readonly head: Head };

/** A run with its plan and what its products say of themselves. */
export type KnownRun = {
  readonly run: IndexedRun;
  readonly plan: Plan | undefined;
  /** Why there is no plan though something is stored in its place. */
  readonly broken?: BrokenPlan | undefined;
  /** Undefined = too many were not looked into. */
  readonly heads: readonly StoredHead[] | undefined;
};

export async function readRun(store: ObjectReader, run: IndexedRun, mostParts = MOST_PARTS_LISTED): Promise<KnownRun> {
  const { plan, broken } = run.plan === undefined ? {} : await planIn(store, run.id);
  if (run.parts.length > mostParts) return { run, plan, broken, heads: undefined };
  const found = await inParallel(run.parts, AT_ONCE, async (part) => {
    const head = await store.head(part.product.key);
    return head === undefined ? [] : [{ ...part, head }];
  });
  return { run, plan, broken, heads: found.flat() };
}

/** One plan that cannot be read does not hide the other runs, nor what its products say. */
async function planIn(store: ObjectReader, id: string): Promise<Partial<Pick<KnownRun, 'plan' | 'broken'>>> {
  try {
    return { plan: await readPlan(store, id) };
  } catch (error) {
    if (error instanceof BrokenPlan) return { broken: error };
    throw error;
  }
}

/** What lists say of a run. */
export function summaryOf({ run, plan, heads }: KnownRun, letters: readonly RunLetter[], now: Date): RunListed {
  const whole = wholeParts(run);
  const failed = heads?.reduce((sum, { head }) => sum + numberOf(head.metadata['failures'], 0), 0);
  const revision = heads === undefined || heads.length === 0 ? null : Math.max(...heads.map(revisionOf));
  const requestedAt = run.plan?.lastModified;
  const storedAt = storedAtOf(run);
  const parts = plan?.parts.length ?? (run.expected === 0 ? null : run.expected);
  return {
    run: run.id,
    state: stateOfRun({ run, plan, heads }, letters, now),
    reason: plan?.run.reason ?? heads?.[0]?.head.metadata['reason'] ?? null,
    parts,
    stored: whole.length,
    locations: plan === undefined ? null : plan.parts.reduce((sum, part) => sum + part.length, 0),
    failed_locations: run.parts.length === 0 ? 0 : (failed ?? null),
    revision,
    requested_at: requestedAt === undefined ? null : requestedAt.toISOString(),
    stored_at: storedAt === undefined ? null : storedAt.toISOString(),
    duration_ms: durationOf(requestedAt, parts === whole.length ? storedAt : undefined, revision),
    dead_letters: letters.length,
  };
}

function stateOfRun({ run, plan, heads }: KnownRun, letters: readonly RunLetter[], now: Date): RunState {
  const whole = new Set(wholeParts(run).map(({ index }) => index));
  const absent = letters.filter(({ part }) => part === null || !whole.has(indexOf(part)));
  return stateOf(
    {
      isKnown: run.plan !== undefined || run.parts.length > 0,
      stored: whole.size,
      // Whatever its plan says, it has a part.
      expected: plan?.parts.length ?? Math.max(1, run.expected),
      failedLocations: heads?.reduce((sum, { head }) => sum + numberOf(head.metadata['failures'], 0), 0) ?? 0,
      setAside: new Set(absent.map(({ part, letter }) => part ?? letter.id)).size,
      requestedAt: run.plan?.lastModified,
    },
    now,
  );
}

/** The sidecar is written last: with it a part is whole. Another pipeline, which has no plans, writes none. */
export function wholeParts({ plan, parts }: IndexedRun): readonly StoredPart[] {
  return plan === undefined ? parts : parts.filter(({ meta }) => meta !== undefined);
}

function storedAtOf({ parts }: IndexedRun): Date | undefined {
  if (parts.length === 0) return undefined;
  return new Date(Math.max(...parts.map(({ product, meta = product }) => meta.lastModified.getTime())));
}

/** A product that was replaced says when that was, no longer how long the run took. */
function durationOf(requested: Date | undefined, stored: Date | undefined, revision: number | null): number | null {
  if (requested === undefined || stored === undefined || (revision ?? 0) > 0) return null;
  const took = Math.round(stored.getTime() - requested.getTime());
  return took < 0 ? null : took;
}

export function revisionOf({ head }: Pick<StoredHead, 'head'>): number {
  return numberOf(head.metadata['revision'], 0);
}

export function numberOf(text: string | undefined, otherwise: number): number {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : otherwise;
}
