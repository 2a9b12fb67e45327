import { finding, type Check, type Finding } from '../check.ts';
import { find, ofKind, type KubeObject } from '../objects.ts';
import { isFunction, podTemplates } from '../pods.ts';
import { textAt, textsAt, treesAt, type Tree } from '../tree.ts';

/** Verbs and resources that make one who has them as powerful as somebody else. */
const RISING = new Set(['bind', 'escalate', 'impersonate']);
const READING = new Set(['get', 'list', 'watch']);
const PODS = new Set([
  'pods',
  'deployments',
  'statefulsets',
  'daemonsets',
  'replicasets',
  'jobs',
  'cronjobs',
  'pods/exec',
]);
const CREATING = new Set(['create', 'update', 'patch']);

export const rbac: Check = {
  name: 'rbac',
  answers: ['P9', 'CIS 4.1.1', 'CIS 4.1.2', 'CIS 4.1.3', 'CIS 4.1.4', 'CIS 4.1.8'],
  find: (objects) => [
    ...ofKind(objects, 'Role', 'ClusterRole').flatMap((role) =>
      treesAt(role.body, 'rules').flatMap((r) => rule(role, r)),
    ),
    ...ofKind(objects, 'RoleBinding', 'ClusterRoleBinding').flatMap((binding) => bindingFindings(objects, binding)),
  ],
};

function rule(role: KubeObject, body: Tree): Finding[] {
  const verbs = textsAt(body, 'verbs');
  const resources = textsAt(body, 'resources');
  const named = textsAt(body, 'resourceNames').length > 0;
  const bad = [
    { is: [...verbs, ...resources, ...textsAt(body, 'apiGroups')].includes('*'), got: 'a wildcard' },
    { is: verbs.some((verb) => RISING.has(verb)), got: 'bind, escalate or impersonate' },
    // A named secret that must be written is no reading of secrets at large.
    {
      is: resources.includes('secrets') && verbs.some((verb) => READING.has(verb)) && !named,
      got: 'reading of secrets',
    },
    {
      is: resources.some((name) => PODS.has(name)) && verbs.some((verb) => verb === 'create') && !named,
      got: 'creation of pods',
    },
    {
      is: resources.some((name) => PODS.has(name) && name !== 'pods') && verbs.some((verb) => CREATING.has(verb)),
      got: 'change of what makes pods',
    },
    { is: resources.includes('serviceaccounts/token'), got: 'making of tokens' },
  ];
  return bad
    .filter(({ is }) => is)
    .map(({ got }) =>
      finding(role, 'rules', { expected: 'named verbs on named resources', got, todo: 'leave only what is used' }),
    );
}

function bindingFindings(objects: readonly KubeObject[], binding: KubeObject): Finding[] {
  const role = textAt(binding.body, 'roleRef', 'name');
  const kind = textAt(binding.body, 'roleRef', 'kind') ?? '';
  const own = find(objects, kind, role, kind === 'Role' ? binding.namespace : undefined);
  const foreign = FOREIGN_ROLES[role ?? ''];
  const findings: Finding[] = [];
  if (own === undefined && foreign === undefined) {
    const todo =
      'bind a role of the overlay, or declare the cluster role in test/manifests/checks/rbac.ts with its reason';
    findings.push(finding(binding, 'roleRef', { expected: 'a role that is known', got: role, todo }));
  }
  const functions = podTemplates(objects).filter(isFunction);
  for (const subject of treesAt(binding.body, 'subjects')) {
    const account = textAt(subject, 'name');
    const namespace = textAt(subject, 'namespace') ?? binding.namespace;
    const isOfFunction = functions.some(
      ({ owner, spec }) => owner.namespace === namespace && spec['serviceAccountName'] === account,
    );
    if (isOfFunction) {
      const todo = 'a function speaks to Kafka and the store, never to the cluster';
      findings.push(finding(binding, 'subjects', { expected: 'no function', got: account, todo }));
    }
    if (subject['kind'] === 'ServiceAccount' && find(objects, 'ServiceAccount', account, namespace) === undefined) {
      const todo = 'correct the name';
      findings.push(finding(binding, 'subjects', { expected: 'an account that exists', got: account, todo }));
    }
  }
  return findings;
}

/** Cluster roles that the cluster brings, and why one of ours may be bound to them. */
const FOREIGN_ROLES: Readonly<Record<string, string>> = {
  'system:auth-delegator': 'Vault asks the API server whose token it has been shown (TokenReview)',
};
