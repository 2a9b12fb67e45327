import kafkajs, { type AclOperationTypes } from 'kafkajs';
import * as v from 'valibot';

// CommonJS: Node finds only some of its names.
const {
  AclOperationTypes: Operation,
  AclPermissionTypes,
  AclResourceTypes,
  Kafka,
  logLevel,
  ResourcePatternTypes,
} = kafkajs;

/** What is read of a KafkaUser. */
const KafkaUser = v.looseObject({
  metadata: v.looseObject({ name: v.string() }),
  spec: v.looseObject({
    authorization: v.looseObject({
      acls: v.array(
        v.looseObject({
          resource: v.looseObject({
            type: v.picklist(['topic', 'group', 'cluster', 'transactionalId']),
            name: v.optional(v.string(), 'kafka-cluster'),
            patternType: v.optional(v.picklist(['literal', 'prefix']), 'literal'),
          }),
          operations: v.array(v.string()),
        }),
      ),
    }),
  }),
});

const RESOURCES = {
  topic: AclResourceTypes.TOPIC,
  group: AclResourceTypes.GROUP,
  cluster: AclResourceTypes.CLUSTER,
  transactionalId: AclResourceTypes.TRANSACTIONAL_ID,
} as const;
const PATTERNS = { literal: ResourcePatternTypes.LITERAL, prefix: ResourcePatternTypes.PREFIXED } as const;
const OPERATIONS: Readonly<Record<string, AclOperationTypes>> = {
  Read: Operation.READ,
  Write: Operation.WRITE,
  Create: Operation.CREATE,
  Describe: Operation.DESCRIBE,
  DescribeConfigs: Operation.DESCRIBE_CONFIGS,
  IdempotentWrite: Operation.IDEMPOTENT_WRITE,
};

/** Gives a real broker the ACLs of KafkaUsers, as Strimzi's User Operator does; their names. */
export async function applyKafkaUsers(brokers: readonly string[], users: readonly unknown[]): Promise<string[]> {
  const parsed = users.map((user) => v.parse(KafkaUser, user));
  const acl = parsed.flatMap(({ metadata, spec }) =>
    spec.authorization.acls.flatMap(({ resource, operations }) =>
      operations.map((operation) => ({
        resourceType: RESOURCES[resource.type],
        resourceName: resource.name,
        resourcePatternType: PATTERNS[resource.patternType],
        principal: `User:CN=${metadata.name}`,
        host: '*',
        operation: OPERATIONS[operation] ?? unknownOperation(operation),
        permissionType: AclPermissionTypes.ALLOW,
      })),
    ),
  );
  const admin = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    await admin.createAcls({ acl });
  } finally {
    await admin.disconnect();
  }
  return parsed.map(({ metadata }) => metadata.name);
}

function unknownOperation(operation: string): never {
  throw new Error(`a KafkaUser asks for the operation ${operation}, which this test does not know`);
}
