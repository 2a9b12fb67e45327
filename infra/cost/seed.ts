import { cents, GROUPS, linesOf, totalOf, type Group } from './lines.ts';
import type { Environments } from './levers.ts';

/** The estimate that we were given for dev, staging and prod: `Multi-Cluster (3 clusters)`, in dollars a month. */
export const SEED: Readonly<Partial<Record<Group, number>>> = {
  'control plane': 216,
  nodes: 320,
};

/** One in dev, two in staging, three in prod. */
export const SEED_NODES = 6;

export type Compared = { readonly group: Group; readonly seed: number; readonly ours: number };

/** Its lines beside ours, group by group; what it has no line for is 0. */
export function compareWithSeed({ dev, staging, prod }: Environments): readonly Compared[] {
  const lines = [dev, staging, prod].flatMap(({ shape, workload }) => linesOf(shape, workload));
  return GROUPS.map((group) => ({
    group,
    seed: SEED[group] ?? 0,
    ours: totalOf(lines.filter((line) => line.group === group)),
  })).filter(({ seed, ours }) => seed > 0 || ours > 0);
}

/** Nodes of the three clusters; the access host is none. */
export function nodesOf({ dev, staging, prod }: Environments): number {
  return [dev, staging, prod].reduce(
    (sum, { shape, workload }) => sum + shape.system.count + workload.nodes.reduce((so, { count }) => so + count, 0),
    0,
  );
}

export function leftOut(compared: readonly Compared[]): number {
  return cents(compared.filter(({ seed }) => seed === 0).reduce((sum, { ours }) => sum + ours, 0));
}
