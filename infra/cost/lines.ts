import { HOURS, PRICES, SHARES, VCPUS, type PriceName } from './prices.ts';
import { ACCESS_HOST, ACCESS_HOST_GIB, ACL_RULES, KARPENTER_GIB, KEYS, ROOT_GIB, ZONES, type Shape } from './shape.ts';
import { KAFKA_PARTITIONS, type Nodes, type Workload } from './workload.ts';

export const GROUPS = [
  'control plane',
  'nodes',
  'disks',
  'network',
  'edge',
  'security',
  'logs',
  'stores',
  'Kafka',
] as const;
export type Group = (typeof GROUPS)[number];

/** One line of a bill: quantity × price × hours × what is paid of it, rounded to cents. */
export type Line = {
  readonly group: Group;
  readonly item: string;
  readonly quantity: number;
  readonly price: PriceName;
  /** Only what is priced by the hour has hours. */
  readonly hours?: number;
  /** The part of the list price that is paid, 1 if nothing else is said. */
  readonly share?: number;
  readonly usd: number;
};

type Asked = Omit<Line, 'usd'>;

export function cents(usd: number): number {
  return Math.round((usd + Number.EPSILON) * 100) / 100;
}

export function priced(asked: Omit<Asked, 'hours'>): Line {
  const { usd, per } = PRICES[asked.price];
  const hours = per === 'h' ? { hours: HOURS } : {};
  const { quantity, share = 1 } = asked;
  return { ...asked, ...hours, usd: cents(quantity * usd * (hours.hours ?? 1) * share) };
}

export function totalOf(lines: readonly Line[]): number {
  return cents(lines.reduce((sum, { usd }) => sum + usd, 0));
}

/** What an environment costs in a month; lines of which there is nothing are left out. */
export function linesOf(shape: Shape, workload: Workload): readonly Line[] {
  const running = shape.isRunning
    ? [
        ...cluster(shape, workload),
        ...disks(shape, workload),
        ...network(shape, workload),
        ...edge(shape, workload),
        ...watching(shape, workload),
        ...kafka(shape),
      ]
    : [];
  return [...running, ...stores(shape, workload)].filter(({ quantity }) => quantity > 0).map(priced);
}

function cluster({ system, hasAccessHost }: Shape, { nodes }: Workload): Asked[] {
  return [
    { group: 'control plane', item: 'EKS control plane', quantity: 1, price: 'eks cluster' },
    { group: 'nodes', item: `system nodes, ${system.type}`, quantity: system.count, price: system.type },
    ...nodes.map(ofNodes),
    { group: 'nodes', item: 'access host', quantity: hasAccessHost ? 1 : 0, price: ACCESS_HOST },
  ];
}

function ofNodes({ count, type, isSpot, runs }: Nodes): Asked {
  const line = { group: 'nodes', item: `${isSpot ? 'spot' : 'on-demand'} nodes, ${type}: ${runs}` } as const;
  return { ...line, quantity: count, price: type, ...(isSpot ? { share: cents(1 - SHARES.spotDiscount) } : {}) };
}

function disks({ system, hasAccessHost }: Shape, { nodes, volumes }: Workload): Asked[] {
  const started = nodes.reduce((sum, { count }) => sum + count, 0);
  return [
    gib('disks of system nodes', system.count * (system.diskGib + ROOT_GIB)),
    gib('disks of other nodes', started * (KARPENTER_GIB + ROOT_GIB)),
    gib('volumes of Kafka', volumes.kafka),
    gib('volumes of Vault', volumes.vault),
    gib('volumes of Prometheus', volumes.prometheus),
    gib('disk of the access host', hasAccessHost ? ACCESS_HOST_GIB : 0),
  ];
}

function network({ nat, interfaceEndpoints, hasBalancer }: Shape, { natGb }: Workload): Asked[] {
  const gateways = nat === 'single' ? 1 : ZONES;
  const addresses = gateways + (hasBalancer ? ZONES : 0);
  return [
    { group: 'network', item: `NAT gateways, ${nat}`, quantity: gateways, price: 'nat gateway' },
    { group: 'network', item: 'data through NAT', quantity: natGb, price: 'nat data' },
    {
      group: 'network',
      item: 'interface endpoints × zones',
      quantity: interfaceEndpoints * ZONES,
      price: 'interface endpoint',
    },
    { group: 'network', item: 'public IPv4 addresses', quantity: addresses, price: 'public ipv4' },
  ];
}

function edge({ hasBalancer }: Shape, { balancerUnits, requestsMillion }: Workload): Asked[] {
  const isServed = hasBalancer ? 1 : 0;
  return [
    { group: 'edge', item: 'load balancer', quantity: isServed, price: 'load balancer' },
    { group: 'edge', item: 'load balancer units', quantity: isServed * balancerUnits, price: 'load balancer unit' },
    { group: 'edge', item: 'web ACL', quantity: 1, price: 'web acl' },
    { group: 'edge', item: 'rules of the web ACL', quantity: ACL_RULES, price: 'web acl rule' },
    { group: 'edge', item: 'requests, millions', quantity: isServed * requestsMillion, price: 'web acl requests' },
  ];
}

function watching(
  { system, guardsRuntime, hasAccessHost }: Shape,
  { nodes, logsGb, flowLogsGb, guardDutyUsd }: Workload,
): Asked[] {
  const host = hasAccessHost ? KEYS.accessHost : 0;
  const cpus = nodes.reduce((sum, { count, type }) => sum + count * VCPUS[type], system.count * VCPUS[system.type]);
  return [
    { group: 'security', item: 'keys of the platform', quantity: KEYS.platform + host, price: 'kms key' },
    { group: 'security', item: 'GuardDuty, its events', quantity: guardDutyUsd, price: 'guardduty events' },
    {
      group: 'security',
      item: 'GuardDuty, runtime of nodes',
      quantity: guardsRuntime ? cpus : 0,
      price: 'guardduty runtime',
    },
    { group: 'logs', item: 'CloudWatch logs', quantity: logsGb, price: 'cloudwatch logs' },
    { group: 'logs', item: 'flow log to S3', quantity: flowLogsGb, price: 'flow log delivery' },
  ];
}

function gib(item: string, quantity: number): Asked {
  return { group: 'disks', item, quantity, price: 'ebs gp3' };
}

/** In the second region the stores are prod's, without a registry of their own. */
function stores({ isReplicated }: Shape, { zones, s3Gb, ecrGb, replicatedGb }: Workload): Asked[] {
  const keys = KEYS.stores + (zones > 0 ? KEYS.registry : 0);
  const copied = isReplicated ? replicatedGb : 0;
  return [
    { group: 'security', item: 'keys of the stores', quantity: keys, price: 'kms key' },
    { group: 'stores', item: 'objects in S3', quantity: s3Gb, price: 's3 standard' },
    { group: 'stores', item: 'images in ECR', quantity: ecrGb, price: 'ecr storage' },
    { group: 'stores', item: 'hosted zone', quantity: zones, price: 'hosted zone' },
    { group: 'stores', item: 'copied to the second region', quantity: copied, price: 'transfer between regions' },
    { group: 'stores', item: 'copied within 15 minutes', quantity: copied, price: 'replication time control' },
  ];
}

/** Storage is what Strimzi's volumes are; nothing else here has Kafka's data. */
export const MSK_GB = 300;

function kafka({ kafka: mode }: Shape): Asked[] {
  if (mode === 'serverless') {
    return [
      { group: 'Kafka', item: 'MSK Serverless', quantity: 1, price: 'msk serverless cluster' },
      { group: 'Kafka', item: 'partitions', quantity: KAFKA_PARTITIONS, price: 'msk serverless partition' },
    ];
  }
  if (mode === 'none') return [];
  return [
    { group: 'Kafka', item: 'MSK brokers, one in each zone', quantity: ZONES, price: 'kafka.m7g.large' },
    { group: 'Kafka', item: 'disks of MSK brokers', quantity: MSK_GB, price: 'msk storage' },
    { group: 'Kafka', item: 'key of MSK', quantity: KEYS.mskProvisioned, price: 'kms key' },
  ];
}
