import { EXCEPTIONS, isException } from './exceptions.ts';
import type { Knowledge } from './knowledge.ts';
import { titleOf, type KubeObject } from './objects.ts';
import { shown } from './tree.ts';

/** What a check finds wrong at one place. */
export type Finding = {
  readonly object: string;
  readonly path: string;
  readonly expected: string;
  readonly got: string;
  readonly todo: string;
};
export type Problem = Finding & { readonly check: string };

export type Context = {
  readonly overlay: string;
  /** True when the overlay is about to be applied: then every image must be known by its digest. */
  readonly toApply: boolean;
  /** What the code says, which manifests must agree with. */
  readonly knowledge: Knowledge;
};

/** A pure question about a whole overlay. */
export type Check = {
  readonly name: string;
  /** The items of the security checklists that it answers (`P2`, `N1`, `CIS 4.2.1`). */
  readonly answers: readonly string[];
  readonly find: (objects: readonly KubeObject[], context: Context) => readonly Finding[];
};

/** Where, what was expected, what is there and what to do. */
export function finding(
  object: KubeObject,
  path: string,
  { expected, got, todo }: { expected: string; got: unknown; todo: string },
): Finding {
  return { object: titleOf(object), path, expected, got: typeof got === 'string' ? got : shown(got), todo };
}

/** Every problem of an overlay but those that are declared exceptions. */
export function runChecks(checks: readonly Check[], objects: readonly KubeObject[], context: Context): Problem[] {
  return allProblems(checks, objects, context).filter(
    (problem) => !EXCEPTIONS.some((one) => isException(one, problem)),
  );
}

export function allProblems(checks: readonly Check[], objects: readonly KubeObject[], context: Context): Problem[] {
  return checks.flatMap(({ name, find }) => find(objects, context).map((found) => ({ ...found, check: name })));
}

export function lineOf(overlay: string, { object, path, expected, got, todo, check }: Problem): string {
  return `${overlay} ${object} ${path}: expected ${expected}, got ${got} (${todo}) [${check}]`;
}
