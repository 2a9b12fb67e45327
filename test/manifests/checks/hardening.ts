import { finding, type Check, type Finding } from '../check.ts';
import type { KubeObject } from '../objects.ts';
import { podTemplates, type Container, type PodTemplate } from '../pods.ts';
import { at, numberAt } from '../tree.ts';

/** Beyond `restricted`: a user that no host has, a root that nobody can write, nothing of the cluster that was not asked for. */
export const hardening: Check = {
  name: 'hardening',
  answers: ['P2', 'P3', 'CIS 4.5.2'],
  find: (objects) =>
    podTemplates(objects).flatMap((template) => {
      const user = numberAt(template.spec, 'securityContext', 'runAsUser');
      return [
        ...podFindings(template),
        ...template.containers.flatMap((container) => containerFindings(template.owner, container, user)),
      ];
    }),
};

const OF_PODS = [
  { key: 'automountServiceAccountToken', want: [false], todo: 'mount the tokens that are needed by name' },
  { key: 'enableServiceLinks', want: [false], todo: 'the runtime refuses the variables that links make' },
  { key: 'shareProcessNamespace', want: [undefined, false], todo: 'containers must not see into each other' },
] as const;

function podFindings({ owner, path, spec }: PodTemplate): Finding[] {
  return OF_PODS.filter(({ key, want }) => !want.some((one) => one === spec[key])).map(({ key, todo }) =>
    finding(owner, `${path}.${key}`, { expected: 'false', got: spec[key], todo }),
  );
}

function containerFindings(owner: KubeObject, { body, path }: Container, podUser: number | undefined): Finding[] {
  const user = numberAt(body, 'securityContext', 'runAsUser') ?? podUser;
  const readOnly = at(body, 'securityContext', 'readOnlyRootFilesystem');
  const found: Finding[] = [];
  if (readOnly !== true) {
    const todo = 'give what must be written an emptyDir';
    const place = `${path}.securityContext.readOnlyRootFilesystem`;
    found.push(finding(owner, place, { expected: 'true', got: readOnly, todo }));
  }
  if (user === undefined || user < 10_000) {
    const expected = 'a user of 10000 or more, here or for the pod';
    const todo = 'set runAsUser: a low one may be somebody on the node';
    found.push(finding(owner, `${path}.securityContext.runAsUser`, { expected, got: user, todo }));
  }
  return found;
}
