import { finding, type Check, type Finding } from '../../manifests/check.ts';
import { deployableOf, type Deployable, type Deployables } from '../../manifests/deployables.ts';
import { filesOf } from '../../manifests/mounts.ts';
import { ofKind, type KubeObject } from '../../manifests/objects.ts';
import { environmentOf, podTemplates, type Container, type PodTemplate } from '../../manifests/pods.ts';
import { listAt, treeAt, treesAt } from '../../manifests/tree.ts';

/** Variables that no settings table has, because what reads them is not our code. */
const OF_THE_PLATFORM = new Set(['AWS_REGION', 'NODE_COMPILE_CACHE', 'NODE_OPTIONS', 'TZ']);

/** Each container of ours is given what its settings table asks for, by files, and nothing else. */
export const settings: Check = {
  name: 'settings',
  answers: ['CIS 4.4.1'],
  find: (objects, { knowledge }) =>
    podTemplates(objects).flatMap((template) =>
      template.containers.flatMap((container) => containerFindings(template, container, knowledge.deployables)),
    ),
};

function containerFindings({ owner }: PodTemplate, container: Container, deployables: Deployables): Finding[] {
  const image = String(container.body['image']);
  const deployable = deployableOf(deployables, image, listAt(container.body, 'args'));
  if (deployable === undefined) return [];
  if (deployable === 'unknown') {
    const got = `${image} ${listAt(container.body, 'args').join(' ')}`;
    const expected = `one of ${[...deployables.keys()].join(', ')}`;
    return [finding(owner, `${container.path}.args`, { expected, got, todo: 'correct image and args' })];
  }
  return [...unknown(owner, container, deployable), ...missing(owner, container, deployable)];
}

function unknown(owner: KubeObject, container: Container, { name, settings: table }: Deployable): Finding[] {
  const variables = new Set(Object.values(table).map(({ env }) => `${env}_FILE`));
  const places = new Set(Object.values(table).map(({ env }) => env));
  return [...environmentOf(container)]
    .filter(([variable]) => !variables.has(variable) && !OF_THE_PLATFORM.has(variable))
    .filter(([variable, value]) => !places.has(variable) || !isPlace(container, value))
    .map(([variable]) =>
      finding(owner, `${container.path}.env[${variable}]`, {
        expected: `NAME_FILE of a setting of ${name}`,
        got: variable,
        todo: 'docs/reference/configuration.md lists what it reads',
      }),
    );
}

/** A path of the pod's own, which belongs beside the mount that it repeats and would only drift from it in a ConfigMap. */
function isPlace({ body }: Container, value: unknown): boolean {
  return (
    typeof value === 'string' &&
    treesAt(body, 'volumeMounts').some(
      ({ mountPath }) => value === mountPath || value.startsWith(`${String(mountPath)}/`),
    )
  );
}

function missing(owner: KubeObject, container: Container, { name, settings: table }: Deployable): Finding[] {
  const given = environmentOf(container);
  return Object.values(table)
    .filter(({ fallback, optional }) => fallback === undefined && optional !== true)
    .filter(({ env }) => !given.has(`${env}_FILE`) && !given.has(env))
    .map(({ env }) =>
      finding(owner, `${container.path}.env`, {
        expected: `${env}_FILE, which ${name} needs`,
        got: undefined,
        todo: 'without it the process ends with 78',
      }),
    );
}

/** Every key of the settings is read by somebody: what is not, is a misunderstanding. */
export const readKeys: Check = {
  name: 'keys that are read',
  answers: [],
  find: (objects) => {
    const read = new Set(
      podTemplates(objects).flatMap((template) =>
        template.containers.flatMap((container) => {
          const files = filesOf(objects, template, container);
          return [...environmentOf(container).values()].map((path) => {
            const source = typeof path === 'string' ? files.get(path) : undefined;
            return `${source?.kind}/${source?.name}/${source?.key}`;
          });
        }),
      ),
    );
    return ofKind(objects, 'ConfigMap')
      .filter(({ body }) => Object.keys(treeAt(body, 'data')).some((key) => key.startsWith('WEATHERLINE_')))
      .flatMap((map) =>
        Object.keys(treeAt(map.body, 'data'))
          .filter((key) => !read.has(`ConfigMap/${map.name}/${key}`))
          .map((key) =>
            finding(map, `data.${key}`, {
              expected: 'a container that reads it',
              got: 'none',
              todo: 'give it to the one that needs it, or remove it',
            }),
          ),
      );
  },
};
