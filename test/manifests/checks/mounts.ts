import { finding, type Check, type Finding } from '../check.ts';
import { filesOf, keysOf, partsOf } from '../mounts.ts';
import type { KubeObject } from '../objects.ts';
import { environmentOf, podTemplates, volumesOf, type PodTemplate } from '../pods.ts';
import { textAt, treesAt } from '../tree.ts';

/** Every ConfigMap, Secret and key that a pod mounts is there or made by somebody known; every file that a variable names is mounted. */
export const mounts: Check = {
  name: 'mounts',
  answers: [],
  find: (objects) =>
    podTemplates(objects).flatMap((template) => [
      ...sources(objects, template),
      ...volumes(template),
      ...named(objects, template),
    ]),
};

function sources(objects: readonly KubeObject[], { owner, path, spec }: PodTemplate): Finding[] {
  return volumesOf(spec).flatMap(({ name, type, source }) =>
    partsOf(type, source).flatMap(({ kind, name: from, items, optional }) => {
      if (optional) return [];
      const keys = keysOf(objects, kind, from, owner.namespace);
      const place = `${path}.volumes[${name}]`;
      const todo = 'make it in the overlay, or declare in test/manifests/made.ts who does';
      if (keys === undefined) {
        return [finding(owner, place, { expected: `a ${kind} that exists`, got: from, todo })];
      }
      return items
        .filter(({ key }) => !keys.includes(String(key)))
        .map(({ key }) =>
          finding(owner, place, {
            expected: `a key of ${from}: ${keys.join(', ')}`,
            got: String(key),
            todo: 'correct the key',
          }),
        );
    }),
  );
}

function volumes({ owner, path, spec, containers }: PodTemplate): Finding[] {
  const known = new Set([
    ...volumesOf(spec).map(({ name }) => name),
    ...treesAt(owner.body, 'spec', 'volumeClaimTemplates').map((claim) => textAt(claim, 'metadata', 'name') ?? ''),
  ]);
  const used = containers.flatMap(({ body, path: place }) =>
    treesAt(body, 'volumeMounts').map((mount) => ({ name: String(mount['name']), place })),
  );
  const unknown = used
    .filter(({ name }) => !known.has(name))
    .map(({ name, place }) =>
      finding(owner, `${place}.volumeMounts`, { expected: 'a volume of the pod', got: name, todo: 'correct the name' }),
    );
  const idle = volumesOf(spec)
    .filter(({ name }) => !used.some((mount) => mount.name === name))
    .map(({ name }) =>
      finding(owner, `${path}.volumes[${name}]`, {
        expected: 'a container that mounts it',
        got: undefined,
        todo: 'mount it or remove it',
      }),
    );
  return [...unknown, ...idle];
}

function named(objects: readonly KubeObject[], template: PodTemplate): Finding[] {
  return template.containers.flatMap((container) => {
    const files = filesOf(objects, template, container);
    return [...environmentOf(container)]
      .filter(([name]) => name.endsWith('_FILE'))
      .filter(([, path]) => typeof path !== 'string' || !files.has(path))
      .map(([name, path]) =>
        finding(template.owner, `${container.path}.env[${name}]`, {
          expected: 'the path of a file that a volume brings',
          got: path,
          todo: 'correct the path, or mount the file',
        }),
      );
  });
}
