import { groupOf, ReadingsFetched, RecordsTransformed, RunRequested, topicOf, type Lane } from '@weatherline/events';
import type { LogReader, PartitionLag } from '@weatherline/runtime';

/** A consumer group of the chain and the topic that it reads. */
export type ChainGroup = {
  readonly function: string;
  readonly lane: Lane;
  readonly group: string;
  readonly topic: string;
};

export const LANES: readonly Lane[] = ['live', 'replay'];

const INPUTS = [
  ['fetch', RunRequested],
  ['transform', ReadingsFetched],
  ['upload', RecordsTransformed],
] as const;

/** Every group of the chain: lane by lane, each in the order in which events pass. */
export const CHAIN_GROUPS: readonly ChainGroup[] = LANES.flatMap((lane) =>
  INPUTS.map(([name, input]) => ({
    function: name,
    lane,
    group: groupOf(name, lane),
    topic: topicOf(input, lane),
  })),
);

/** Has every group handled all there is? Asked in the order of the chain: what one has finished, the next has got. */
export async function isIdle(log: Pick<LogReader, 'lag'>): Promise<boolean> {
  for (const { group, topic } of CHAIN_GROUPS) {
    if (sumOf(await log.lag(group, topic)) > 0) return false;
  }
  return true;
}

export function sumOf(partitions: readonly PartitionLag[]): number {
  return partitions.reduce((sum, { lag }) => sum + lag, 0);
}
