import { topicConfig } from '../../packages/adapters/src/kafka/topics.ts';
import { TOPICS } from '@weatherline/runtime';
import test from 'ava';
import { expectedAcls, groupsThatNobodyJoins } from './kafka-acls.ts';
import { forgottenFiles, kafkaConfig, kafkaTopics, kafkaUsers, type Acl } from './kafka-manifests.ts';

const REPLICATION = { factor: 3, minInSync: 2 };
const DAY_MINUTES = 24 * 60;

/** One line for each operation on a resource, so that a difference names what is missing or too much. */
function linesOf(acls: readonly Acl[]): string[] {
  return acls
    .flatMap(({ resource, operations }) => operations.map((one) => `${resource.type} ${resource.name} ${one}`))
    .toSorted();
}

test('every file of the Kafka manifests is applied', (t) => {
  t.deepEqual(forgottenFiles(), []);
});

test('the KafkaTopics are the topics of the catalogue, with its partitions and settings', (t) => {
  const declared = kafkaTopics().map(({ metadata, spec }) => ({
    name: metadata.name,
    partitions: spec.partitions,
    replicas: spec.replicas,
    config: Object.fromEntries(Object.entries(spec.config).map(([name, value]) => [name, String(value)])),
  }));
  const wanted = TOPICS.map((topic) => ({
    name: topic.name,
    partitions: topic.partitions,
    replicas: REPLICATION.factor,
    config: topicConfig(topic, REPLICATION),
  }));
  const byName = (one: { name: string }, other: { name: string }): number => (one.name < other.name ? -1 : 1);
  t.deepEqual(declared.toSorted(byName), wanted.toSorted(byName));
  t.is(declared.length, 16);
});

test('the users of Kafka may do what their code asks for and nothing else', (t) => {
  const declared = new Map(kafkaUsers().map(({ metadata, spec }) => [metadata.name, spec.authorization.acls]));
  const expected = expectedAcls();
  t.deepEqual([...declared.keys()].toSorted(), [...expected.keys()].toSorted());
  for (const [user, acls] of expected) t.deepEqual(linesOf(declared.get(user) ?? []), linesOf(acls), user);
});

test('the groups that commands name without joining them are found in their code', (t) => {
  t.deepEqual(groupsThatNobodyJoins().toSorted(), ['weatherline.replay-follower', 'weatherline.tail']);
});

test('every topic and every user belongs to the cluster', (t) => {
  for (const { metadata } of [...kafkaTopics(), ...kafkaUsers()]) {
    t.is(metadata.labels['strimzi.io/cluster'], 'weatherline', metadata.name);
  }
});

test('the brokers take the largest message of the catalogue and copy it', (t) => {
  const largest = Math.max(...TOPICS.map(({ maxMessageBytes = 0 }) => maxMessageBytes));
  const { config } = kafkaConfig();
  t.is(config['message.max.bytes'], largest);
  t.is(config['replica.fetch.max.bytes'], largest);
});

test('a group that sleeps keeps its position longer than any event is kept', (t) => {
  const minutes = Number(kafkaConfig().config['offsets.retention.minutes']);
  const longest = Math.max(...TOPICS.map(({ retentionMs = 0 }) => retentionMs)) / 60_000;
  t.true(minutes >= 30 * DAY_MINUTES);
  t.true(minutes >= 2 * longest);
});
