import { parsePlanKey, parseProductKey, PRODUCT_PREFIX, slotId } from '@weatherline/events';
import type { Schedule } from '@weatherline/events/schedule';
import type { ObjectInfo, ObjectReader } from '@weatherline/runtime';
import { objectsBetween, type SlotRange } from './key-range.ts';

/** What the names in the store say of one slot. */
export type IndexedRun = {
  readonly id: string;
  readonly plan: ObjectInfo | undefined;
  /** The products of its parts in their order, each with its sidecar: a part without one is not whole. */
  readonly parts: readonly StoredPart[];
  /** How many parts its products say there are; 0 = there is none. */
  readonly expected: number;
};

export type StoredPart = {
  readonly index: number;
  readonly product: ObjectInfo;
  readonly meta: ObjectInfo | undefined;
};

export const PLAN_PREFIX = 'weather-runs/';

/** The slot of the oldest plan: keys sort by time, so it is the first of them. */
export async function oldestPlanned(store: Pick<ObjectReader, 'list'>): Promise<string | undefined> {
  const { objects } = await store.list({ prefix: PLAN_PREFIX, limit: 10 });
  return objects.map(({ key }) => parsePlanKey(key)).find((id) => id !== undefined);
}

/** Every run of a range, newest first; slots that the schedule has and the store has not are there without anything. */
export async function runsBetween(
  store: Pick<ObjectReader, 'list'>,
  range: SlotRange,
  scheduled: readonly string[],
): Promise<IndexedRun[]> {
  const [plans, products] = await Promise.all([
    Array.fromAsync(objectsBetween(store, PLAN_PREFIX, range)),
    Array.fromAsync(objectsBetween(store, PRODUCT_PREFIX, range)),
  ]);
  const planOf = new Map(plans.map((info) => [parsePlanKey(info.key), info]));
  const productsOf = Map.groupBy(products, ({ key }) => parseProductKey(key)?.runId);
  const ids = new Set([...scheduled, ...planOf.keys(), ...productsOf.keys()]);
  return [...ids]
    .filter((id) => id !== undefined)
    .toSorted()
    .toReversed()
    .map((id) => indexed(id, planOf.get(id), productsOf.get(id) ?? []));
}

function indexed(id: string, plan: ObjectInfo | undefined, objects: readonly ObjectInfo[]): IndexedRun {
  const products = new Map<number, ObjectInfo>();
  const sidecars = new Map<number, ObjectInfo>();
  let expected = 0;
  for (const info of objects) {
    const named = parseProductKey(info.key);
    if (named === undefined) continue;
    (named.kind === 'product' ? products : sidecars).set(named.part.index, info);
    if (named.kind === 'product') expected = Math.max(expected, named.part.count);
  }
  const parts = [...products]
    .toSorted(([one], [other]) => one - other)
    .map(([index, product]) => ({ index, product, meta: sidecars.get(index) }));
  return { id, plan, parts, expected };
}

/** Slots of the schedule in windows, newest first, each about `size` slots long and twice as long as the one before. */
export function* slotWindows(
  schedule: Schedule,
  { from, to, size }: { readonly from: Date; readonly to: Date; readonly size: number },
): Generator<{ readonly range: SlotRange; readonly slots: readonly string[] }> {
  let end = to;
  for (let length = size; end >= from; length = Math.min(length * 2, MOST_IN_A_WINDOW)) {
    const slots: string[] = [];
    let start = new Date(end.getTime() + 1000);
    while (slots.length < length) {
      start = schedule.previous(start);
      if (start < from) break;
      slots.push(slotId(start));
    }
    const isLast = start <= from;
    const first = isLast ? from : start;
    yield { range: { from: slotId(first), to: slotId(end) }, slots };
    if (isLast) return;
    end = new Date(first.getTime() - 1000);
  }
}

const MOST_IN_A_WINDOW = 2_000;
