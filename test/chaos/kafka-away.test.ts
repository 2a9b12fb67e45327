import { setTimeout as delay } from 'node:timers/promises';
import { openKafkaBroker, type KafkaBroker } from '@weatherline/adapters/kafka';
import { openS3Store } from '@weatherline/adapters/s3';
import { deadLetterTopicOf, RunRequested, topicOf } from '@weatherline/events';
import { PermanentError, TOPICS, type LoggedMessage } from '@weatherline/runtime';
import { createFastClock } from '@weatherline/testkit';
import { kafkaTests } from '@weatherline/testkit/kafka';
import { startS3Server } from '@weatherline/testkit/s3';
import test, { type ExecutionContext } from 'ava';
import {
  freshTopics,
  joinRelay,
  messageOf,
  outputs,
  publishRequests,
  requested,
} from '../../packages/adapters/test/support/relay.ts';
import kafkajs from 'kafkajs';

/** Each test has the broker for itself: it takes it away. */
const kafka = kafkaTests(test, { own: true });
const TOPIC = topicOf(RunRequested, 'live');
const LETTERS = deadLetterTopicOf(TOPIC);
/** Thirty minutes of the runtime's clock in eighteen seconds of ours. */
const FACTOR = 100;
const AWAY_MS = 18_000;

async function open(t: ExecutionContext): Promise<KafkaBroker> {
  t.timeout(180_000);
  const broker = openKafkaBroker({
    brokers: kafka.brokers,
    replication: { factor: 1, minInSync: 1 },
    times: { heartbeatMs: 500, fetchWaitMs: 200 },
  });
  t.teardown(async () => broker[Symbol.asyncDispose]());
  return broker;
}

async function fresh(t: ExecutionContext): Promise<KafkaBroker> {
  await freshTopics(kafka.brokers);
  return open(t);
}

async function settled(broker: KafkaBroker): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    const lags = await broker.lag('weatherline.fetch', TOPIC).catch(() => []);
    if (lags.length > 0 && lags.every(({ lag, committed, end }) => lag === 0 && (committed !== undefined || end === 0)))
      return;
    await delay(100);
  }
  throw new Error('the lag never went to 0');
}

async function lettersOf(broker: KafkaBroker): Promise<LoggedMessage[]> {
  const letters: LoggedMessage[] = [];
  for await (const letter of broker.read(LETTERS, 'earliest')) letters.push(letter);
  return letters;
}

kafka.serial('the store away for 30 minutes: nothing skipped, nothing set aside', async (t) => {
  const broker = await fresh(t);
  const clock = createFastClock(FACTOR);
  const s3 = await startS3Server({ buckets: ['b'] });
  t.teardown(async () => s3[Symbol.asyncDispose]());
  const { url: endpoint, accessKeyId, secretAccessKey } = s3;
  await using store = await openS3Store({
    bucket: 'b',
    region: 'us-east-1',
    endpoint,
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
    clock,
  });
  await using consumer = await joinRelay(await open(t), {
    clock,
    handler: async ({ run }) => {
      await store.put(`out/${run.id}`, Buffer.from(run.id), { ifNoneMatch: '*', contentType: 'text/plain' });
    },
  });
  s3.setScript([{ fault: 'slow-down' }]);
  await publishRequests(broker, 0, 200);
  await delay(AWAY_MS);
  t.is((await outputs(broker)).size, 0);
  t.is([...s3.bucket('b').keysFrom('')].length, 0);
  s3.setScript([]);
  await settled(broker);
  t.is((await outputs(broker)).size, 200);
  t.is([...s3.bucket('b').keysFrom('')].length, 200);
  t.deepEqual(await lettersOf(broker), []);
  t.is(consumer.haltedBy, undefined);
});

kafka.serial(
  'the dead-letter topic away for 30 minutes: its partition waits, the others go on, the letter is written',
  async (t) => {
    const broker = await fresh(t);
    const admin = new kafkajs.Kafka({ brokers: kafka.brokers, logLevel: kafkajs.logLevel.NOTHING }).admin();
    await admin.connect();
    t.teardown(async () => admin.disconnect());
    await admin.deleteTopics({ topics: [LETTERS] });
    const bad = requested(0).run.id;
    await using _ = await joinRelay(await open(t), {
      clock: createFastClock(FACTOR),
      handler: ({ run }) => {
        if (run.id === bad) throw new PermanentError('NO_USABLE_READING', 'it will never work');
      },
    });
    await publishRequests(broker, 0, 300);
    await delay(AWAY_MS);
    const waiting = (await broker.lag('weatherline.fetch', TOPIC)).filter(({ lag }) => lag > 0);
    t.is(waiting.length, 1, 'only the partition of the bad event waits');
    await broker.ensureTopics(TOPICS);
    await settled(broker);
    t.is((await outputs(broker)).size, 299);
    const letters = await lettersOf(broker);
    t.is(new Set(letters.map(({ key }) => key)).size, 1);
    const original: unknown = JSON.parse(Buffer.from(letters[0]?.value ?? []).toString());
    t.like(original, { correlationid: bad });
  },
);

kafka.serial(
  'the brokers away for 30 minutes: nothing skipped, nothing set aside, and it goes on by itself',
  async (t) => {
    const broker = await fresh(t);
    const handled = new Map<string, number>();
    await using consumer = await joinRelay(await open(t), {
      clock: createFastClock(FACTOR),
      handler: async ({ run }) => {
        handled.set(run.id, (handled.get(run.id) ?? 0) + 1);
        await delay(20);
      },
    });
    await publishRequests(broker, 0, 600);
    await delay(200);
    const [node] = kafka.cluster().nodes;
    await node?.stop('SIGKILL');
    await delay(AWAY_MS);
    t.not(consumer.haltedBy, undefined, 'it says that it has trouble');
    await node?.start();
    const since = Date.now();
    await settled(broker);
    t.log(`settled ${Date.now() - since} ms after the broker was back`);
    t.true(Date.now() - since < 20_000);
    await broker.publish(TOPIC, [messageOf(600)]);
    await settled(broker);
    t.is((await outputs(broker)).size, 601);
    t.deepEqual(await lettersOf(broker), []);
    t.is(consumer.haltedBy, undefined);
  },
);
