/** A list price in US dollars, without tax: where it was read, and when. */
export type Price = {
  readonly usd: number;
  readonly per: Unit;
  readonly source: string;
  /** The date of what was read. */
  readonly asOf: string;
  /** Nothing that can be named says so: it is what AWS's list is remembered to say, or a share that nobody guarantees. */
  readonly assumed?: true;
};

export type Unit = 'h' | 'month' | 'GB' | 'GB-month' | 'vCPU-month' | 'million';

const KARPENTER = 'aws/karpenter-provider-aws, pkg/providers/pricing/zz_generated.pricing_aws.go (us-east-1)';
const EKS = 'factualminds.com/blog/amazon-eks-pricing-control-plane-addons-auto-mode';
const VPC = 'zacfukuda.com/blog/aws-nat-gateway-vs-vpc-endpoint';
const IPV4 = 'factualminds.com/blog/amazon-vpc-pricing-endpoints-peering-transit-gateway';
const ALB = 'cloud-horizons.com/blog/alb-the-line-item-nobody-watches';
const WAF = 'c3x.dev/blog/aws-waf-cost-explained';
const KMS = 'aws.amazon.com/kms/pricing';
const MSK_SERVERLESS = 'gist of EverettBerry on MSK Serverless';
const ASSUMED = { source: 'list price of AWS, not looked up', asOf: '2026-11-23', assumed: true } as const;

const listed = (usd: number, per: Unit, source: string, asOf: string): Price => ({ usd, per, source, asOf });
const assumed = (usd: number, per: Unit): Price => ({ usd, per, ...ASSUMED });

/** Prices of us-east-1. Those of us-east-2 and us-west-2, where we are, are taken to be the same. */
export const PRICES = {
  't4g.nano': listed(0.0042, 'h', KARPENTER, '2026-01-19'),
  't4g.large': listed(0.0672, 'h', KARPENTER, '2026-01-19'),
  'm7g.large': listed(0.0816, 'h', KARPENTER, '2026-01-19'),
  'm7g.xlarge': listed(0.1632, 'h', KARPENTER, '2026-01-19'),
  'eks cluster': listed(0.1, 'h', EKS, '2026-06-13'),
  'eks extended support': listed(0.5, 'h', EKS, '2026-06-13'),
  'ebs gp3': assumed(0.08, 'GB-month'),
  'nat gateway': listed(0.045, 'h', VPC, '2026-06-01'),
  'nat data': listed(0.045, 'GB', VPC, '2026-06-01'),
  'interface endpoint': listed(0.01, 'h', VPC, '2026-06-01'),
  'public ipv4': listed(0.005, 'h', IPV4, '2026-06-13'),
  'load balancer': listed(0.0225, 'h', ALB, '2026-05-08'),
  'load balancer unit': listed(0.008, 'h', ALB, '2026-05-08'),
  'web acl': listed(5, 'month', WAF, '2026-11-28'),
  'web acl rule': listed(1, 'month', WAF, '2026-11-28'),
  'web acl requests': listed(0.6, 'million', WAF, '2026-11-28'),
  'kms key': listed(1, 'month', KMS, '2026-11-28'),
  'cloudwatch logs': assumed(0.5, 'GB'),
  'flow log delivery': assumed(0.25, 'GB'),
  'guardduty events': assumed(1, 'month'),
  'guardduty runtime': assumed(1.5, 'vCPU-month'),
  's3 standard': assumed(0.023, 'GB-month'),
  'ecr storage': assumed(0.1, 'GB-month'),
  'hosted zone': assumed(0.5, 'month'),
  'transfer between regions': assumed(0.02, 'GB'),
  'replication time control': assumed(0.015, 'GB'),
  'msk serverless cluster': listed(0.75, 'h', MSK_SERVERLESS, '2022'),
  'msk serverless partition': listed(0.0015, 'h', MSK_SERVERLESS, '2022'),
  'kafka.m7g.large': assumed(0.204, 'h'),
  'msk storage': assumed(0.1, 'GB-month'),
} as const satisfies Readonly<Record<string, Price>>;

export type PriceName = keyof typeof PRICES;

/** What is not paid of the list price of on-demand nodes. */
export const SHARES = {
  /** ASSUMED: spot markets move. */
  spotDiscount: 0.65,
  /** ASSUMED: Compute Savings Plan, one year, nothing upfront. */
  savingsPlanDiscount: 0.27,
} as const;

/** Hours of a month, as AWS's calculator counts them. */
export const HOURS = 730;

/** CPUs of the instances that we use. */
export const VCPUS = { 't4g.nano': 2, 't4g.large': 2, 'm7g.large': 2, 'm7g.xlarge': 4 } as const;
export const MEMORY_GIB = { 't4g.nano': 0.5, 't4g.large': 8, 'm7g.large': 8, 'm7g.xlarge': 16 } as const;
export type Instance = keyof typeof VCPUS;

export function isInstance(name: string): name is Instance {
  return Object.hasOwn(VCPUS, name);
}
