import { setTimeout as delay } from 'node:timers/promises';
import { DependencyError, HaltError, type TopicSpec } from '@weatherline/runtime';
import kafkajs from 'kafkajs';
import type { Admin } from 'kafkajs';
import { kafkaType } from './errors.ts';

const LEADER_TRIES = 50;
const LEADER_WAIT_MS = 100;
const NOT_YET = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'LEADER_NOT_AVAILABLE']);

/** How many copies a topic has, and how many must have a message before it counts as written. */
export type Replication = { readonly factor: number; readonly minInSync: number };

/** One way in which a topic is not as the catalogue has it. */
export type TopicDifference = {
  readonly topic: string;
  readonly what: string;
  readonly expected: string;
  readonly found: string;
};

/** The settings that a topic's spec means, by Kafka's names. */
export function topicConfig(spec: TopicSpec, { minInSync }: Replication): Readonly<Record<string, string>> {
  return {
    'min.insync.replicas': String(minInSync),
    'cleanup.policy': spec.compacted === true ? 'compact' : 'delete',
    'retention.ms': String(spec.retentionMs ?? -1),
    'unclean.leader.election.enable': 'false',
    ...(spec.maxMessageBytes === undefined ? {} : { 'max.message.bytes': String(spec.maxMessageBytes) }),
  };
}

/** Every difference between the brokers' topics and the specs; empty = all is as it should be. */
export async function verifyTopics(
  admin: Admin,
  specs: readonly TopicSpec[],
  replication: Replication,
): Promise<TopicDifference[]> {
  const known = new Set(await admin.listTopics());
  const present = specs.filter(({ name }) => known.has(name));
  const missing = specs
    .filter(({ name }) => !known.has(name))
    .map(({ name }) => ({ topic: name, what: 'topic', expected: 'present', found: 'missing' }));
  if (present.length === 0) return missing;
  const { topics } = await admin.fetchTopicMetadata({ topics: present.map(({ name }) => name) });
  const described = await describe(admin, present);
  const differences = present.flatMap((spec) => {
    const partitions = topics.find(({ name }) => name === spec.name)?.partitions ?? [];
    const replicas = Math.min(...partitions.map((partition) => partition.replicas.length));
    return [
      { what: 'partitions', expected: String(spec.partitions), found: String(partitions.length) },
      { what: 'replicas', expected: String(replication.factor), found: String(replicas) },
      ...Object.entries(topicConfig(spec, replication)).map(([what, expected]) => ({
        what,
        expected,
        found: described.get(spec.name)?.get(what)?.value ?? 'unknown',
      })),
    ]
      .filter(({ expected, found }) => expected !== found)
      .map((difference) => ({ topic: spec.name, ...difference }));
  });
  return [...missing, ...differences];
}

/** Creates what is missing and sets what differs. A number of partitions or replicas that differs is an error: it is not ours to change. */
export async function applyTopics(
  admin: Admin,
  specs: readonly TopicSpec[],
  replication: Replication,
): Promise<TopicDifference[]> {
  const differences = await verifyTopics(admin, specs, replication);
  const missing = specs.filter(({ name }) => differences.some(({ topic, what }) => topic === name && what === 'topic'));
  await createTopics(admin, missing, replication);
  const changed = specs.filter(
    (spec) =>
      !missing.includes(spec) &&
      differences.some(({ topic, what }) => topic === spec.name && what in topicConfig(spec, replication)),
  );
  if (changed.length > 0) {
    const described = await describe(admin, changed);
    await admin.alterConfigs({
      validateOnly: false,
      resources: changed.map((spec) => ({
        type: kafkajs.ConfigResourceTypes.TOPIC,
        name: spec.name,
        // AlterConfigs replaces the whole set: what somebody else has set on the topic is repeated.
        configEntries: Object.entries({
          ...overridesOf(described.get(spec.name)),
          ...topicConfig(spec, replication),
        }).map(([name, value]) => ({ name, value })),
      })),
    });
  }
  return differences;
}

/** Creates what is missing; a topic with another number of partitions is an error. */
export async function ensureTopics(admin: Admin, specs: readonly TopicSpec[], replication: Replication): Promise<void> {
  const known = new Set(await admin.listTopics());
  const present = specs.filter(({ name }) => known.has(name)).map(({ name }) => name);
  if (present.length > 0) {
    const { topics } = await admin.fetchTopicMetadata({ topics: present });
    for (const { name, partitions } of specs) {
      const found = topics.find((topic) => topic.name === name)?.partitions.length;
      if (found === undefined || found === partitions) continue;
      throw new HaltError('TOPIC_MISMATCH', `${name}: expected ${partitions} partitions, found ${found}`);
    }
  }
  await createTopics(
    admin,
    specs.filter(({ name }) => !known.has(name)),
    replication,
  );
}

async function createTopics(admin: Admin, specs: readonly TopicSpec[], replication: Replication): Promise<void> {
  if (specs.length === 0) return;
  await admin.createTopics({
    // kafkajs gives up when the broker that it asks has not heard of the topic yet.
    waitForLeaders: false,
    topics: specs.map((spec) => ({
      topic: spec.name,
      numPartitions: spec.partitions,
      replicationFactor: replication.factor,
      configEntries: Object.entries(topicConfig(spec, replication)).map(([name, value]) => ({ name, value })),
    })),
  });
  await haveLeaders(
    admin,
    specs.map(({ name }) => name),
  );
  // A leader that is named may not know it yet; who publishes then writes some messages twice.
  for (const { name } of specs) await untilLed(admin, name);
}

async function untilLed(admin: Admin, topic: string): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      await admin.fetchTopicOffsets(topic);
      return;
    } catch (error) {
      if (tries === LEADER_TRIES) throw error;
      await delay(LEADER_WAIT_MS);
    }
  }
}

/** Resolves when the brokers say of every topic who leads its partitions. */
async function haveLeaders(admin: Admin, topics: readonly string[]): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      const metadata = await admin.fetchTopicMetadata({ topics: [...topics] });
      const partitions = metadata.topics.flatMap((topic) => topic.partitions);
      if (partitions.length > 0 && partitions.every(({ leader }) => leader >= 0)) return;
      if (tries === LEADER_TRIES) throw new DependencyError('BROKER_UNAVAILABLE', 'new topics have no leader yet');
    } catch (error) {
      if (tries === LEADER_TRIES || !NOT_YET.has(kafkaType(error))) throw error;
    }
    await delay(LEADER_WAIT_MS);
  }
}

type Described = ReadonlyMap<string, { readonly value: string; readonly isOverride: boolean }>;

async function describe(admin: Admin, specs: readonly TopicSpec[]): Promise<Map<string, Described>> {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: specs.map(({ name }) => ({ type: kafkajs.ConfigResourceTypes.TOPIC, name })),
  });
  return new Map(
    resources.map(({ resourceName, configEntries }) => [
      resourceName,
      new Map(
        configEntries.map((entry) => [
          entry.configName,
          // The protocol's number for "set on this very topic"; kafkajs types it as an enumeration of strings.
          { value: entry.configValue, isOverride: entry.configSource === kafkajs.ConfigSource.TOPIC_CONFIG },
        ]),
      ),
    ]),
  );
}

function overridesOf(described: Described | undefined): Record<string, string> {
  const overrides = [...(described ?? [])].filter(([, { isOverride }]) => isOverride);
  return Object.fromEntries(overrides.map(([name, { value }]) => [name, value]));
}
