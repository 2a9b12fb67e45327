import { deadLetterTopicOf, EVENTS, topicOf, type Lane } from '@weatherline/events';
import type { TopicSpec } from './ports.ts';

const DAY_MS = 86_400_000;
const MIB = 1024 * 1024;
const LANES: readonly Lane[] = ['live', 'replay'];

/** Every topic of the catalogue, on both lanes, with its dead letters. */
export const TOPICS: readonly TopicSpec[] = EVENTS.flatMap((event) =>
  LANES.flatMap((lane) => {
    const name = topicOf(event, lane);
    return [
      // The headers travel beside the 1 MiB of data.
      { name, partitions: 12, retentionMs: 14 * DAY_MS, maxMessageBytes: MIB + 16_384 },
      { name: deadLetterTopicOf(name), partitions: 12, compacted: true, maxMessageBytes: 4 * MIB },
    ];
  }),
);
