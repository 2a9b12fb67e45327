import type { OutgoingMessage } from '@weatherline/runtime';
import kafkajs from 'kafkajs';
import type { Kafka, Message, Producer, RecordMetadata, TopicMessages } from 'kafkajs';
import { COMPRESSION, type Compression } from './client.ts';
import { brokerError, kafkaType } from './errors.ts';

type Waiting = {
  readonly topic: string;
  readonly messages: readonly OutgoingMessage[];
  readonly bytes: number;
  readonly settle: PromiseWithResolvers<void>;
};

/** All messages of a request that go to one partition travel as one batch, which must stay under the topic's limit. */
const MAX_REQUEST_BYTES = 512 * 1024;
const MAX_REQUESTS = 4;
const MAX_RESENDS = 5;
const COMPRESS_FROM_BYTES = 1024;

/** Publishes what is asked for in the same turn with one request; every message is on all in-sync replicas when it resolves. */
export class Publisher {
  readonly #kafka: Kafka;
  readonly #compression: Compression;
  /** Where the partitioner has put a message. */
  readonly #partitions = new WeakMap<Message, number>();
  #producer: Producer;
  #connected: Promise<void> | undefined;
  #waiting: Waiting[] = [];
  #scheduled = false;
  #inFlight = 0;

  constructor(kafka: Kafka, compression: Compression) {
    this.#kafka = kafka;
    this.#compression = compression;
    this.#producer = producerOf(kafka, this.#partitions);
  }

  async publish(topic: string, messages: readonly OutgoingMessage[]): Promise<void> {
    if (messages.length === 0) return;
    const settle = Promise.withResolvers<void>();
    const bytes = messages.reduce((sum, { value, key }) => sum + (value?.length ?? 0) + key.length + 512, 0);
    this.#waiting.push({ topic, messages, bytes, settle });
    this.#schedule();
    return settle.promise;
  }

  async close(): Promise<void> {
    if (this.#connected !== undefined) await this.#producer.disconnect();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      while (this.#waiting.length > 0 && this.#inFlight < MAX_REQUESTS) void this.#send(this.#take());
    });
  }

  #take(): Waiting[] {
    let bytes = 0;
    let count = 0;
    for (const waiting of this.#waiting) {
      bytes += waiting.bytes;
      if (count > 0 && bytes > MAX_REQUEST_BYTES) break;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }

  async #send(batch: readonly Waiting[]): Promise<void> {
    this.#inFlight += 1;
    try {
      await this.#request(batch);
      for (const { settle } of batch) settle.resolve();
    } catch (error) {
      const type = kafkaType(error);
      if (type === 'UNKNOWN_TOPIC_OR_PARTITION') this.#startAfresh();
      // One that cannot be written must not cost the others of its request.
      if (batch.length > 1 && /TOO_LARGE|UNKNOWN_TOPIC/.test(type)) for (const one of batch) await this.#send([one]);
      else for (const { topic, settle } of batch) settle.reject(brokerError(error, `publish to ${topic}`));
    } finally {
      this.#inFlight -= 1;
      if (this.#waiting.length > 0) this.#schedule();
    }
  }

  /** A producer that has written to a topic asks for it in every refresh: once it is deleted, all of them fail. */
  #startAfresh(): void {
    const old = this.#producer;
    this.#producer = producerOf(this.#kafka, this.#partitions);
    this.#connected = undefined;
    // Requests that are on their way end with their connection and are repeated by who made them.
    old.disconnect().catch(() => undefined);
  }

  async #request(batch: readonly Waiting[]): Promise<void> {
    this.#connected ??= this.#producer.connect();
    try {
      await this.#connected;
    } catch (error) {
      this.#connected = undefined;
      throw error;
    }
    const bytes = batch.reduce((sum, waiting) => sum + waiting.bytes, 0);
    const compression = COMPRESSION[bytes < COMPRESS_FROM_BYTES ? 'none' : this.#compression];
    let rest = topicMessagesOf(batch);
    for (let tries = 0; rest.length > 0; tries += 1) {
      if (tries === MAX_RESENDS) throw new Error('the brokers took only a part of the messages');
      const written = await this.#producer.sendBatch({ acks: -1, timeout: 10_000, compression, topicMessages: rest });
      rest = this.#unwritten(rest, written);
    }
  }

  /**
   * The messages that no broker has answered for. A kafkajs request that is repeated leaves out the brokers that have
   * answered once, also for partitions that have moved to them meanwhile: it resolves, and those are nowhere.
   */
  #unwritten(sent: readonly TopicMessages[], written: readonly RecordMetadata[]): TopicMessages[] {
    const answered = new Set(written.map(({ topicName, partition }) => `${topicName}/${partition}`));
    return sent
      .map(({ topic, messages }) => ({
        topic,
        messages: messages.filter((message) => !answered.has(`${topic}/${this.#partitions.get(message)}`)),
      }))
      .filter(({ messages }) => messages.length > 0);
  }
}

function producerOf(kafka: Kafka, partitions: WeakMap<Message, number>): Producer {
  return kafka.producer({
    allowAutoTopicCreation: false,
    // Its order guard drops concurrent sends (tulios/kafkajs#598, #1005); our effects are idempotent instead.
    idempotent: false,
    createPartitioner: () => {
      const partitioner = kafkajs.Partitioners.DefaultPartitioner();
      return (choice) => {
        const partition = partitioner(choice);
        partitions.set(choice.message, partition);
        return partition;
      };
    },
    retry: { retries: 5, initialRetryTime: 100, maxRetryTime: 1_000 },
  });
}

function topicMessagesOf(batch: readonly Waiting[]): TopicMessages[] {
  const byTopic = new Map<string, TopicMessages['messages']>();
  for (const { topic, messages } of batch) {
    const list = byTopic.get(topic) ?? [];
    byTopic.set(topic, list);
    for (const { key, value, headers } of messages) {
      list.push({ key, value: value === null ? null : bufferOf(value), headers: { ...headers } });
    }
  }
  return [...byTopic].map(([topic, messages]) => ({ topic, messages }));
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
