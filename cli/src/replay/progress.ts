import { SlotId } from '@weatherline/events';
import * as v from 'valibot';

const Count = v.pipe(v.number(), v.integer(), v.minValue(0));
const Instant = v.pipe(v.string(), v.isoTimestamp());

/** What became of a part. */
export const OUTCOMES = [
  'created',
  'replaced',
  'unchanged',
  'kept',
  'incomplete',
  'same',
  'different',
  'conflict',
  'failed',
] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** How many parts ended each way. */
const Counts = v.strictObject({
  created: Count,
  replaced: Count,
  unchanged: Count,
  kept: Count,
  incomplete: v.optional(Count, 0),
  same: Count,
  different: Count,
  conflict: Count,
  failed: Count,
});
export type Counts = v.InferOutput<typeof Counts>;

/** Who runs a replay, until when nobody else may; renewed while it runs. */
export const Holder = v.strictObject({
  who: v.string(),
  host: v.string(),
  pid: Count,
  /** Tells this process from another one with the same pid. */
  nonce: v.string(),
  since: Instant,
  until: Instant,
});
export type Holder = v.InferOutput<typeof Holder>;

/** How far a replay is: every item before `settled` has ended, and is counted. */
export const Progress = v.strictObject({
  schema: v.literal('weatherline.replay-progress/1'),
  replay: v.string(),
  state: v.picklist(['running', 'paused', 'aborted', 'done']),
  /** Grows with each holder: what an earlier one still wants to write is refused. */
  epoch: Count,
  /** The item at which each holder so far began. */
  begins: v.array(Count),
  holder: v.nullable(Holder),
  /** What somebody wants the holder to do. */
  asked: v.nullable(v.picklist(['pause'])),
  settled: Count,
  total: Count,
  records: Count,
  counts: Counts,
  /** Milliseconds in which somebody ran it. */
  active_ms: Count,
  started_at: Instant,
  updated_at: Instant,
});
export type Progress = v.InferOutput<typeof Progress>;

/** A part that did not end as it was meant to. */
export const Finding = v.strictObject({
  index: Count,
  run: SlotId,
  part: v.string(),
  outcome: v.picklist(['different', 'conflict', 'failed', 'incomplete']),
  detail: v.string(),
  /** Of a dead letter. */
  code: v.optional(v.string()),
  dead_letter: v.optional(v.string()),
  /** Where two products differ. */
  locations: v.optional(v.array(v.strictObject({ location: v.string(), fields: v.array(v.string()) }))),
});
export type Finding = v.InferOutput<typeof Finding>;

export const NO_COUNTS: Counts = {
  created: 0,
  replaced: 0,
  unchanged: 0,
  kept: 0,
  incomplete: 0,
  same: 0,
  different: 0,
  conflict: 0,
  failed: 0,
};
