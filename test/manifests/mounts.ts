import { madeByOthers } from './made.ts';
import { find, type KubeObject } from './objects.ts';
import { environmentOf, volumesOf, type Container, type PodTemplate } from './pods.ts';
import { at, isTree, mapAt, textAt, treeAt, treesAt, type Tree } from './tree.ts';

/** Where the content of a mounted file comes from. */
export type Source = {
  readonly kind: 'ConfigMap' | 'Secret' | 'token' | 'memory' | 'volume';
  readonly name: string;
  readonly key: string;
};

export function keysOf(
  objects: readonly KubeObject[],
  kind: string,
  name: string,
  namespace = '',
): readonly string[] | undefined {
  const object = find(objects, kind, name, namespace);
  if (object !== undefined)
    return [...Object.keys(treeAt(object.body, 'data')), ...Object.keys(treeAt(object.body, 'binaryData'))];
  return madeByOthers(objects).find((made) => made.kind === kind && made.name === name && made.namespace === namespace)
    ?.keys;
}

/** The ConfigMaps and Secrets that a volume takes files from; a projected one may have several. */
export function partsOf(
  type: string,
  source: Tree,
): { kind: 'ConfigMap' | 'Secret'; name: string; items: readonly Tree[]; optional: boolean }[] {
  if (type === 'projected') {
    return treesAt(source, 'sources').flatMap((item) =>
      Object.entries(item).flatMap(([inner, body]) => (isTree(body) ? partsOf(inner, body) : [])),
    );
  }
  if (type !== 'configMap' && type !== 'secret') return [];
  const name = textAt(source, type === 'secret' ? 'secretName' : 'name') ?? textAt(source, 'name') ?? '';
  const optional = source['optional'] === true;
  return [{ kind: type === 'secret' ? 'Secret' : 'ConfigMap', name, items: treesAt(source, 'items'), optional }];
}

/** Every file that a container finds, by its path. Of volumes that it fills itself only what is known to be written. */
export function filesOf(
  objects: readonly KubeObject[],
  template: PodTemplate,
  { body }: Container,
): ReadonlyMap<string, Source> {
  const volumes = new Map(volumesOf(template.spec).map((volume) => [volume.name, volume]));
  const files = new Map<string, Source>();
  for (const mount of treesAt(body, 'volumeMounts')) {
    const volume = volumes.get(String(mount['name']));
    const folder = String(mount['mountPath']).replace(/\/$/, '');
    const sub = textAt(mount, 'subPath');
    if (volume === undefined) continue;
    for (const [path, source] of filesIn(objects, template, volume)) {
      if (sub === undefined) files.set(`${folder}/${path}`, source);
      else if (path === sub) files.set(folder, source);
    }
  }
  return files;
}

type Volume = ReturnType<typeof volumesOf>[number];

function filesIn(
  objects: readonly KubeObject[],
  template: PodTemplate,
  { name, type, source }: Volume,
): [string, Source][] {
  const tokens = treesAt(source, 'sources').flatMap((item): [string, Source][] => {
    const path = textAt(item, 'serviceAccountToken', 'path');
    return path === undefined ? [] : [[path, { kind: 'token', name, key: path }]];
  });
  const files = partsOf(type, source).flatMap(({ kind, name: from, items }): [string, Source][] => {
    if (items.length > 0) {
      return items.map((item) => [String(item['path']), { kind, name: from, key: String(item['key']) }]);
    }
    const keys = keysOf(objects, kind, from, template.owner.namespace) ?? [];
    return keys.map((key) => [key, { kind, name: from, key }]);
  });
  const written = type === 'emptyDir' ? writtenSecrets(objects, template, name) : [];
  return [...tokens, ...files, ...written];
}

/** What secrets-init of the same pod writes into the volume, as its setting says. */
function writtenSecrets(objects: readonly KubeObject[], template: PodTemplate, volume: string): [string, Source][] {
  return template.containers
    .filter(
      ({ role, body }) => role !== 'main' && treesAt(body, 'volumeMounts').some((mount) => mount['name'] === volume),
    )
    .flatMap((container) => secretsWrittenBy(objects, template, container))
    .map((file) => [file, { kind: 'memory', name: volume, key: file }]);
}

/** The files that a container of secrets-init is told to write. */
export function secretsWrittenBy(
  objects: readonly KubeObject[],
  template: PodTemplate,
  container: Container,
): string[] {
  const text = settingOf(objects, template, container, 'WEATHERLINE_VAULT_SECRETS');
  if (text === undefined) return [];
  const wanted: unknown = JSON.parse(text);
  return treesAt({ wanted }, 'wanted').map((one) => String(one['file']));
}

/** The value of a setting as the container will read it, when it comes from a ConfigMap of the overlay. */
export function settingOf(
  objects: readonly KubeObject[],
  template: PodTemplate,
  container: Container,
  name: string,
): string | undefined {
  const path = environmentOf(container).get(`${name}_FILE`);
  if (typeof path !== 'string') return undefined;
  const volumes = volumesOf(template.spec);
  for (const mount of treesAt(container.body, 'volumeMounts')) {
    const folder = String(mount['mountPath']).replace(/\/$/, '');
    const volume = volumes.find((one) => one.name === mount['name']);
    if (volume === undefined || !path.startsWith(`${folder}/`)) continue;
    const file = path.slice(folder.length + 1);
    for (const { name: from, kind, items } of partsOf(volume.type, volume.source).toReversed()) {
      const key =
        items.length === 0
          ? file
          : textAt(
              items.find((item) => item['path'] === file),
              'key',
            );
      const map = find(objects, kind, from, template.owner.namespace);
      const value = key === undefined ? undefined : mapAt(map?.body, 'data')[key];
      if (value !== undefined) return value;
    }
  }
  return undefined;
}

/** Names of ConfigMaps end in a hash of their content: which one of them is it? */
export function baseName(name: string): string {
  return name.replace(/-[a-z0-9]{10}$/, '');
}

export function isMounted(container: Container, volume: string): boolean {
  return treesAt(container.body, 'volumeMounts').some((mount) => at(mount, 'name') === volume);
}
