import { cents, linesOf, priced, totalOf, type Line } from './lines.ts';
import { SHARES, VCPUS } from './prices.ts';
import { WORKING_HOURS_A_WEEK, type Shape } from './shape.ts';
import { FUNCTIONS, type EnvironmentName, type Workload } from './workload.ts';

/** Everything that the calculator knows of an environment. */
export type Environment = { readonly shape: Shape; readonly workload: Workload };
export type Environments = Readonly<Record<EnvironmentName, Environment>>;

/** What a choice changes in a month: below 0 it saves. */
export type Lever = { readonly what: string; readonly usd: number; readonly price: string };

export function costOf({ shape, workload }: Environment): number {
  return totalOf(linesOf(shape, workload));
}

/** Each is the difference of two bills, so that nothing is counted by hand. */
export function leversOf(all: Environments): readonly Lever[] {
  const { dev, staging, prod, dr } = all;
  const change = (from: Environment, shape: Partial<Shape>, workload: Partial<Workload> = {}): number =>
    cents(costOf({ shape: { ...from.shape, ...shape }, workload: { ...from.workload, ...workload } }) - costOf(from));
  const withMsk = (mode: Shape['kafka']): number => change(prod, { kafka: mode }, withoutStrimzi(prod.workload));
  return [
    {
      what: 'prod: no interface endpoints',
      usd: change(prod, { interfaceEndpoints: 0 }),
      price: 'AWS is asked through NAT',
    },
    {
      what: 'prod: one NAT gateway',
      usd: change(prod, { nat: 'single' }),
      price: 'a zone that fails takes all others off the internet',
    },
    {
      what: 'staging: a NAT gateway in each zone',
      usd: change(staging, { nat: 'per_az' }),
      price: 'it buys what prod has',
    },
    {
      what: 'prod: Compute Savings Plan for a year',
      usd: savingsPlan(prod),
      price: 'the nodes are paid for, used or not',
    },
    {
      what: 'staging: only while somebody needs it',
      usd: cents(-costOf(staging)),
      price: '20 minutes and a restored Vault each time',
    },
    { what: 'dev: npm start on a laptop', usd: cents(-costOf(dev)), price: 'no Kubernetes, no IAM' },
    {
      what: 'dev: system nodes in working hours alone',
      usd: offHours(dev),
      price: 'nothing is scheduled at night, runs of the schedule are missed',
    },
    {
      what: 'prod: MSK Serverless in the place of Strimzi',
      usd: withMsk('serverless'),
      price: 'before data; nobody upgrades brokers',
    },
    {
      what: 'prod: MSK provisioned in the place of Strimzi',
      usd: withMsk('provisioned'),
      price: 'nobody replaces brokers',
    },
    { what: 'prod: functions that never go to zero', usd: alwaysOn(1), price: 'what KEDA saves while nothing happens' },
    { what: 'dr: pilot light', usd: change(dr, { isRunning: true }), price: '20 minutes less to take over' },
    {
      what: 'any cluster: extended support of Kubernetes',
      usd: extendedSupport(),
      price: 'what an upgrade that is put off costs',
    },
  ];
}

/** The nodes of Kafka become smaller ones, which still hold Vault and Prometheus, and its volumes are no more. */
export function withoutStrimzi({ nodes, volumes }: Workload): Pick<Workload, 'nodes' | 'volumes'> {
  return {
    nodes: nodes.map((one) =>
      one.runs.includes('Kafka') ? { ...one, type: 'm7g.large', runs: 'Vault, Prometheus' } : one,
    ),
    volumes: { ...volumes, kafka: 0 },
  };
}

/** Of nodes that are always there; what is spot already is cheaper than any plan. */
function savingsPlan({ shape, workload }: Environment): number {
  const onDemand = onDemandOf(linesOf(shape, workload));
  return cents(-totalOf(onDemand) * SHARES.savingsPlanDiscount);
}

export function onDemandOf(lines: readonly Line[]): Line[] {
  return lines.filter(({ group, share }) => group === 'nodes' && share === undefined);
}

/** Nodes that Karpenter started stay; nobody is there to take them away. */
function offHours({ shape: { system } }: Environment): number {
  const share = 1 - WORKING_HOURS_A_WEEK / (7 * 24);
  return -priced({ group: 'nodes', item: 'off hours', quantity: system.count, price: system.type, share }).usd;
}

/** The part of a spot node that so many replicas of every function would ask for, whether there is work or not. */
export function alwaysOn(replicas: number): number {
  const part = (replicas * FUNCTIONS.cpu) / VCPUS['m7g.large'];
  const share = cents(1 - SHARES.spotDiscount);
  return priced({ group: 'nodes', item: 'idle functions', quantity: part, price: 'm7g.large', share }).usd;
}

function extendedSupport(): number {
  return priced({ group: 'control plane', item: 'extended support', quantity: 1, price: 'eks extended support' }).usd;
}
