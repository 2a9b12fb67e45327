import { ProductStored, RunRequested, topicOf } from '@weatherline/events';
import {
  consume,
  defineFunction,
  encodeEvent,
  envelopeOf,
  type Broker,
  type Clock,
  type Consumer,
  type Context,
  type Observe,
  TOPICS,
  type OutgoingMessage,
} from '@weatherline/runtime';
import kafkajs from 'kafkajs';
import { openKafkaBroker } from '../../src/kafka/index.ts';

export type Requested = ReturnType<typeof RunRequested.parse>;

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** The n-th of many small runs. */
export function requested(at: number): Requested {
  const slot = new Date(Date.UTC(2026, 0, 1, 0, 0, at)).toISOString().replace('.000Z', 'Z');
  return {
    run: { id: slot.replaceAll(/[-:]/g, ''), slot, reason: 'manual' },
    part: { index: 1, count: 1 },
    locations: [{ id: 'a', name: 'A', lat: 0, lon: 0 }],
    previousSlot: slot,
    expiresAt: slot,
  };
}

export function messageOf(at: number): OutgoingMessage {
  return encodeEvent(envelopeOf(RunRequested, requested(at)));
}

/** Publishes the events from `first` on. */
export async function publishRequests(broker: Broker, first: number, count: number): Promise<void> {
  const messages = Array.from({ length: count }, (_, at) => messageOf(first + at));
  for (let at = 0; at < messages.length; at += 500) {
    await broker.publish(topicOf(RunRequested, 'live'), messages.slice(at, at + 500));
  }
}

export type RelayOptions = {
  readonly handler?: (data: Requested, context: Context) => void | Promise<void>;
  readonly observe?: Observe;
  readonly clock?: Clock;
  readonly concurrency?: number;
};

/** A member of the group that turns each run.requested into a product.stored. */
export async function joinRelay(broker: Broker, options: RelayOptions = {}): Promise<Consumer> {
  const { handler, ...rest } = options;
  const definition = defineFunction({
    name: 'fetch',
    accepts: RunRequested,
    emits: ProductStored,
    async handle(data, context) {
      await handler?.(data, context);
      const { run, part } = data;
      const stored = { key: 'k', etag: 'e', sha256: '0'.repeat(64), bytes: 1, records: 1, failures: 0, revision: 1 };
      return { run, part, collectedAt: run.slot, ...stored, outcome: 'created' as const };
    },
  });
  return consume({ broker, function: definition, log: silent, ...rest });
}

/** Topics and group as new: what an earlier test of the file has left is gone. */
export async function freshTopics(brokers: readonly string[]): Promise<void> {
  const admin = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING }).admin();
  await admin.connect();
  const old = (await admin.listTopics()).filter((name) => name.startsWith('weatherline.'));
  if (old.length > 0) await admin.deleteTopics({ topics: old });
  await admin.deleteGroups(['weatherline.fetch']).catch(() => undefined);
  await admin.disconnect();
  const broker = openKafkaBroker({ brokers, replication: { factor: 1, minInSync: 1 } });
  await broker.ensureTopics(TOPICS);
  await broker[Symbol.asyncDispose]();
}

/** Every run id that came out, with how often. */
export async function outputs(broker: Broker): Promise<Map<string, number>> {
  const seen = new Map<string, number>();
  for await (const { headers } of broker.read(topicOf(ProductStored, 'live'), 'earliest')) {
    const run = headers['ce_correlationid'] ?? '';
    seen.set(run, (seen.get(run) ?? 0) + 1);
  }
  return seen;
}
