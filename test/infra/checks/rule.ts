import type { Resource, World } from './facts.ts';

/** One thing that was looked at, and what is wrong with it. */
export type Verdict = { readonly address: string; readonly problem?: string };

/** A question about everything that is planned or applied. */
export type Rule = {
  readonly name: string;
  readonly asks: string;
  readonly judge: (world: World) => readonly Verdict[];
};

export type Problem = { readonly rule: string; readonly address: string; readonly problem: string };

/** Looks at each resource of a type: the text that comes back is what is wrong with it. */
export function each(
  resources: readonly Resource[],
  problemOf: (resource: Resource) => string | undefined,
): readonly Verdict[] {
  return resources.map((resource) => verdict(resource.address, problemOf(resource)));
}

export function verdict(address: string, problem: string | undefined): Verdict {
  return problem === undefined ? { address } : { address, problem };
}

export function problems(rules: readonly Rule[], world: World): Problem[] {
  return rules.flatMap(({ name, judge }) =>
    judge(world).flatMap(({ address, problem }) => (problem === undefined ? [] : [{ rule: name, address, problem }])),
  );
}

export function lineOf({ rule, address, problem }: Problem): string {
  return `${address}: ${problem} [${rule}]`;
}
