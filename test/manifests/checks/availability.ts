import { finding, type Check, type Finding } from '../check.ts';
import { ofKind, type KubeObject } from '../objects.ts';
import { isFunction, podTemplates, replicasOf, type PodTemplate } from '../pods.ts';
import { selects } from '../selector.ts';
import { at, listAt, numberAt, textAt, treesAt } from '../tree.ts';

/** Who serves while a node is emptied is spread and has a budget; who has one replica or none has no budget, or no node could be. */
export const availability: Check = {
  name: 'availability',
  answers: ['P5'],
  find: (objects) => [
    ...ofKind(objects, 'PodDisruptionBudget').flatMap((budget) => budgetFindings(objects, budget)),
    ...podTemplates(objects).flatMap((template) => [...needed(objects, template), ...spread(template)]),
  ],
};

/** The least number of pods that a workload has in quiet times. */
function leastOf(objects: readonly KubeObject[], workload: KubeObject): number {
  const scaler = [...ofKind(objects, 'ScaledObject', 'HorizontalPodAutoscaler')].find(
    ({ body, namespace }) =>
      namespace === workload.namespace && textAt(body, 'spec', 'scaleTargetRef', 'name') === workload.name,
  );
  if (scaler?.kind === 'ScaledObject') return numberAt(scaler.body, 'spec', 'minReplicaCount') ?? 0;
  if (scaler !== undefined) return numberAt(scaler.body, 'spec', 'minReplicas') ?? 1;
  return replicasOf(workload) ?? 1;
}

const SERVES = new Set(['Deployment', 'StatefulSet']);

function budgetFindings(objects: readonly KubeObject[], budget: KubeObject): Finding[] {
  const selector = at(budget.body, 'spec', 'selector');
  return podTemplates(objects)
    .filter(({ owner, labels }) => owner.namespace === budget.namespace && selects(selector, labels))
    .flatMap((template) => {
      const least = leastOf(objects, template.owner);
      const available = at(budget.body, 'spec', 'minAvailable');
      const unavailable = at(budget.body, 'spec', 'maxUnavailable');
      const blocks = available === '100%' || unavailable === 0 || (typeof available === 'number' && available >= least);
      const todo = 'a node with such a pod could never be emptied';
      return [
        ...(isFunction(template)
          ? [finding(budget, 'spec.selector', { expected: 'no function', got: template.owner.name, todo })]
          : least < 2
            ? [finding(budget, 'spec.selector', { expected: 'at least 2 replicas', got: least, todo })]
            : []),
        ...(blocks && least >= 2
          ? [finding(budget, 'spec', { expected: 'room for one pod to go', got: budget.body['spec'], todo })]
          : []),
      ];
    });
}

function needed(objects: readonly KubeObject[], template: PodTemplate): Finding[] {
  const { owner, labels } = template;
  if (!SERVES.has(owner.kind) || isFunction(template) || leastOf(objects, owner) < 2) return [];
  const budgets = ofKind(objects, 'PodDisruptionBudget').filter(
    ({ namespace, body }) => namespace === owner.namespace && selects(at(body, 'spec', 'selector'), labels),
  );
  if (budgets.length === 1) return [];
  const got = `${budgets.length} budgets`;
  const todo = 'add pod-disruption-budget.yaml';
  return [finding(owner, 'PodDisruptionBudget', { expected: 'one that selects it', got, todo })];
}

/** Pods that can be many stand in different zones, as far as that can be; a constraint that counts no pod of its own is none. */
function spread({ owner, path, spec, labels }: PodTemplate): Finding[] {
  if (!SERVES.has(owner.kind) || replicasOf(owner) === 0 || replicasOf(owner) === 1) return [];
  const constraints = treesAt(spec, 'topologySpreadConstraints');
  const apart = listAt(spec, 'affinity', 'podAntiAffinity', 'requiredDuringSchedulingIgnoredDuringExecution');
  const place = `${path}.topologySpreadConstraints`;
  const todo = 'spread the pods over topology.kubernetes.io/zone';
  if (constraints.length === 0 && apart.length === 0) {
    return [finding(owner, place, { expected: 'a constraint', got: undefined, todo })];
  }
  return constraints
    .filter(({ labelSelector }) => !selects(labelSelector, labels))
    .map(({ labelSelector }) =>
      finding(owner, place, { expected: 'a selector that matches its own pods', got: labelSelector, todo }),
    );
}
