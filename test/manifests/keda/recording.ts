import { readFileSync } from 'node:fs';
import * as v from 'valibot';

const Sample = v.object({
  /** Milliseconds since the recording began. */
  at: v.number(),
  /** By topic: of each partition what its group has committed (-1 = nothing yet) and where it ends. */
  topics: v.record(v.string(), v.object({ committed: v.array(v.number()), end: v.array(v.number()) })),
});
export type Sample = v.InferOutput<typeof Sample>;

const Recording = v.object({ name: v.string(), made: v.string(), samples: v.array(Sample) });
/** Lag as it was while the chain worked; made by record.ts. */
export type Recording = v.InferOutput<typeof Recording>;

export type RecordingName = 'slot-of-100' | 'slot-of-5000' | 'outage' | 'replay-of-a-year';

export function recordingOf(name: RecordingName): Recording {
  return v.parse(Recording, JSON.parse(readFileSync(new URL(`recorded/${name}.json`, import.meta.url), 'utf8')));
}
