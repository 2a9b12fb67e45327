import { looksSecret } from './written/secret-texts.ts';
import { SECRET_TYPES } from './written/secrets.ts';
import { at, isTree, textAt, treesAt, type Tree } from './tree.ts';

/**
 * What an applied state (`show -json`) holds that is secret, by address: a resource that makes one, a text that looks like one, a
 * value that is marked as one, and any of the canaries, which are the secrets that were about while it was applied.
 */
export function secretsOfState(shown: unknown, canaries: readonly string[] = []): readonly string[] {
  const root = at(shown, 'values', 'root_module') ?? at(shown, 'planned_values', 'root_module');
  if (!isTree(root)) throw new Error('neither a plan nor a state');
  const outputs = at(shown, 'values', 'outputs') ?? at(shown, 'planned_values', 'outputs');
  return [
    ...resourcesOf(root).flatMap((resource) => secretsOfResource(resource, canaries)),
    ...Object.entries(isTree(outputs) ? outputs : {}).flatMap(([name, output]) => [
      ...(at(output, 'sensitive') === true ? [`output ${name}: it is marked as a secret`] : []),
      ...secretsIn(at(output, 'value'), `output ${name}`, canaries),
    ]),
  ];
}

function resourcesOf(module: Tree): readonly Tree[] {
  return [...treesAt(module, 'resources'), ...treesAt(module, 'child_modules').flatMap(resourcesOf)];
}

function secretsOfResource(resource: Tree, canaries: readonly string[]): readonly string[] {
  const address = textAt(resource, 'address');
  const type = textAt(resource, 'type');
  return [
    ...(SECRET_TYPES.has(type) ? [`${address}: ${type} is a secret`] : []),
    ...marked(resource['sensitive_values'], resource['values']).map(
      (path) => `${address}${path}: it is marked as a secret`,
    ),
    ...secretsIn(resource['values'], address, canaries),
  ];
}

/** Paths that the provider marks as secret and that hold something. */
function marked(marks: unknown, value: unknown): readonly string[] {
  if (marks === true) return value === null || value === undefined || value === '' ? [] : [''];
  if (Array.isArray(marks))
    return marks.flatMap((one, place) => marked(one, at(value, place)).map((path) => `[${place}]${path}`));
  if (!isTree(marks)) return [];
  return Object.entries(marks).flatMap(([name, one]) => marked(one, at(value, name)).map((path) => `.${name}${path}`));
}

function secretsIn(value: unknown, path: string, canaries: readonly string[]): readonly string[] {
  if (typeof value === 'string') {
    const canary = canaries.some((one) => value.includes(one)) ? 'a secret that was about' : undefined;
    const what = canary ?? looksSecret(value);
    return what === undefined ? [] : [`${path}: ${what}`];
  }
  if (Array.isArray(value)) return value.flatMap((one, place) => secretsIn(one, `${path}[${place}]`, canaries));
  if (!isTree(value)) return [];
  return Object.entries(value).flatMap(([name, one]) => secretsIn(one, `${path}.${name}`, canaries));
}
