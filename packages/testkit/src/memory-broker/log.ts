import {
  HaltError,
  PermanentError,
  type Committed,
  type LoggedMessage,
  type OutgoingMessage,
  type PartitionLag,
  type ReadFrom,
  startsOf,
  type TopicSpec,
} from '@weatherline/runtime';

const DEFAULT_MAX_BYTES = 1024 * 1024;

type Partition = { messages: LoggedMessage[]; end: number };
type Topic = { readonly spec: TopicSpec; readonly partitions: readonly Partition[] };

/** What a broker keeps, whoever is connected: topics, messages, the positions of groups. */
export class MemoryLog {
  readonly #topics = new Map<string, Topic>();
  readonly #positions = new Map<string, Committed>();

  ensure({ ...spec }: TopicSpec): void {
    const known = this.#topics.get(spec.name);
    if (known === undefined) {
      const partitions = Array.from({ length: spec.partitions }, () => ({ messages: [], end: 0 }));
      this.#topics.set(spec.name, { spec, partitions });
    } else if (known.spec.partitions !== spec.partitions) {
      const found = known.spec.partitions;
      throw new HaltError('TOPIC_MISMATCH', `${spec.name}: expected ${spec.partitions} partitions, found ${found}`);
    }
  }

  /** Returns the partitions that were written to. */
  append(name: string, messages: readonly OutgoingMessage[], now: Date): Set<number> {
    const { spec, partitions } = this.#topic(name);
    const limit = spec.maxMessageBytes ?? DEFAULT_MAX_BYTES;
    const large = messages.find(({ value }) => (value?.length ?? 0) > limit);
    if (large !== undefined) {
      throw new PermanentError('MESSAGE_TOO_LARGE', `${name}, key ${large.key}: expected at most ${limit} bytes`);
    }
    const touched = new Set<number>();
    for (const message of messages) {
      const at = partitionOf(message.key, partitions.length);
      const partition = partitions[at];
      if (partition === undefined) continue;
      touched.add(at);
      if (spec.compacted === true) partition.messages = partition.messages.filter(({ key }) => key !== message.key);
      const place = { topic: name, partition: at, offset: partition.end, timestamp: now.getTime() };
      partition.messages.push({ ...message, ...place });
      partition.end += 1;
    }
    return touched;
  }

  fetch(name: string, partition: number, from: number, limit: number): LoggedMessage[] {
    const messages = this.#topic(name).partitions[partition]?.messages ?? [];
    const first = messages.findLastIndex(({ offset }) => offset < from) + 1;
    return messages.slice(first, first + limit);
  }

  end(name: string, partition: number): number {
    return this.#topic(name).partitions[partition]?.end ?? 0;
  }

  partitionCount(name: string): number {
    return this.#topic(name).partitions.length;
  }

  committed(group: string, topic: string, partition: number): Committed | undefined {
    return this.#positions.get(`${group} ${topic}/${partition}`);
  }

  commit(group: string, topic: string, partition: number, position: Committed): void {
    this.#positions.set(`${group} ${topic}/${partition}`, position);
  }

  lag(group: string, topic: string): PartitionLag[] {
    return this.#topic(topic).partitions.map(({ end }, partition) => {
      const committed = this.committed(group, topic, partition)?.offset;
      return { partition, committed, end, lag: end - (committed ?? 0) };
    });
  }

  /** Up to the end as it is now. */
  *read(topic: string, from: ReadFrom): Generator<LoggedMessage> {
    const since = from !== 'earliest' && 'time' in from ? from.time.getTime() : 0;
    const starts = startsOf(from);
    for (const [at, { messages }] of this.#topic(topic).partitions.entries()) {
      const first = starts === undefined ? 0 : starts.get(at);
      if (first === undefined) continue;
      yield* messages.filter(({ offset, timestamp }) => offset >= first && timestamp >= since);
    }
  }

  #topic(name: string): Topic {
    const topic = this.#topics.get(name);
    if (topic === undefined) throw new HaltError('UNKNOWN_TOPIC', `the topic ${name} does not exist`);
    return topic;
  }
}

/** FNV-1a. Every hash would do, as long as the partition follows from the key alone. */
function partitionOf(key: string, partitions: number): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < key.length; at += 1) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193);
  return ((hash ^ (hash >>> 15)) >>> 0) % partitions;
}
