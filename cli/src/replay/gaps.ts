import { partName } from '@weatherline/events';
import type { ObjectReader } from '@weatherline/runtime';
import { plannedRuns, type SlotRange } from './archive.ts';
import type { Gap, ReplayItem, Selection } from './plan.ts';

const WHY = 'no readings are archived';

/** What was selected and is not archived: runs that were named or planned, and parts of runs that are there in part. */
export async function archiveGaps(
  store: ObjectReader,
  range: SlotRange,
  archived: readonly ReplayItem[],
  { runs }: Pick<Selection, 'runs'>,
): Promise<Gap[]> {
  const byRun = Map.groupBy(archived, ({ run }) => run);
  const wanted = new Set(runs);
  for await (const run of plannedRuns(store, range)) if (runs.length === 0) wanted.add(run);
  const lost = [...wanted].filter((run) => !byRun.has(run)).map((run): Gap => ({ run, part: null, why: WHY }));
  const broken = [...byRun].flatMap(([run, items]) => lostParts(items).map((part): Gap => ({ run, part, why: WHY })));
  return [...lost, ...broken].toSorted((one, other) => (one.run < other.run ? -1 : one.run > other.run ? 1 : 0));
}

/** A run that was split anew is whole when one of its splits is. */
function lostParts(items: readonly ReplayItem[]): string[] {
  const splits = [...Map.groupBy(items, ({ part }) => part.count)];
  const [[count, some] = [0, []]] = splits;
  if (splits.some(([parts, found]) => found.length === parts)) return [];
  const there = new Set(some.map(({ part }) => part.index));
  const all = Array.from({ length: count }, (_, at) => at + 1);
  return all.filter((index) => !there.has(index)).map((index) => partName({ index, count }));
}
