import * as v from 'valibot';
import { Finding, Holder, OUTCOMES } from '../replay/progress.ts';

const Count = v.pipe(v.number(), v.integer(), v.minValue(0));
const Id = v.pipe(
  v.string(),
  v.regex(/^[0-9a-f]{12}$/),
  v.description('the first 12 characters of the hash of its plan'),
);
const Counts = v.pipe(
  v.strictObject(v.entriesFromList(OUTCOMES, Count)),
  v.description('parts by what became of them; same and different are those of verify'),
);
const Gap = v.strictObject({ run: v.string(), part: v.nullable(v.string()), why: v.string() });

/** `replay plan --json`: what would be done; the plan itself is stored in full. */
export const ReplayPlanned = v.strictObject({
  replay: Id,
  hash: v.pipe(v.string(), v.description('SHA-256 of the stored plan; replay run --plan takes it')),
  key: v.pipe(v.string(), v.description('where the plan is stored')),
  kind: v.picklist(['replay', 'backfill']),
  mode: v.picklist(['fill', 'replace', 'verify']),
  stage: v.picklist(['fetch', 'transform', 'upload']),
  totals: v.strictObject({ runs: Count, parts: Count, bytes: Count, calls: Count }),
  existing: v.pipe(Count, v.description('parts that had a product when the plan was made')),
  first_run: v.nullable(v.string()),
  last_run: v.nullable(v.string()),
  estimate_seconds: Count,
  gaps: v.pipe(v.array(Gap), v.description('what was asked for and cannot be had')),
});
export type ReplayPlanned = v.InferOutput<typeof ReplayPlanned>;

/** `replay run`, `resume`, `pause`, `abort`, `verify` and `status ID` with --json: how a replay stands. */
export const ReplayShown = v.strictObject({
  replay: Id,
  kind: v.picklist(['replay', 'backfill']),
  mode: v.picklist(['fill', 'replace', 'verify']),
  stage: v.picklist(['fetch', 'transform', 'upload']),
  state: v.picklist(['planned', 'running', 'stalled', 'paused', 'aborted', 'done']),
  planned_at: v.string(),
  planned_by: v.string(),
  reason: v.nullable(v.string()),
  holder: v.nullable(Holder),
  epoch: Count,
  settled: v.pipe(Count, v.description('parts that have ended, in the order of the plan')),
  total: Count,
  records: Count,
  counts: Counts,
  seconds: v.pipe(v.number(), v.description('in which somebody ran it')),
  records_per_second: v.number(),
  findings: v.pipe(v.array(Finding), v.description('parts that did not end as they were meant to')),
  findings_left_out: v.pipe(Count, v.description('--limit shows more')),
  gaps: v.array(Gap),
});
export type ReplayShown = v.InferOutput<typeof ReplayShown>;

/** `backfill --dry-run --json`, or when there is nothing to do: what would be done, and what it takes. */
export const BackfillAssessed = v.strictObject({
  slots: v.pipe(Count, v.description('of the range')),
  missing: v.pipe(Count, v.description('slots without a product, or without all of it')),
  parts: v.strictObject({
    archived: v.pipe(Count, v.description('made again from archived readings')),
    asked: v.pipe(Count, v.description('asked of the provider')),
  }),
  provider: v.nullable(v.string()),
  cost: v.strictObject({
    calls: Count,
    free_calls_a_day: v.pipe(v.nullable(Count), v.description('null = all calls are free')),
    at_once: v.pipe(
      v.nullable(v.strictObject({ amount: v.number(), currency: v.string() })),
      v.description('when all calls are made on one day; null = nothing'),
    ),
    days_within_free: Count,
    minutes: v.pipe(Count, v.description('at what the key allows')),
  }),
  gaps: v.array(Gap),
});
export type BackfillAssessed = v.InferOutput<typeof BackfillAssessed>;

/** `replay status --json` without an id. */
export const ReplayList = v.strictObject({
  items: v.array(v.omit(ReplayShown, ['findings', 'findings_left_out', 'gaps'])),
});
export type ReplayList = v.InferOutput<typeof ReplayList>;
