import test, { type ExecutionContext } from 'ava';
import { findTerraform, type TerraformTool } from '../infra/support/terraform-tool.ts';
import { kafkaUsers, type Acl } from './kafka-manifests.ts';
import { differences, FUNCTION_ROLES, LET_IN, mskPolicies, rightsOfAcls, rightsOfPolicy } from './msk-policies.ts';
import type { Policy } from './msk-policies.ts';

/** Whoever swaps Strimzi for MSK changes brokers, not rights: IAM's documents allow what the KafkaUsers' ACLs do. */
const tool = findTerraform();
const ALL = 'each KafkaUser but KEDA has a document of IAM with the same topics, groups and operations, both ways';
const KEDA = 'KEDA may ask in the name of a function what its own KafkaUser may ask, and take no other role';
const FAULT = 'a right that is planted in a document, or taken out of it, is found';

let policies: Promise<ReadonlyMap<string, Policy>> | undefined;

async function policyOf(name: string, from: TerraformTool): Promise<Policy> {
  policies ??= mskPolicies(from);
  const policy = (await policies).get(name);
  if (policy === undefined) throw new Error(`no document of ${name}`);
  return policy;
}

function aclsOf(name: string): Acl[] {
  const user = kafkaUsers().find(({ metadata }) => metadata.name === name);
  if (user === undefined) throw new Error(`no KafkaUser ${name}`);
  return user.spec.authorization.acls;
}

type Fault = readonly [what: string, user: string, from: string, to: string, found: object];

const T = 'weatherline';
const FAULTS: readonly Fault[] = [
  [
    'another topic is read',
    'transform',
    `/${T}.readings.fetched"`,
    `/${T}.product.stored"`,
    {
      missing: [`topic ${T}.readings.fetched Describe`, `topic ${T}.readings.fetched Read`],
      tooMuch: [`topic ${T}.product.stored Describe`, `topic ${T}.product.stored Read`],
    },
  ],
  [
    'every topic is written',
    'trigger',
    `/${T}.run.requested"`,
    '/*"',
    {
      missing: [`topic ${T}.run.requested Describe`, `topic ${T}.run.requested Write`],
      tooMuch: ['topic * Describe', 'topic * Write'],
    },
  ],
  [
    'a group is joined that is another function’s',
    'upload',
    `/${T}.upload.replay"`,
    `/${T}.fetch.replay"`,
    {
      missing: [`group ${T}.upload.replay Describe`, `group ${T}.upload.replay Read`],
      tooMuch: [`group ${T}.fetch.replay Describe`, `group ${T}.fetch.replay Read`],
    },
  ],
  [
    'an idempotent producer',
    'trigger',
    'kafka-cluster:DescribeCluster',
    'kafka-cluster:WriteDataIdempotently',
    { missing: ['cluster DescribeCluster'], tooMuch: ['cluster WriteDataIdempotently'] },
  ],
  [
    'ends are not asked for',
    'trigger',
    '"kafka-cluster:DescribeTopic",',
    '',
    { missing: [`topic ${T}.run.requested Describe`], tooMuch: [] },
  ],
];

function planted(policy: Policy, [what, , from, to]: Fault): Policy {
  const before = JSON.stringify(policy);
  const after = before.replace(from, to);
  if (after === before) throw new Error(`${what}: nothing is planted`);
  return JSON.parse(after);
}

if (typeof tool === 'string') {
  for (const title of [ALL, KEDA, FAULT]) test.skip(`${title} (skipped: ${tool})`, (t: ExecutionContext) => t.fail());
} else {
  test(ALL, async (t) => {
    const users = kafkaUsers().map(({ metadata }) => metadata.name);
    t.deepEqual([...(await mskPolicies(tool)).keys()].toSorted(), users.toSorted());
    for (const name of users.filter((one) => one !== 'keda'))
      t.deepEqual(differences(name, aclsOf(name), await policyOf(name, tool)), { missing: [], tooMuch: [] }, name);
  });

  test(KEDA, async (t) => {
    const read = await Promise.all(
      Object.keys(FUNCTION_ROLES).map(async (name) => [...rightsOfPolicy(await policyOf(name, tool))]),
    );
    const asked = read.flat().filter((one) => one.endsWith(' Read'));
    t.deepEqual(
      asked.map((one) => one.replace(/ Read$/, ' Describe')).toSorted(),
      [...rightsOfAcls(aclsOf('keda'))].toSorted(),
    );
    for (const one of read)
      t.deepEqual(
        LET_IN.filter((right) => !one.includes(right)),
        [],
      );

    const { Statement } = await policyOf('keda', tool);
    const [first, ...others] = Statement;
    t.deepEqual(
      [first?.Action, first?.Resource.toSorted(), others],
      [['sts:AssumeRole'], Object.values(FUNCTION_ROLES).toSorted(), []],
    );
  });

  test(FAULT, async (t) => {
    for (const fault of FAULTS) {
      const [what, user, , , found] = fault;
      t.deepEqual(differences(user, aclsOf(user), planted(await policyOf(user, tool), fault)), found, what);
    }
    const operator = await policyOf('operator', tool);
    const deletes = planted(operator, ['', '', 'kafka-cluster:CreateTopic', 'kafka-cluster:DeleteTopic', {}]);
    const { missing, tooMuch } = differences('operator', aclsOf('operator'), deletes);
    t.is(missing.length, 16);
    t.true(tooMuch.every((one) => one.endsWith(' DeleteTopic')));
  });
}
