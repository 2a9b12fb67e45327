import { setTimeout as delay } from 'node:timers/promises';
import { RunRequested, topicOf } from '@weatherline/events';
import { kafkaTests } from '@weatherline/testkit/kafka';
import test from 'ava';
import kafkajs from 'kafkajs';
import { openKafkaBroker } from '../src/kafka/index.ts';
import { freshTopics, joinRelay, outputs, publishRequests } from './support/relay.ts';

const kafka = kafkaTests(test, { own: true });
const GROUP = 'weatherline.fetch';
const TOPIC = topicOf(RunRequested, 'live');
const EVENTS = 240;
const DELETED = 4;

kafka.serial('a position before the first kept event moves to that event, and is never committed as -2', async (t) => {
  t.timeout(90_000);
  await freshTopics(kafka.brokers);
  await using broker = openKafkaBroker({ brokers: kafka.brokers, replication: { factor: 1, minInSync: 1 } });
  await publishRequests(broker, 0, EVENTS);
  const admin = new kafkajs.Kafka({ brokers: kafka.brokers, logLevel: kafkajs.logLevel.NOTHING }).admin();
  await admin.connect();
  t.teardown(async () => admin.disconnect());
  const ends = await admin.fetchTopicOffsets(TOPIC);
  // A group that slept for longer than the topic keeps events.
  const partitions = ends.map(({ partition }) => ({ partition, offset: '0' }));
  await admin.setOffsets({ groupId: GROUP, topic: TOPIC, partitions });
  await admin.deleteTopicRecords({
    topic: TOPIC,
    partitions: ends.map(({ partition }) => ({ partition, offset: String(DELETED) })),
  });
  const committed = async (): Promise<number[]> => {
    const [found] = await admin.fetchOffsets({ groupId: GROUP, topics: [TOPIC] });
    return (found?.partitions ?? []).map(({ offset }) => Number(offset));
  };
  const seen: number[] = [];
  await using consumer = await joinRelay(broker, { handler: async () => {} });
  for (let tries = 0; tries < 300; tries += 1) {
    const now = await committed();
    seen.push(...now);
    if (now.every((offset, at) => offset === Number(ends[at]?.high))) break;
    await delay(20);
  }
  t.is(consumer.haltedBy, undefined);
  t.true(Math.min(...seen) >= 0, `committed ${[...new Set(seen)].toSorted((a, b) => a - b).join(', ')}`);
  t.is((await outputs(broker)).size, EVENTS - ends.length * DELETED, 'everything that was left');
});
