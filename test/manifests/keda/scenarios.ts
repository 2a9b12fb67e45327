import type { RecordingName } from './recording.ts';
import { recordingOf, type Sample } from './recording.ts';
import type { PartitionView } from './scaler.ts';
import type { Arrival, Outcome, World } from './world.ts';

export const PARTITIONS = 12;
/** When the first event comes: long after the controllers have started. */
export const START = 600;

/** A group and a topic that nobody has used yet. */
export function untouched(): PartitionView[] {
  return Array.from({ length: PARTITIONS }, () => ({ committed: undefined, start: 0, end: 0 }));
}

/** A world in which nothing arrives; a pod starts in 20 s on a warm node, and a rebalance takes 3 s. */
export const QUIET: World = {
  partitions: untouched(),
  arrivals: [],
  rate: 2,
  startSeconds: 20,
  rebalanceSeconds: 3,
  deleted: 'counted',
  phases: { poll: 0, sync: 0 },
  seconds: 3_600,
};

/** Two phases of the controllers that are as unlike as can be: they start whenever their processes did. */
export const PHASES = [
  { poll: 0, sync: 0 },
  { poll: 1, sync: 0 },
  { poll: 7, sync: 11 },
  { poll: 29, sync: 1 },
];

/** What arrived in a recording, second by second, from `from` on. */
export function arrivalsOf(name: RecordingName, topic: string, from: number): Arrival[] {
  const arrivals: Arrival[] = [];
  let before: readonly number[] = [];
  let began: number | undefined;
  for (const { at, topics } of recordingOf(name).samples) {
    const end = topics[topic]?.end ?? [];
    for (const [partition, offset] of end.entries()) {
      const count = offset - (before[partition] ?? 0);
      if (count === 0) continue;
      began ??= at;
      arrivals.push({ at: from + Math.floor((at - began) / 1000), partition, count });
    }
    before = end;
  }
  return arrivals;
}

/** How many events a second one process handled while it was recorded, from the first that came to the last commit. */
export function rateOf(name: RecordingName, topic: string): number {
  const seen = recordingOf(name).samples.filter(({ topics }) => topic in topics);
  const sum = (offsets: readonly number[] = []): number => offsets.reduce((all, one) => all + Math.max(0, one), 0);
  const last = seen.find(({ topics }) => sum(topics[topic]?.committed) === sum(seen.at(-1)?.topics[topic]?.end));
  const seconds = ((last?.at ?? 0) - (seen[0]?.at ?? 0)) / 1000;
  return sum(last?.topics[topic]?.end) / seconds;
}

/** What the brokers said of a topic at a moment of a recording. */
export function viewAt(samples: readonly Sample[], topic: string, ms: number): PartitionView[] {
  const sample = samples.findLast(({ at }) => at <= ms) ?? samples[0];
  const { committed = [], end = [] } = sample?.topics[topic] ?? {};
  return end.map((offset, at) => {
    const position = committed[at] ?? -1;
    return { committed: position < 0 ? undefined : position, start: 0, end: offset };
  });
}

/** How often replicas rise soon after they fell although nothing had arrived: each would be a flap. */
export function flapsOf({ changes }: Outcome, arrivals: readonly Arrival[]): number {
  return changes.filter(({ at, from, to }, index) => {
    const before = changes[index - 1];
    const isRise = to > from && before !== undefined && before.to < before.from;
    return isRise && !arrivals.some((one) => one.at > before.at && one.at <= at);
  }).length;
}

export function countOf(arrivals: readonly Arrival[]): number {
  return arrivals.reduce((sum, { count }) => sum + count, 0);
}
