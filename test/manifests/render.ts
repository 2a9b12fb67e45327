import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import { objectOf, type KubeObject } from './objects.ts';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const OVERLAYS = ['dev', 'staging', 'prod', 'dr'] as const;

/** Why nothing can be rendered here, or undefined. */
export function cannotRender(): string | undefined {
  const { error, status } = spawnSync('kubectl', ['version', '--client'], { stdio: 'ignore' });
  return error === undefined && status === 0 ? undefined : 'kubectl is not installed here';
}

/** The objects of a kustomization as kubectl renders it. */
export function render(directory: string): readonly KubeObject[] {
  const { status, stdout, stderr, error } = spawnSync('kubectl', ['kustomize', directory], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`kubectl kustomize ${directory} ended with ${status}: ${stderr.trim()}`);
  return parseObjects(stdout);
}

/** Every object of a text of many documents. A key that is given twice is an error. */
export function parseObjects(text: string): readonly KubeObject[] {
  return [...parseAllDocuments(text, { uniqueKeys: true })].flatMap((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw error;
    const body: unknown = document.toJS();
    return body === null ? [] : [objectOf(body)];
  });
}

const rendered = new Map<string, readonly KubeObject[]>();

/** An overlay as it stands in the tree, rendered once in a process. */
export function overlay(name: string): readonly KubeObject[] {
  const known = rendered.get(name);
  if (known !== undefined) return known;
  const directory = join(ROOT, 'manifests/overlays', name);
  if (!existsSync(directory)) throw new Error(`there is no manifests/overlays/${name}`);
  const objects = render(directory);
  rendered.set(name, objects);
  return objects;
}
