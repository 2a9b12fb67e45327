import { finding, type Check, type Finding } from '../check.ts';
import { find, ofKind, type KubeObject } from '../objects.ts';
import { isFunction, podTemplates, replicasOf } from '../pods.ts';
import { numberAt, textAt } from '../tree.ts';

/** A number of replicas has one owner: where something scales, the manifest does not say one, and nothing scales twice. */
export const scaling: Check = {
  name: 'scaling',
  answers: [],
  find: (objects) => [
    ...ofKind(objects, 'ScaledObject', 'HorizontalPodAutoscaler').flatMap((scaler) => owners(objects, scaler)),
    ...ofKind(objects, 'HorizontalPodAutoscaler').flatMap(bounds),
    ...unscaled(objects),
  ],
};

function targetOf({ body }: KubeObject): string | undefined {
  return textAt(body, 'spec', 'scaleTargetRef', 'name');
}

function owners(objects: readonly KubeObject[], scaler: KubeObject): Finding[] {
  const target = find(objects, 'Deployment', targetOf(scaler), scaler.namespace);
  if (target === undefined) return [];
  const rivals = ofKind(objects, 'ScaledObject', 'HorizontalPodAutoscaler').filter(
    (other) => other !== scaler && other.namespace === scaler.namespace && targetOf(other) === target.name,
  );
  const replicas = replicasOf(target);
  const todo = 'leave it out: each apply would undo what the scaler did';
  return [
    ...(replicas === undefined ? [] : [finding(target, 'spec.replicas', { expected: 'nothing', got: replicas, todo })]),
    ...rivals.map((rival) =>
      finding(scaler, 'spec.scaleTargetRef', {
        expected: 'a workload that nothing else scales',
        got: `${rival.kind}/${rival.name} too`,
        todo: 'keep one of them',
      }),
    ),
  ];
}

function bounds(hpa: KubeObject): Finding[] {
  const min = numberAt(hpa.body, 'spec', 'minReplicas') ?? 1;
  const max = numberAt(hpa.body, 'spec', 'maxReplicas') ?? 0;
  const expected = `at least ${min}`;
  return max >= min ? [] : [finding(hpa, 'spec.maxReplicas', { expected, got: max, todo: 'raise it' })];
}

function unscaled(objects: readonly KubeObject[]): Finding[] {
  return podTemplates(objects)
    .filter((template) => isFunction(template) && find(objects, 'ScaledObject', template.owner.name) === undefined)
    .map(({ owner }) => {
      const todo = 'a function that nothing scales runs once for ever';
      return finding(owner, 'ScaledObject', { expected: 'one of the same name', got: undefined, todo });
    });
}
