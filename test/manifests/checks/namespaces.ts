import { finding, type Check, type Finding } from '../check.ts';
import { ofKind, ownNamespaces, type KubeObject } from '../objects.ts';

const MODES = ['enforce', 'audit', 'warn'];
const OF_THE_CLUSTER = new Set([
  'Namespace',
  'PriorityClass',
  'StorageClass',
  'ClusterRole',
  'ClusterRoleBinding',
  'ClusterIssuer',
  'Bundle',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
]);

/** Each namespace demands `restricted` of a named version and bounds what it takes; everything of ours lives in one. */
export const namespaces: Check = {
  name: 'namespaces',
  answers: ['P1', 'P8', 'CIS 4.5.1', 'CIS 4.5.3'],
  find: (objects) => [
    ...ofKind(objects, 'Namespace').flatMap((namespace) => [...levels(namespace), ...bounds(objects, namespace)]),
    ...homes(objects),
  ],
};

function levels(namespace: KubeObject): Finding[] {
  return MODES.flatMap((mode) => {
    const key = `pod-security.kubernetes.io/${mode}`;
    const level = namespace.labels[key];
    const version = namespace.labels[`${key}-version`] ?? 'nothing';
    return [
      ...(level === 'restricted'
        ? []
        : [
            finding(namespace, `metadata.labels.${key}`, { expected: 'restricted', got: level, todo: 'set the label' }),
          ]),
      ...(/^v1\.\d+$/.test(version)
        ? []
        : [
            finding(namespace, `metadata.labels.${key}-version`, {
              expected: 'a version such as v1.34',
              got: version,
              todo: 'pin it: latest changes with the cluster',
            }),
          ]),
    ];
  });
}

function bounds(objects: readonly KubeObject[], namespace: KubeObject): Finding[] {
  return ['ResourceQuota', 'LimitRange']
    .filter((kind) => !ofKind(objects, kind).some((object) => object.namespace === namespace.name))
    .map((kind) =>
      finding(namespace, kind, { expected: `a ${kind} in it`, got: undefined, todo: 'bound what the namespace takes' }),
    );
}

function homes(objects: readonly KubeObject[]): Finding[] {
  const own = ownNamespaces(objects);
  return objects.flatMap((object) => {
    if (OF_THE_CLUSTER.has(object.kind)) {
      return object.namespace === undefined
        ? []
        : [
            finding(object, 'metadata.namespace', {
              expected: 'nothing, the kind belongs to the cluster',
              got: object.namespace,
              todo: 'leave it out',
            }),
          ];
    }
    if (object.namespace !== undefined && own.includes(object.namespace)) return [];
    const expected = `one of ours: ${own.join(', ')}`;
    const todo = 'set the namespace: nothing of ours lives in default or with others';
    return [finding(object, 'metadata.namespace', { expected, got: object.namespace, todo })];
  });
}
