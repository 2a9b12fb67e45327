import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { deadLetterTopicOf } from '@weatherline/events';
import { openKafkaBroker, type KafkaBroker } from '@weatherline/adapters/kafka';
import { TOPICS } from '@weatherline/runtime';
import { createAuthority, kafkaTests, mutualTls, type Authority, type Issued } from '@weatherline/testkit/kafka';
import test, { type ExecutionContext } from 'ava';
import { CHAIN_GROUPS } from '../../cli/src/chain-groups.ts';
import { applyKafkaUsers } from '../support/kafka-acls.ts';
import { groupsThatNobodyJoins } from './kafka-acls.ts';
import { kafkaUsers } from './kafka-manifests.ts';

/** What the KafkaUsers may do, tried on a broker that asks for a certificate and holds exactly their ACLs. */
let authority: Authority;
const issued = new Map<string, Issued>();

const kafka = kafkaTests(test, {
  own: true,
  needs: ['openssl'],
  listeners: { MTLS: 'SSL' },
  prepare: async () => {
    authority = await createAuthority();
    // One after the other: openssl keeps its serial number in a file.
    for (const { metadata } of kafkaUsers()) issued.set(metadata.name, await authority.issue(metadata.name));
    return { properties: await mutualTls(authority) };
  },
});
test.after.always(async () => authority?.[Symbol.asyncDispose]());

const REPLICATION = { factor: 1, minInSync: 1 };
const MESSAGE = { key: 'k', value: Buffer.from('{}'), headers: {} };
const REFUSED = { code: 'BROKER_ACCESS_DENIED' };
let prepared: Promise<void> | undefined;

/** The topics of the catalogue, and the ACLs of the manifests as Strimzi's user operator writes them. */
async function prepare(): Promise<void> {
  await using broker = openKafkaBroker({ brokers: kafka.brokers, replication: REPLICATION });
  await broker.ensureTopics(TOPICS);
  await applyKafkaUsers(kafka.brokers, kafkaUsers());
  // A coordinator that has just been made is loading for a moment.
  for (const { group, topic } of CHAIN_GROUPS) {
    while ((await broker.lag(group, topic).catch(() => undefined)) === undefined) await delay(100);
  }
}

async function tlsOf(user: string): Promise<Record<'ca' | 'cert' | 'key', string>> {
  const { certificate = '', key = '' } = issued.get(user) ?? {};
  return {
    ca: await readFile(authority.certificate, 'utf8'),
    cert: await readFile(certificate, 'utf8'),
    key: await readFile(key, 'utf8'),
  };
}

/** The broker as a KafkaUser reaches it. */
async function as(t: ExecutionContext, user: string): Promise<KafkaBroker> {
  prepared ??= prepare();
  await prepared;
  const brokers = kafka.cluster().brokersOf('MTLS');
  const broker = openKafkaBroker({ brokers, ssl: await tlsOf(user), replication: REPLICATION });
  t.teardown(async () => broker[Symbol.asyncDispose]());
  return broker;
}

/** Joins, takes one message and commits it, as the consumer host does. */
async function consumeOne(broker: KafkaBroker, group: string, topic: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  await using _ = await broker.subscribe({
    group,
    topic,
    maxBatch: 10,
    deliver: async ({ messages, commit }) => {
      const offset = (messages.at(-1)?.offset ?? 0) + 1;
      await commit({ offset, metadata: '' }).then(resolve, reject);
    },
  });
  await promise;
}

for (const name of ['fetch', 'transform', 'upload'] as const) {
  kafka.test(`${name} may consume, publish and set aside on both lanes, and nothing of the others`, async (t) => {
    const own = CHAIN_GROUPS.filter((one) => one.function === name);
    const acls = kafkaUsers().find(({ metadata }) => metadata.name === name)?.spec.authorization.acls ?? [];
    const writable = new Set(
      acls.filter(({ operations }) => operations.includes('Write')).map(({ resource }) => resource.name),
    );
    await using feeder = openKafkaBroker({ brokers: kafka.brokers, replication: REPLICATION });
    const broker = await as(t, name);
    for (const { group, topic } of own) {
      await feeder.publish(topic, [MESSAGE]);
      await consumeOne(broker, group, topic);
      await t.notThrowsAsync(broker.lag(group, topic));
      await broker.publish(deadLetterTopicOf(topic), [MESSAGE]);
    }
    for (const { name: topic } of TOPICS) {
      if (writable.has(topic)) await t.notThrowsAsync(broker.publish(topic, [MESSAGE]), topic);
      else await t.throwsAsync(broker.publish(topic, [MESSAGE]), REFUSED, topic);
    }
    const other = CHAIN_GROUPS.find((one) => one.function !== name);
    await t.throwsAsync(broker.lag(other?.group ?? '', own[0]?.topic ?? ''), REFUSED);
  });
}

kafka.test('trigger may open runs on the live lane and nothing else', async (t) => {
  const broker = await as(t, 'trigger');
  for (const { name } of TOPICS) {
    if (name === 'weatherline.run.requested') await t.notThrowsAsync(broker.publish(name, [MESSAGE]));
    else await t.throwsAsync(broker.publish(name, [MESSAGE]), REFUSED, name);
  }
});

kafka.test('the operator may look at everything, send, redrive and purge, but change no topic', async (t) => {
  const broker = await as(t, 'operator');
  t.deepEqual(await broker.verifyTopics(TOPICS), []);
  for (const { group, topic } of CHAIN_GROUPS) await t.notThrowsAsync(broker.lag(group, topic));
  for (const { name } of TOPICS) {
    for (const group of groupsThatNobodyJoins()) await t.notThrowsAsync(broker.lag(group, name));
    await broker.publish(name, [MESSAGE]);
    const found = await Array.fromAsync(broker.read(name, 'earliest'));
    t.true(found.length > 0, name);
  }
  await t.throwsAsync(broker.ensureTopics([{ name: 'weatherline.other', partitions: 1 }]), REFUSED);
});

kafka.test('KEDA may compare positions and ends, and reads and writes nothing', async (t) => {
  const broker = await as(t, 'keda');
  for (const { group, topic } of CHAIN_GROUPS) {
    await t.notThrowsAsync(broker.lag(group, topic));
    await t.throwsAsync(broker.publish(topic, [MESSAGE]), REFUSED, topic);
  }
  await using feeder = openKafkaBroker({ brokers: kafka.brokers, replication: REPLICATION });
  const topic = CHAIN_GROUPS[0]?.topic ?? '';
  await feeder.publish(topic, [MESSAGE]);
  await t.throwsAsync(Array.fromAsync(broker.read(topic, 'earliest')), REFUSED);
});
