import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import type { TerraformTool } from '../infra/support/terraform-tool.ts';
import { Terraform } from '../infra/support/terraform.ts';
import type { Acl } from './kafka-manifests.ts';

const ROOT = fileURLToPath(new URL('../../infra/modules/kafka-msk/policies', import.meta.url));

export const CLUSTER = 'cluster/weatherline-prod/0f0f0f0f-1111-4222-8333-444444444444-2';
const PREFIX = 'arn:aws:kafka:us-east-2:111122223333:';
export const FUNCTION_ROLES: Readonly<Record<string, string>> = Object.fromEntries(
  ['fetch', 'transform', 'upload'].map((name) => [name, `arn:aws:iam::111122223333:role/weatherline-prod-${name}`]),
);

const Statement = v.strictObject({
  Sid: v.string(),
  Effect: v.literal('Allow'),
  Action: v.array(v.string()),
  Resource: v.array(v.string()),
});
const Policy = v.strictObject({ Version: v.literal('2012-10-17'), Statement: v.array(Statement) });
export type Policy = v.InferOutput<typeof Policy>;

/** The documents that the module makes, by service account. It asks nobody: it has no provider. */
export async function mskPolicies(tool: TerraformTool): Promise<ReadonlyMap<string, Policy>> {
  const variables = { cluster_arn: PREFIX + CLUSTER, function_role_arns: JSON.stringify(FUNCTION_ROLES) };
  await using terraform = new Terraform({ tool, root: ROOT, environment: {}, variables });
  await terraform.init();
  await terraform.apply();
  const { json } = v.parse(v.object({ json: v.record(v.string(), v.string()) }), await terraform.outputs());
  return new Map(Object.entries(json).map(([name, text]) => [name, v.parse(Policy, JSON.parse(text))]));
}

/** IAM's actions in the words of ACLs. One that is not here is shown by its own name, and so fits no ACL. */
const OPERATIONS: Readonly<Record<string, string>> = {
  'topic ReadData': 'Read',
  'topic WriteData': 'Write',
  'topic DescribeTopic': 'Describe',
  'topic DescribeTopicDynamicConfiguration': 'DescribeConfigs',
  'group AlterGroup': 'Read',
  'group DescribeGroup': 'Describe',
};

/** What a document allows, each as `topic NAME OPERATION`. */
export function rightsOfPolicy({ Statement: statements }: Policy): ReadonlySet<string> {
  return new Set(
    statements.flatMap(({ Action, Resource }) =>
      Resource.flatMap((arn) => Action.map((action) => right(arn, action.replace(/^kafka-cluster:/, '')))),
    ),
  );
}

function right(arn: string, action: string): string {
  if (arn === PREFIX + CLUSTER) return `cluster ${action}`;
  const type = ['topic', 'group'].find((one) => arn.startsWith(PREFIX + CLUSTER.replace('cluster', one)));
  if (type === undefined) return `${arn} ${action}`;
  const name = arn.slice(PREFIX.length + CLUSTER.length - 'cluster'.length + type.length + 1);
  return `${type} ${name} ${OPERATIONS[`${type} ${action}`] ?? action}`;
}

/** What ACLs allow, in the same words. With Kafka, Read and Write imply Describe; with IAM it has to be said. */
export function rightsOfAcls(acls: readonly Acl[]): ReadonlySet<string> {
  return new Set(
    acls.flatMap(({ resource: { type, name }, operations }) =>
      operations.flatMap((operation) =>
        [operation, ...(operation === 'DescribeConfigs' ? [] : ['Describe'])].map((one) => `${type} ${name} ${one}`),
      ),
    ),
  );
}

/** With IAM a client must also be let in, and asks who the brokers are. */
export const LET_IN: readonly string[] = ['cluster Connect', 'cluster DescribeCluster'];

/** Without KafkaTopics it is `topics apply` that makes topics and changes them: the operator's, on topics that it has anyway. */
export function makingTopics(acls: readonly Acl[]): string[] {
  return acls
    .filter(({ resource }) => resource.type === 'topic')
    .flatMap(({ resource: { name } }) =>
      ['CreateTopic', 'AlterTopic', 'AlterTopicDynamicConfiguration'].map((one) => `topic ${name} ${one}`),
    );
}

export type Differences = { readonly missing: readonly string[]; readonly tooMuch: readonly string[] };

/** Both ways: what the ACLs of a user allow and its document does not, and the other way round. */
export function differences(user: string, acls: readonly Acl[], policy: Policy): Differences {
  const expected = new Set([...rightsOfAcls(acls), ...LET_IN, ...(user === 'operator' ? makingTopics(acls) : [])]);
  const found = rightsOfPolicy(policy);
  return {
    missing: [...expected].filter((one) => !found.has(one)).toSorted(),
    tooMuch: [...found].filter((one) => !expected.has(one)).toSorted(),
  };
}
