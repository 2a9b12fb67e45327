import * as v from 'valibot';
import { instant, oneOf, text, whole } from './fields.ts';

const POSITION = {
  committed: v.nullable(whole('The offset up to which it is done; null = the group has committed nothing yet')),
  end: whole('The offset at which the next event will lie'),
  lag: whole('How many events are left to do'),
};

export const PartitionPosition = v.strictObject({ partition: whole('The partition'), ...POSITION });
export type PartitionPosition = v.InferOutput<typeof PartitionPosition>;

export const GroupPosition = v.strictObject({
  group: text('The consumer group'),
  function: text('The function'),
  lane: oneOf(['live', 'replay'], 'The lane'),
  topic: text('The topic that it reads'),
  ...POSITION,
  partitions: v.optional(v.pipe(v.array(PartitionPosition), v.description('With --partitions: each of them'))),
});
export type GroupPosition = v.InferOutput<typeof GroupPosition>;

const items = v.pipe(
  v.array(GroupPosition),
  v.description('In the order of the chain; numbers are sums over partitions'),
);

export const Lag = v.strictObject({ items });
export type Lag = v.InferOutput<typeof Lag>;

export const LagWatched = v.strictObject({ at: instant('When it was looked at'), items });
export type LagWatched = v.InferOutput<typeof LagWatched>;
