import type { Schedule } from '@weatherline/events/schedule';
import { readDeadLetters, type DeadLetter } from '../dead-letters.ts';
import type { Installation } from '../installation.ts';
import type { RunListed, RunState } from '../results/runs.ts';
import { inParallel } from './in-parallel.ts';
import { oldestPlanned, runsBetween, slotWindows, type IndexedRun } from './run-index.ts';
import { lettersOfParts, type RunLetter } from './run-letters.ts';
import { readRun, summaryOf, wholeParts } from './run-summary.ts';
import { slotInstantOf } from './slot.ts';

export type Listing = {
  readonly limit: number;
  readonly now: Date;
  readonly schedule: Schedule;
  /** Default: the oldest run that was planned. */
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
  readonly state?: RunState | undefined;
  /** Is told of what cannot be read. */
  readonly warn?: (text: string) => void;
};

const AT_ONCE = 8;
const SLOTS_SEARCHED_AT_ONCE = 500;

/** Runs newest first, and the slots that nobody asked for among them; reads no further back than it must. */
export async function listedRuns(
  { log, store }: Pick<Installation, 'log' | 'store'>,
  { limit, now, schedule, from, to = now, state, warn }: Listing,
): Promise<RunListed[]> {
  const oldest = from ?? (await oldestInstant(store));
  if (oldest === undefined) return [];
  const { letters } = await readDeadLetters(log);
  const byRun = Map.groupBy(letters, ({ run }) => run);
  const listed: RunListed[] = [];
  const end = to < now ? to : now;
  // What is looked for may lie far back: a long window costs fewer requests than many short ones.
  const size = state === undefined ? limit : Math.max(limit, SLOTS_SEARCHED_AT_ONCE);
  for (const { range, slots } of slotWindows(schedule, { from: oldest, to: end, size })) {
    const runs = (await runsBetween(store, range, slots)).filter((run) => mayBe(run, state));
    for (let at = 0; at < runs.length && listed.length < limit; at += AT_ONCE) {
      const known = await inParallel(runs.slice(at, at + AT_ONCE), AT_ONCE, async (run) => readRun(store, run));
      for (const one of known) {
        if (one.broken !== undefined) warn?.(one.broken.message);
        const ofRun = await runLetters(log, one.run, byRun.get(one.run.id) ?? []);
        const summary = summaryOf(one, ofRun, now);
        if (state === undefined || summary.state === state) listed.push(summary);
      }
    }
    if (listed.length >= limit) break;
  }
  return listed.slice(0, limit);
}

async function oldestInstant(store: Installation['store']): Promise<Date | undefined> {
  const id = await oldestPlanned(store);
  return id === undefined ? undefined : slotInstantOf(id);
}

/** Which parts they stopped matters only where a part is not there. */
async function runLetters(
  log: Installation['log'],
  run: IndexedRun,
  letters: readonly DeadLetter[],
): Promise<RunLetter[]> {
  const isWhole = run.expected > 0 && wholeParts(run).length === run.expected;
  if (isWhole || letters.length < 2) return letters.map((letter) => ({ letter, part: null, replay: null }));
  return lettersOfParts(log, letters);
}

/** Can a run be in this state, by the names in the store alone? What cannot is not read. */
function mayBe(run: IndexedRun, state: RunState | undefined): boolean {
  const isKnown = run.plan !== undefined || run.parts.length > 0;
  const isWhole = run.expected > 0 && wholeParts(run).length === run.expected;
  switch (state) {
    case undefined:
      return true;
    case 'missing':
      return !isKnown;
    case 'complete':
      return isWhole;
    case 'open':
    case 'failed':
      return isKnown && !isWhole;
    case 'partial':
      return run.parts.length > 0;
    default:
      return state satisfies never;
  }
}
