import type { Problem } from './check.ts';

/** A problem that is none, exactly there, and why. One that no overlay needs is a mistake itself. */
export type Exception = {
  readonly check: string;
  readonly object: string;
  readonly path: string;
  readonly why: string;
};

export const EXCEPTIONS: readonly Exception[] = [
  {
    check: 'hardening',
    object: 'StatefulSet/vault/vault',
    path: 'spec.template.spec.containers[vault].securityContext.runAsUser',
    why: "the files of Vault's image belong to its user 100",
  },
  {
    check: 'probes',
    object: 'StatefulSet/vault/vault',
    path: 'spec.template.spec.containers[vault].livenessProbe',
    why: 'both ask the process alone: a sealed Vault must be found by those who unseal and join it',
  },
];

export function isException({ check, object, path }: Exception, problem: Problem): boolean {
  return problem.check === check && problem.object === object && problem.path === path;
}
