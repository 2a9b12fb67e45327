import { beside, documents, ofType, type Resource } from '../facts.ts';
import { each, type Rule } from '../rule.ts';
import { at, texts, treesAt } from '../tree.ts';

const RULES = ['aws_vpc_security_group_ingress_rule', 'aws_security_group_rule'] as const;
const GROUPS = ['aws_security_group', 'aws_default_security_group'] as const;

type Opening = {
  readonly from: unknown;
  readonly to: unknown;
  readonly protocol: unknown;
  readonly cidrs: readonly string[];
};

function openings({ type, values }: Resource): readonly Opening[] {
  if (type === 'aws_security_group_rule' && values['type'] !== 'ingress') return [];
  const blocks = GROUPS.some((one) => one === type) ? treesAt(values, 'ingress') : [values];
  return blocks.map((one) => ({
    from: one['from_port'],
    to: one['to_port'],
    protocol: one['ip_protocol'] ?? one['protocol'],
    cidrs: ['cidr_ipv4', 'cidr_ipv6', 'cidr_blocks', 'ipv6_cidr_blocks'].flatMap((name) => texts(one[name])),
  }));
}

/** The load balancer's own group, which alone may be open, is made by its controller and not here. */
export const worldIngress: Rule = {
  name: 'world-ingress',
  asks: 'Does no security group let the world in?',
  judge: (world) =>
    each(ofType(world, ...RULES, ...GROUPS), (resource) =>
      openings(resource).some(({ cidrs }) => cidrs.some((one) => one.endsWith('/0')))
        ? 'it lets the world in'
        : undefined,
    ),
};

export const ssh: Rule = {
  name: 'ssh',
  asks: 'Is there no way in by SSH, and no key pair for one?',
  judge: (world) => [
    ...each(ofType(world, ...RULES, ...GROUPS), (resource) =>
      openings(resource).some(({ from, to, protocol }) => protocol === '-1' || (Number(from) <= 22 && Number(to) >= 22))
        ? 'port 22 is open'
        : undefined,
    ),
    ...each(ofType(world, 'aws_instance', 'aws_launch_template'), ({ values }) =>
      texts(values['key_name']).some((one) => one !== '') ? 'it has a key pair' : undefined,
    ),
    ...each(ofType(world, 'aws_key_pair'), () => 'nobody logs in by key'),
  ],
};

export const defaultGroup: Rule = {
  name: 'default-group',
  asks: 'Is the default security group of each VPC without rules?',
  judge: (world) =>
    each(ofType(world, 'aws_vpc'), (vpc) => {
      const [group] = beside(world, vpc, 'aws_default_security_group');
      if (group === undefined) return 'its default group is open, as AWS makes it';
      const rules = [...treesAt(group.values, 'ingress'), ...treesAt(group.values, 'egress')];
      return rules.length === 0 ? undefined : 'its default group has rules';
    }),
};

export const flowLog: Rule = {
  name: 'flow-log',
  asks: 'Does each VPC keep a log of its flows?',
  judge: (world) =>
    each(ofType(world, 'aws_vpc'), (vpc) => {
      const logs = beside(world, vpc, 'aws_flow_log');
      if (logs.length === 0) return 'no flow log';
      return logs.some(({ values }) => values['traffic_type'] === 'ALL') ? undefined : 'only a part of its flows';
    }),
};

export const publicAddress: Rule = {
  name: 'public-address',
  asks: 'Has no instance an address of the internet, by itself or by its subnet?',
  judge: (world) => [
    ...each(ofType(world, 'aws_instance'), ({ values }) =>
      values['associate_public_ip_address'] === false ? undefined : 'it may have a public address',
    ),
    ...each(ofType(world, 'aws_subnet'), ({ values }) =>
      values['map_public_ip_on_launch'] === true ? 'what starts in it is public' : undefined,
    ),
  ],
};

export const queues: Rule = {
  name: 'queues',
  asks: 'Is every queue encrypted, and deaf to plain HTTP?',
  judge: (world) => [
    ...each(ofType(world, 'aws_sqs_queue'), ({ values }) =>
      values['sqs_managed_sse_enabled'] === true || texts(values['kms_master_key_id']).length > 0
        ? undefined
        : 'its messages are not encrypted',
    ),
    ...documents(world, 'resource')
      .filter(({ of }) => of.type === 'aws_sqs_queue_policy')
      .map(({ of, statements }) => {
        const denies = statements.some(
          ({ effect, condition }) => effect === 'Deny' && at(condition, 'Bool', 'aws:SecureTransport') === 'false',
        );
        return denies ? { address: of.address } : { address: of.address, problem: 'plain HTTP is answered' };
      }),
  ],
};
