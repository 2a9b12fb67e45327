import type { PartitionLag } from '@weatherline/runtime';
import type { Admin } from 'kafkajs';
import type { Assigned } from './owned-partition.ts';

/** Where a group stands in each partition of a topic, with what it wrote beside its offset. */
export async function positionsOf(admin: Admin, group: string, topic: string): Promise<Assigned[]> {
  const [ends, [fetched]] = await Promise.all([
    admin.fetchTopicOffsets(topic),
    admin.fetchOffsets({ groupId: group, topics: [topic] }),
  ]);
  const committed = new Map(fetched?.partitions.map((position) => [position.partition, position]));
  return ends
    .map(({ partition, low, high }) => {
      const found = committed.get(partition);
      const offset = Number(found?.offset ?? -1);
      return {
        partition,
        earliest: Number(low),
        end: Number(high),
        committed: offset < 0 ? undefined : { offset, metadata: found?.metadata ?? '' },
      };
    })
    .toSorted((one, other) => one.partition - other.partition);
}

export function lagOf({ partition, earliest, end, committed }: Assigned): PartitionLag {
  // What has expired is not waiting any more.
  const from = Math.max(committed?.offset ?? earliest, earliest);
  return { partition, committed: committed?.offset, end, lag: Math.max(0, end - from) };
}
