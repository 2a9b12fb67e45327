import { setTimeout as delay } from 'node:timers/promises';
import { deadLetterTopicOf, RunRequested, topicOf } from '@weatherline/events';
import { DependencyError, type Broker, type Consumer } from '@weatherline/runtime';
import { kafkaTests } from '@weatherline/testkit/kafka';
import test, { type ExecutionContext } from 'ava';
import { openKafkaBroker } from '../src/kafka/index.ts';
import { freshTopics, joinRelay, messageOf, outputs, publishRequests, requested } from './support/relay.ts';

/** Delivery on a real broker: rebalances, slow events, long handlers. */
const kafka = kafkaTests(test, { own: true, properties: { 'group.min.session.timeout.ms': '2000' } });

function open(t: ExecutionContext, sessionMs = 10_000): Broker {
  const broker = openKafkaBroker({
    brokers: kafka.brokers,
    replication: { factor: 1, minInSync: 1 },
    times: { sessionMs, heartbeatMs: 300, fetchWaitMs: 200 },
  });
  t.teardown(async () => broker[Symbol.asyncDispose]());
  return broker;
}

async function until(t: ExecutionContext, what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    if (await holds()) return;
    await delay(50);
  }
  t.fail(`never: ${what}`);
}

async function lagOf(broker: Broker): Promise<number> {
  const lags = await broker.lag('weatherline.fetch', topicOf(RunRequested, 'live'));
  return lags.reduce((sum, { lag, committed }) => sum + (committed === undefined ? 1 : lag), 0);
}

kafka.serial('24,000 events through 10 forced rebalances: none lost, at most 0.5 % handled twice', async (t) => {
  t.timeout(180_000);
  await freshTopics(kafka.brokers);
  const broker = open(t);
  const EVENTS = 24_000;
  const handled = new Map<string, number>();
  const join = async (): Promise<Consumer> =>
    joinRelay(open(t), {
      handler: async ({ run }) => {
        handled.set(run.id, (handled.get(run.id) ?? 0) + 1);
        await delay(2);
      },
    });
  const members = [await join(), await join()];
  const publishing = publishRequests(broker, 0, EVENTS);
  for (let rebalance = 0; rebalance < 10; rebalance += 1) {
    await delay(700);
    // By turns somebody comes and the oldest goes.
    if (rebalance % 2 === 0) members.push(await join());
    else await members.shift()?.[Symbol.asyncDispose]();
  }
  await publishing;
  await until(t, 'lag 0', async () => (await lagOf(broker)) === 0);
  const out = await outputs(broker);
  const twice = [...handled.values()].filter((times) => times > 1).length;
  t.log(`handled more than once: ${twice} of ${EVENTS}`);
  t.is(handled.size, EVENTS);
  t.is(out.size, EVENTS);
  t.true(twice <= EVENTS * 0.005, `${twice} handled twice`);
});

kafka.serial('an event that waits holds its own partition and no other', async (t) => {
  t.timeout(180_000);
  await freshTopics(kafka.brokers);
  const broker = open(t);
  const stuck = requested(0).run.id;
  let isAway = true;
  const consumer = await joinRelay(open(t), {
    handler: ({ run }) => {
      if (isAway && run.id === stuck) throw new DependencyError('STORE_UNAVAILABLE', 'away');
    },
  });
  await publishRequests(broker, 0, 1200);
  const started = Date.now();
  await until(t, 'all other partitions are empty', async () => {
    const lags = await broker.lag('weatherline.fetch', topicOf(RunRequested, 'live'));
    return lags.filter(({ lag }) => lag > 0).length === 1;
  });
  t.true(Date.now() - started < 10_000, 'the others went on at once');
  isAway = false;
  await until(t, 'lag 0', async () => (await lagOf(broker)) === 0);
  t.is((await outputs(broker)).size, 1200);
  await consumer[Symbol.asyncDispose]();
});

kafka.serial(
  'a handler that outlives the session time-out keeps its partition: no livelock, nothing twice',
  async (t) => {
    t.timeout(180_000);
    await freshTopics(kafka.brokers);
    const broker = open(t);
    const handled: string[] = [];
    const options = {
      handler: async ({ run }: { run: { id: string } }): Promise<void> => {
        handled.push(run.id);
        await delay(5_000);
      },
    };
    const members = [await joinRelay(open(t, 2_000), options), await joinRelay(open(t, 2_000), options)];
    await broker.publish(topicOf(RunRequested, 'live'), [messageOf(1), messageOf(2), messageOf(3)]);
    await until(t, 'lag 0', async () => (await lagOf(broker)) === 0);
    t.deepEqual(
      handled.toSorted(),
      [1, 2, 3].map((at) => requested(at).run.id),
    );
    for (const member of members) await member[Symbol.asyncDispose]();
  },
);

kafka.serial(
  'while the broker is away nothing is skipped and nothing is set aside; then it goes on by itself',
  async (t) => {
    t.timeout(180_000);
    await freshTopics(kafka.brokers);
    const broker = open(t);
    const consumer = await joinRelay(open(t), { handler: async () => delay(20) });
    await publishRequests(broker, 0, 600);
    await delay(200);
    await kafka.cluster().nodes[0]?.stop('SIGKILL');
    await until(t, 'the consumer says that it has trouble', () => consumer.haltedBy !== undefined);
    await kafka.cluster().nodes[0]?.start();
    await until(t, 'lag 0', async () => (await lagOf(broker).catch(() => 1)) === 0);
    t.is(consumer.haltedBy, undefined);
    t.is((await outputs(broker)).size, 600);
    for await (const letter of broker.read(deadLetterTopicOf(topicOf(RunRequested, 'live')), 'earliest'))
      t.fail(letter.key);
  },
);
