import type { Place, Workflow } from '../support/workflow.ts';

export type Subject = { readonly workflows: readonly Workflow[]; readonly places: readonly Place[] };

export type Rule = {
  readonly name: string;
  /** What is against it, a line each. */
  readonly check: (subject: Subject) => readonly string[] | Promise<readonly string[]>;
};

/** A rule that looks at one job after the other. */
export function ofJobs(name: string, check: (place: Place, all: readonly Place[]) => readonly string[]): Rule {
  return {
    name,
    check: ({ places }) => places.flatMap((place) => check(place, places).map((problem) => `${place.at}: ${problem}`)),
  };
}

/** A rule that looks at one workflow after the other. */
export function ofWorkflows(name: string, check: (workflow: Workflow) => readonly string[]): Rule {
  return {
    name,
    check: ({ workflows }) =>
      workflows.flatMap((workflow) => check(workflow).map((problem) => `${workflow.name}: ${problem}`)),
  };
}

export function unless(isWell: boolean, problem: string): readonly string[] {
  return isWell ? [] : [problem];
}
