import { finding, type Check } from '../check.ts';
import { find, ofKind, type KubeObject } from '../objects.ts';
import { podTemplates } from '../pods.ts';
import { strimziTemplates } from '../strimzi.ts';
import { textAt, treesAt } from '../tree.ts';

/** Classes that the cluster brings with it. */
const FOREIGN_STORAGE: ReadonlySet<string> = new Set(['gp3']);

/** Each pod has a priority, and each class that is named exists. */
export const scheduling: Check = {
  name: 'scheduling',
  answers: ['P5'],
  find: (objects) => [
    ...[...podTemplates(objects), ...strimziTemplates(objects)].flatMap(({ owner, path, spec }) => {
      const name = textAt(spec, 'priorityClassName');
      if (find(objects, 'PriorityClass', name) !== undefined) return [];
      const todo = 'say what it may push aside, and what may push it aside';
      return [finding(owner, `${path}.priorityClassName`, { expected: 'a class that exists', got: name, todo })];
    }),
    ...claims(objects).flatMap(({ owner, path, name }) =>
      name !== undefined && (FOREIGN_STORAGE.has(name) || find(objects, 'StorageClass', name) !== undefined)
        ? []
        : [finding(owner, path, { expected: 'a StorageClass that exists', got: name, todo: 'name the class' })],
    ),
  ],
};

function claims(objects: readonly KubeObject[]): { owner: KubeObject; path: string; name: string | undefined }[] {
  return [
    ...ofKind(objects, 'StatefulSet').flatMap((owner) =>
      treesAt(owner.body, 'spec', 'volumeClaimTemplates').map((claim) => ({
        owner,
        path: 'spec.volumeClaimTemplates',
        name: textAt(claim, 'spec', 'storageClassName'),
      })),
    ),
    ...ofKind(objects, 'PersistentVolumeClaim').map((owner) => ({
      owner,
      path: 'spec.storageClassName',
      name: textAt(owner.body, 'spec', 'storageClassName'),
    })),
    ...ofKind(objects, 'KafkaNodePool').flatMap((owner) =>
      treesAt(owner.body, 'spec', 'storage', 'volumes').map((volume) => ({
        owner,
        path: 'spec.storage.volumes',
        name: textAt(volume, 'class'),
      })),
    ),
  ];
}
