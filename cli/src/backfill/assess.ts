import { productKey, slotId, type Location, type Part } from '@weatherline/events';
import type { Schedule } from '@weatherline/events/schedule';
import type { ObjectInfo } from '@weatherline/runtime';
import { whyNobodyKnows, type Past } from '../past.ts';
import type { StoredProduct } from '../replay/archive.ts';
import type { Gap, ReplayItem } from '../replay/plan.ts';

/** What is known of the slots that a backfill looks at. */
export type Known = {
  /** Products by key. */
  readonly products: ReadonlyMap<string, StoredProduct>;
  /** Archived readings by run. */
  readonly archived: ReadonlyMap<string, readonly { readonly part: Part; readonly info: ObjectInfo }[]>;
  /** How many locations each part of a run was planned with; absent = it was never planned. */
  readonly planned: ReadonlyMap<string, readonly number[]>;
  /** Why a plan that is stored cannot be read, by run. */
  readonly broken: ReadonlyMap<string, string>;
};

export type AssessOptions = {
  readonly now: Date;
  readonly schedule: Schedule;
  readonly locations: readonly Location[];
  readonly partSize: number;
  readonly past: Past | undefined;
};

export type Assessment = {
  readonly items: readonly ReplayItem[];
  readonly gaps: readonly Gap[];
  readonly slots: number;
  readonly missing: number;
};

/** What can be done about each slot: nothing is missing, its readings are archived, somebody can be asked, or it is a gap. */
export function assess(slots: readonly Date[], known: Known, options: AssessOptions): Assessment {
  const items: ReplayItem[] = [];
  const gaps: Gap[] = [];
  let missing = 0;
  for (const slot of slots) {
    const run = slotId(slot);
    const open = partsOf(run, known, options).filter(({ part }) => !isWhole(known, run, part));
    if (open.length > 0) missing += 1;
    const why = known.broken.get(run) ?? whyNot(slot, options);
    const archived = new Map(known.archived.get(run)?.map(({ part, info }) => [nameOf(part), info]));
    let calls = 0;
    for (const { part, locations } of open) {
      const key = productKey(run, part);
      const product = { key, etag: known.products.get(key)?.etag ?? null };
      const info = archived.get(nameOf(part));
      if (info !== undefined) {
        const source = { kind: 'readings', key: info.key, etag: info.etag, bytes: info.size } as const;
        items.push({ run, part, source, product });
      } else if (why === undefined) {
        items.push({ run, part, source: { kind: 'request', calls: locations }, product });
      } else calls += locations;
    }
    if (why !== undefined && calls > 0) gaps.push({ run, part: null, why: `${why} (${calls} locations)` });
  }
  return { items, gaps, slots: slots.length, missing };
}

/** A product without its sidecar is not whole: the run was cut short there. */
function isWhole({ products }: Known, run: string, part: Part): boolean {
  return products.get(productKey(run, part))?.hasMeta === true;
}

type PartOfRun = { readonly part: Part; readonly locations: number };

/** As it was planned; else as it was archived; else as it would be planned now. */
function partsOf(run: string, { planned, archived, products }: Known, options: AssessOptions): PartOfRun[] {
  const sizes = planned.get(run);
  if (sizes !== undefined) return numbered(sizes);
  const [first] = archived.get(run) ?? [];
  if (first !== undefined) return numbered(Array.from({ length: first.part.count }, () => options.partSize));
  // Whoever wrote it planned nothing: what the seed's pipeline left is whole.
  if (products.has(productKey(run, { index: 1, count: 1 }))) return [];
  const { locations, partSize } = options;
  const count = Math.ceil(locations.length / partSize);
  return numbered(Array.from({ length: count }, (_, at) => Math.min(partSize, locations.length - at * partSize)));
}

function numbered(sizes: readonly number[]): PartOfRun[] {
  return sizes.map((locations, at) => ({ part: { index: at + 1, count: sizes.length }, locations }));
}

function nameOf({ index, count }: Part): string {
  return `${index}/${count}`;
}

/** Why nobody is asked about a slot; undefined = somebody is. */
function whyNot(slot: Date, { now, schedule, past }: AssessOptions): string | undefined {
  if (now.getTime() < schedule.next(slot).getTime()) {
    const id = slotId(slot);
    const how = schedule.has(slot) ? id : `${id} --off-schedule`;
    return `the slot has not ended: weatherline trigger --slot ${how} asks for it`;
  }
  if (past === undefined) return 'nobody that knows the past is configured: WEATHERLINE_HISTORY names one';
  return whyNobodyKnows(past, slot, now);
}
