import { startsOf, type LoggedMessage, type ReadFrom } from '@weatherline/runtime';
import OffsetManager from 'kafkajs/src/consumer/offsetManager/index.js';
import type { Admin, EachBatchPayload, Kafka } from 'kafkajs';
import { assignerWith } from './assigner.ts';
import { brokerError } from './errors.ts';
import type { ConsumerGroup } from './internals.ts';
import { loggedMessage } from './message.ts';

/** The part of a partition that is to be read: from `next` up to, not including, `end`. */
type Range = { readonly partition: number; next: number; readonly end: number };

const HELD_BATCHES = 4;

/** Reads a topic without a group, up to its end as it is now. */
export async function* readTopic(
  kafka: Kafka,
  admin: Admin,
  topic: string,
  from: ReadFrom,
): AsyncGenerator<LoggedMessage> {
  const ranges = await rangesOf(admin, topic, from).catch((error: unknown) => {
    throw brokerError(error, `read ${topic}`);
  });
  if (ranges.length === 0) return;
  const batches = new Batches(topic, ranges);
  const consumer = kafka.consumer({
    // Only a name: nothing is joined and nothing is committed.
    groupId: 'weatherline.reader',
    maxWaitTimeInMs: 100,
    allowAutoTopicCreation: false,
    partitionAssigners: [
      assignerWith({
        leaving: async () => undefined,
        joined: async () => undefined,
        assign: (group) => assign(group, topic, ranges),
      }),
    ],
  });
  consumer.on(consumer.events.CRASH, ({ payload }) => batches.fail(payload.error));
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: 64,
      eachBatch: async (payload) => batches.put(payload),
    });
    yield* batches.all();
  } catch (error) {
    throw brokerError(error, `read ${topic}`);
  } finally {
    batches.close();
    await consumer.disconnect().catch(() => undefined);
  }
}

async function rangesOf(admin: Admin, topic: string, from: ReadFrom): Promise<Range[]> {
  const ends = await admin.fetchTopicOffsets(topic);
  const starts = new Map(startsOf(from));
  if (typeof from === 'object' && 'time' in from) {
    const found = await admin.fetchTopicOffsetsByTimestamp(topic, from.time.getTime());
    for (const { partition, offset } of found) starts.set(partition, Number(offset));
  }
  return ends
    .filter(({ partition }) => from === 'earliest' || starts.has(partition))
    .map(({ partition, low, high }) => {
      const asked = starts.get(partition) ?? 0;
      // -1 = nothing is as young as that.
      return { partition, next: asked < 0 ? Number(high) : Math.max(asked, Number(low)), end: Number(high) };
    })
    .filter(({ next, end }) => next < end);
}

/** What a join would have set up, without one. */
function assign(group: ConsumerGroup, topic: string, ranges: readonly Range[]): void {
  const partitions = ranges.map(({ partition }) => partition);
  group.topics = [topic];
  group.partitionsPerSubscribedTopic = group.generatePartitionsPerSubscribedTopic();
  group.subscriptionState.assign([{ topic, partitions }]);
  const offsets = new OffsetManager({
    cluster: group.cluster,
    topicConfigurations: { [topic]: { fromBeginning: true } },
    memberAssignment: { [topic]: partitions },
    groupId: group.groupId,
    generationId: -1,
    memberId: '',
    autoCommit: false,
  });
  // The manager asks the coordinator only for positions that it does not have.
  offsets.committedOffsets()[topic] = Object.fromEntries(
    ranges.map(({ partition, next }) => [partition, String(next)]),
  );
  group.offsetManager = offsets;
}

/** Batches between kafkajs, which pushes, and the caller, who pulls; a few are held, then kafkajs waits. */
class Batches {
  readonly #topic: string;
  readonly #open: Map<number, Range>;
  #held: LoggedMessage[][] = [];
  #error: unknown;
  #closed = false;
  #arrived = Promise.withResolvers<void>();
  #taken = Promise.withResolvers<void>();

  constructor(topic: string, ranges: readonly Range[]) {
    this.#topic = topic;
    this.#open = new Map(ranges.map((range) => [range.partition, range]));
  }

  async put(payload: EachBatchPayload): Promise<void> {
    const { batch } = payload;
    const range = this.#open.get(batch.partition);
    const last = batch.messages.at(-1);
    if (last === undefined) return;
    payload.resolveOffset(last.offset);
    if (range === undefined) return;
    const { next, end } = range;
    const wanted = batch.messages
      .map((message) => loggedMessage(this.#topic, batch.partition, message))
      .filter(({ offset }) => offset >= next && offset < end);
    range.next = Number(batch.lastOffset()) + 1;
    if (range.next >= end) this.#open.delete(batch.partition);
    this.#held.push(wanted);
    this.#arrived.resolve();
    while (this.#held.length >= HELD_BATCHES && !this.#closed) await this.#taken.promise;
  }

  async *all(): AsyncGenerator<LoggedMessage> {
    while (this.#open.size > 0 || this.#held.length > 0) {
      const batch = this.#held.shift();
      this.#taken.resolve();
      this.#taken = Promise.withResolvers();
      if (batch !== undefined) yield* batch;
      else await this.#arrived.promise;
      if (this.#error !== undefined) throw this.#error;
      if (this.#held.length === 0) this.#arrived = Promise.withResolvers();
    }
  }

  fail(error: unknown): void {
    this.#error = error;
    this.#arrived.resolve();
  }

  close(): void {
    this.#closed = true;
    this.#taken.resolve();
  }
}
