import type { Instance } from './prices.ts';

export const ENVIRONMENTS = ['dev', 'staging', 'prod', 'dr'] as const;
export type EnvironmentName = (typeof ENVIRONMENTS)[number];

export type Nodes = {
  readonly count: number;
  readonly type: Instance;
  readonly isSpot: boolean;
  readonly runs: string;
};

/** What runs, and how much passes through it: what Terraform does not know. All of it is ASSUMED unless a test binds it. */
export type Workload = {
  /** What Karpenter starts while nothing but the schedule happens. Tests: the manifests' requests fit into it. */
  readonly nodes: readonly Nodes[];
  /** GiB of volumes: Kafka's and Vault's are bound to the manifests by a test, Prometheus is installed apart. */
  readonly volumes: { readonly kafka: number; readonly vault: number; readonly prometheus: number };
  readonly natGb: number;
  /** Load balancer units at once; the load balancer itself is the overlay's. */
  readonly balancerUnits: number;
  readonly requestsMillion: number;
  readonly logsGb: number;
  readonly flowLogsGb: number;
  /** What GuardDuty makes of the events of a month, in dollars. */
  readonly guardDutyUsd: number;
  readonly s3Gb: number;
  readonly ecrGb: number;
  /** Hosted zones; the second region has none of its own. */
  readonly zones: number;
  /** What is copied to the second region in a month. */
  readonly replicatedGb: number;
};

const KEPT = 'Kafka, Vault, Prometheus';
const SPOT: Nodes = { count: 1, type: 'm7g.large', isSpot: true, runs: 'functions, gateway' };

const STAGING_VOLUMES = { kafka: 150, vault: 36, prometheus: 50 };

export const WORKLOADS: Readonly<Record<EnvironmentName, Workload>> = {
  dev: {
    nodes: [{ ...SPOT, runs: 'everything' }],
    volumes: { kafka: 20, vault: 12, prometheus: 30 },
    natGb: 20,
    balancerUnits: 0,
    requestsMillion: 0,
    logsGb: 4,
    flowLogsGb: 2,
    guardDutyUsd: 5,
    s3Gb: 20,
    ecrGb: 10,
    zones: 1,
    replicatedGb: 0,
  },
  staging: {
    nodes: [{ count: 3, type: 'm7g.large', isSpot: false, runs: KEPT }, SPOT],
    volumes: STAGING_VOLUMES,
    natGb: 30,
    balancerUnits: 0.25,
    requestsMillion: 0.1,
    logsGb: 6,
    flowLogsGb: 4,
    guardDutyUsd: 8,
    s3Gb: 60,
    ecrGb: 20,
    zones: 1,
    replicatedGb: 0,
  },
  prod: {
    nodes: [
      { count: 3, type: 'm7g.xlarge', isSpot: false, runs: KEPT },
      { count: 2, type: 'm7g.large', isSpot: false, runs: 'gateway' },
      SPOT,
    ],
    volumes: { kafka: 150, vault: 36, prometheus: 200 },
    natGb: 60,
    balancerUnits: 1,
    requestsMillion: 1,
    logsGb: 20,
    flowLogsGb: 10,
    guardDutyUsd: 20,
    s3Gb: 150,
    ecrGb: 30,
    zones: 1,
    replicatedGb: 20,
  },
  // Nothing is scheduled: the overlay has no replicas. Replicas of objects and images lie here all the same.
  dr: {
    nodes: [],
    volumes: { kafka: 0, vault: 0, prometheus: 0 },
    natGb: 5,
    balancerUnits: 0,
    requestsMillion: 0,
    logsGb: 3,
    flowLogsGb: 1,
    guardDutyUsd: 5,
    s3Gb: 30,
    ecrGb: 10,
    zones: 0,
    replicatedGb: 0,
  },
};

/** What the levers need to know of Kafka and of the functions; tests bind it to the catalogue and to the manifests. */
export const KAFKA_PARTITIONS = 192;
export const FUNCTIONS = { deployments: 6, cpu: 0.34, memoryMib: 704 } as const;
