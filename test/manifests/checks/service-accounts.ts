import { finding, type Check, type Finding } from '../check.ts';
import { find, ofKind, ownNamespaces, type KubeObject } from '../objects.ts';
import { podTemplates } from '../pods.ts';
import { textAt, treesAt } from '../tree.ts';

/** Who a pod is: an account of its own, which brings no token along; the default one is used by nobody. */
export const serviceAccounts: Check = {
  name: 'service accounts',
  answers: ['P3', 'P8', 'CIS 4.1.5', 'CIS 4.1.6'],
  find: (objects) => [...accounts(objects), ...pods(objects), ...defaults(objects)],
};

function accounts(objects: readonly KubeObject[]): Finding[] {
  return ofKind(objects, 'ServiceAccount')
    .filter(({ body }) => body['automountServiceAccountToken'] !== false)
    .map((account) =>
      finding(account, 'automountServiceAccountToken', {
        expected: 'false',
        got: account.body['automountServiceAccountToken'],
        todo: 'project the token that a pod needs, with its audience',
      }),
    );
}

function pods(objects: readonly KubeObject[]): Finding[] {
  return podTemplates(objects).flatMap(({ owner, path, spec }) => {
    const name = textAt(spec, 'serviceAccountName');
    if (name !== undefined && name !== 'default' && find(objects, 'ServiceAccount', name, owner.namespace)) return [];
    const expected = `an account of its own that exists in ${String(owner.namespace)}`;
    const todo = 'give the workload a ServiceAccount';
    return [finding(owner, `${path}.serviceAccountName`, { expected, got: name, todo })];
  });
}

/** The default account of each namespace, told not to hand out its token to what comes later. */
function defaults(objects: readonly KubeObject[]): Finding[] {
  const missing = ownNamespaces(objects)
    .filter((namespace) => find(objects, 'ServiceAccount', 'default', namespace) === undefined)
    .flatMap((namespace) => {
      const owner = find(objects, 'Namespace', namespace);
      if (owner === undefined) return [];
      const todo = 'add service-account-default.yaml with automountServiceAccountToken: false';
      return [finding(owner, 'ServiceAccount/default', { expected: 'one without a token', got: undefined, todo })];
    });
  const bound = ofKind(objects, 'RoleBinding', 'ClusterRoleBinding').flatMap((binding) =>
    treesAt(binding.body, 'subjects')
      .filter((subject) => subject['kind'] === 'ServiceAccount' && subject['name'] === 'default')
      .map(() =>
        finding(binding, 'subjects', {
          expected: 'no default account',
          got: 'default',
          todo: 'bind the account of the workload',
        }),
      ),
  );
  return [...missing, ...bound];
}
