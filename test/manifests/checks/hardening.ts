import { finding, type Check } from '../check.ts';
import { podTemplates } from '../pods.ts';
import { at, numberAt } from '../tree.ts';

/** Beyond `restricted`: a user that no host has, a root that nobody can write, nothing of the cluster that was not asked for. */
export const hardening: Check = {
  name: 'hardening',
  answers: ['P2', 'P3', 'CIS 4.5.2'],
  find: (objects) =>
    podTemplates(objects).flatMap(({ owner, path, spec, containers }) => {
      const podUser = numberAt(spec, 'securityContext', 'runAsUser');
      const pod = [
        { key: 'automountServiceAccountToken', want: false, todo: 'mount the tokens that are needed by name' },
        { key: 'enableServiceLinks', want: false, todo: 'the runtime refuses the variables that links make' },
      ].flatMap(({ key, want, todo }) =>
        spec[key] === want ? [] : [finding(owner, `${path}.${key}`, { expected: String(want), got: spec[key], todo })],
      );
      const inside = containers.flatMap(({ body, path: place }) => {
        const user = numberAt(body, 'securityContext', 'runAsUser') ?? podUser;
        const readOnly = at(body, 'securityContext', 'readOnlyRootFilesystem');
        return [
          ...(readOnly === true
            ? []
            : [
                finding(owner, `${place}.securityContext.readOnlyRootFilesystem`, {
                  expected: 'true',
                  got: readOnly,
                  todo: 'give what must be written an emptyDir',
                }),
              ]),
          ...(user !== undefined && user >= 10_000
            ? []
            : [
                finding(owner, `${place}.securityContext.runAsUser`, {
                  expected: 'a user of 10000 or more, here or for the pod',
                  got: user,
                  todo: 'set runAsUser: a low one may be somebody on the node',
                }),
              ]),
        ];
      });
      const shared =
        spec['shareProcessNamespace'] === true
          ? [
              finding(owner, `${path}.shareProcessNamespace`, {
                expected: 'not set',
                got: true,
                todo: 'containers must not see into each other',
              }),
            ]
          : [];
      return [...pod, ...inside, ...shared];
    }),
};
