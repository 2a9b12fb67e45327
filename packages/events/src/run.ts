import * as v from 'valibot';
import { SlotId, SlotInstant } from './slot.ts';

/** Which pass of the chain an event belongs to. */
export const Run = v.looseObject({
  id: SlotId,
  slot: SlotInstant,
  reason: v.picklist(['schedule', 'manual', 'backfill', 'replay']),
});
export type Run = v.InferOutput<typeof Run>;

/** The share of a run's locations that one event carries; `index` counts from 1. */
export const Part = v.looseObject({
  index: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(99_999)),
  count: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(99_999)),
});
export type Part = v.InferOutput<typeof Part>;

/** Present on replays only: what upload may do with a product that exists. */
export const Replay = v.looseObject({
  id: v.string(),
  mode: v.picklist(['fill', 'replace', 'verify']),
  ifMatch: v.optional(v.string()),
});
export type Replay = v.InferOutput<typeof Replay>;

/** `00001-of-00001`: how a part is always spelt in ids and subjects. */
export function partName({ index, count }: Part): string {
  return `${String(index).padStart(5, '0')}-of-${String(count).padStart(5, '0')}`;
}
