import { finding, type Check } from '../check.ts';
import { find, ofKind } from '../objects.ts';
import { isFunction, podTemplates, replicasOf } from '../pods.ts';
import { at, numberAt, textAt } from '../tree.ts';

/** A number of replicas has one owner: where something scales, the manifest does not say one, and nothing scales twice. */
export const scaling: Check = {
  name: 'scaling',
  answers: [],
  find: (objects) => {
    const scalers = ofKind(objects, 'ScaledObject', 'HorizontalPodAutoscaler');
    const owned = scalers.flatMap((scaler) => {
      const target = find(
        objects,
        'Deployment',
        textAt(scaler.body, 'spec', 'scaleTargetRef', 'name'),
        scaler.namespace,
      );
      const rivals = scalers.filter(
        (other) =>
          other !== scaler &&
          other.namespace === scaler.namespace &&
          at(other.body, 'spec', 'scaleTargetRef', 'name') === target?.name,
      );
      const replicas = target === undefined ? undefined : replicasOf(target);
      const todo = 'leave it out: each apply would undo what the scaler did';
      return [
        ...(target !== undefined && replicas !== undefined
          ? [finding(target, 'spec.replicas', { expected: 'nothing', got: replicas, todo })]
          : []),
        ...rivals.map((rival) =>
          finding(scaler, 'spec.scaleTargetRef', {
            expected: 'a workload that nothing else scales',
            got: `${rival.kind}/${rival.name} too`,
            todo: 'keep one of them',
          }),
        ),
      ];
    });
    const bounds = ofKind(objects, 'HorizontalPodAutoscaler').flatMap((hpa) => {
      const min = numberAt(hpa.body, 'spec', 'minReplicas') ?? 1;
      const max = numberAt(hpa.body, 'spec', 'maxReplicas') ?? 0;
      const expected = `at least ${min}`;
      return max >= min ? [] : [finding(hpa, 'spec.maxReplicas', { expected, got: max, todo: 'raise it' })];
    });
    const unscaled = podTemplates(objects)
      .filter((template) => isFunction(template) && find(objects, 'ScaledObject', template.owner.name) === undefined)
      .map(({ owner }) =>
        finding(owner, 'ScaledObject', {
          expected: 'one of the same name',
          got: undefined,
          todo: 'a function that nothing scales runs once for ever',
        }),
      );
    return [...owned, ...bounds, ...unscaled];
  },
};
