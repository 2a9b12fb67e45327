import type { ScalerSettings } from './scaled-objects.ts';

/** One partition as the brokers tell KEDA of it. */
export type PartitionView = {
  /** What the group has committed; undefined = nothing, or forgotten. */
  readonly committed: number | undefined;
  /** The first offset that is still kept, and the one that comes next. */
  readonly start: number;
  readonly end: number;
};

export type Answer = {
  /** What the HPA is told: the total lag, cut to what partitions can use. */
  readonly metric: number;
  /** Does KEDA wake the workload, or keep it awake? */
  readonly isActive: boolean;
};

/**
 * KEDA before 2.21 counts what retention has deleted as lag of a partition without a position; from kedacore/keda#7937 on
 * only what is kept. Ours must hold with both: the model is asked with each.
 */
export type DeletedEvents = 'counted' | 'left out';

/** kedacore/keda 2.21, pkg/scalers/kafka_scaler.go: getLagForPartition, without excludePersistentLag, which we do not set. */
export function lagForPartition(
  { committed, start, end }: PartitionView,
  policy: 'earliest' | 'latest',
  deleted: DeletedEvents,
): number {
  if (committed !== undefined) return end - committed;
  // latest: 1 for every partition without a position, whether there are events or not.
  if (policy === 'latest') return 1;
  return deleted === 'counted' ? end : end - start;
}

/** The same file: getTotalLag and GetMetricsAndActivity, for `allowIdleConsumers` and `limitToPartitionsWithLag` unset. */
export function askScaler(
  partitions: readonly PartitionView[],
  { triggers: [{ metadata }] }: ScalerSettings,
  deleted: DeletedEvents,
): Answer {
  const { lagThreshold, activationLagThreshold, offsetResetPolicy } = metadata;
  const total = partitions.reduce((sum, one) => sum + lagForPartition(one, offsetResetPolicy, deleted), 0);
  // Go divides whole numbers: the rest is dropped.
  const isBeyond = Math.floor(total / lagThreshold) > partitions.length;
  return {
    metric: isBeyond ? partitions.length * lagThreshold : total,
    isActive: total > activationLagThreshold,
  };
}
