import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { parse } from 'yaml';

const FOLDER = fileURLToPath(new URL('../../manifests/base/kafka/', import.meta.url));

const Scalar = v.union([v.string(), v.number(), v.boolean()]);
const Named = v.object({ name: v.string(), labels: v.record(v.string(), v.string()) });

const KafkaTopic = v.strictObject({
  apiVersion: v.literal('kafka.strimzi.io/v1'),
  kind: v.literal('KafkaTopic'),
  metadata: Named,
  spec: v.strictObject({ partitions: v.number(), replicas: v.number(), config: v.record(v.string(), Scalar) }),
});

const Acl = v.strictObject({
  resource: v.strictObject({
    type: v.picklist(['topic', 'group']),
    name: v.string(),
    // A prefix would also mean topics that do not exist yet.
    patternType: v.literal('literal'),
  }),
  operations: v.array(v.picklist(['Read', 'Write', 'Describe', 'DescribeConfigs'])),
});
export type Acl = v.InferOutput<typeof Acl>;

const KafkaUser = v.strictObject({
  apiVersion: v.literal('kafka.strimzi.io/v1'),
  kind: v.literal('KafkaUser'),
  metadata: Named,
  spec: v.strictObject({
    authentication: v.strictObject({ type: v.literal('tls') }),
    authorization: v.strictObject({ type: v.literal('simple'), acls: v.array(Acl) }),
  }),
});

const Kafka = v.object({
  spec: v.object({ kafka: v.object({ version: v.string(), config: v.record(v.string(), Scalar) }) }),
});

const Kustomization = v.object({ resources: v.array(v.string()) });

function read(file: string): unknown {
  return parse(readFileSync(join(FOLDER, file), 'utf8'));
}

function filesOf(folder: string): string[] {
  return readdirSync(join(FOLDER, folder)).map((file) => `${folder}/${file}`);
}

export function kafkaTopics(): v.InferOutput<typeof KafkaTopic>[] {
  return filesOf('topics').map((file) => v.parse(KafkaTopic, read(file)));
}

export function kafkaUsers(): v.InferOutput<typeof KafkaUser>[] {
  return filesOf('users').map((file) => v.parse(KafkaUser, read(file)));
}

/** The broker settings of the cluster. */
export function kafkaConfig(): v.InferOutput<typeof Kafka>['spec']['kafka'] {
  return v.parse(Kafka, read('kafka.yaml')).spec.kafka;
}

/** Files that lie there and are not part of what is applied, and the other way round. */
export function forgottenFiles(): string[] {
  const { resources } = v.parse(Kustomization, read('kustomization.yaml'));
  const found = ['topics', 'users', 'network', 'monitoring'].flatMap(filesOf);
  const listed = resources.filter((name) => name.includes('/'));
  return [...found.filter((name) => !listed.includes(name)), ...listed.filter((name) => !found.includes(name))];
}
