import { ofKind, type KubeObject } from './objects.ts';
import { at, isTree, mapAt, treeAt, treesAt, type Tree } from './tree.ts';

/** A container of a pod template, of whichever kind. */
export type Container = {
  readonly name: string;
  readonly path: string;
  readonly body: Tree;
  /** An init container that ends before the next begins; one with `restartPolicy: Always` is a sidecar. */
  readonly role: 'main' | 'init' | 'sidecar';
};

/** What will become pods: the template of a workload and where it stands. */
export type PodTemplate = {
  readonly owner: KubeObject;
  readonly path: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly spec: Tree;
  readonly containers: readonly Container[];
};

const TEMPLATES: Readonly<Record<string, readonly string[]>> = {
  Deployment: ['spec', 'template'],
  StatefulSet: ['spec', 'template'],
  DaemonSet: ['spec', 'template'],
  ReplicaSet: ['spec', 'template'],
  Job: ['spec', 'template'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template'],
  Pod: [],
};

export const WORKLOADS = Object.keys(TEMPLATES);

/** Every pod template that the overlay itself writes down. */
export function podTemplates(objects: readonly KubeObject[]): PodTemplate[] {
  return ofKind(objects, ...WORKLOADS).map((owner) => {
    const steps = TEMPLATES[owner.kind] ?? [];
    const template = at(owner.body, ...steps);
    const path = [...steps, 'spec'].join('.');
    return {
      owner,
      path,
      labels: mapAt(template, 'metadata', 'labels'),
      annotations: mapAt(template, 'metadata', 'annotations'),
      spec: treeAt(template, 'spec'),
      containers: containersOf(treeAt(template, 'spec'), path),
    };
  });
}

export function containersOf(spec: Tree, path: string): Container[] {
  return ['initContainers', 'containers', 'ephemeralContainers'].flatMap((list) =>
    treesAt(spec, list).map((body) => ({
      name: String(body['name']),
      path: `${path}.${list}[${String(body['name'])}]`,
      body,
      role: list !== 'initContainers' ? ('main' as const) : body['restartPolicy'] === 'Always' ? 'sidecar' : 'init',
    })),
  );
}

/** A volume by its name, and the one word that says what it is. */
export function volumesOf(spec: Tree): { name: string; type: string; source: Tree }[] {
  return treesAt(spec, 'volumes').map((volume) => {
    const type = Object.keys(volume).find((key) => key !== 'name') ?? 'emptyDir';
    return { name: String(volume['name']), type, source: treeAt(volume, type) };
  });
}

/** `NAME` → the file that the variable names, or its value. */
export function environmentOf({ body }: Container): ReadonlyMap<string, unknown> {
  return new Map(treesAt(body, 'env').map((entry) => [String(entry['name']), entry['value'] ?? entry['valueFrom']]));
}

/** Ports that a container declares, with the names by which others may call them. */
export function portsOf(body: Tree): { name: string | undefined; port: number; protocol: string }[] {
  return treesAt(body, 'ports').map((port) => ({
    name: typeof port['name'] === 'string' ? port['name'] : undefined,
    port: Number(port['containerPort']),
    protocol: typeof port['protocol'] === 'string' ? port['protocol'] : 'TCP',
  }));
}

export function isFunction({ labels }: { readonly labels: Readonly<Record<string, string>> }): boolean {
  return labels['app.kubernetes.io/component'] === 'function';
}

export function replicasOf({ body }: KubeObject): number | undefined {
  const replicas = at(body, 'spec', 'replicas');
  return typeof replicas === 'number' ? replicas : undefined;
}

export function hasKeys(value: unknown): boolean {
  return isTree(value) && Object.keys(value).length > 0;
}
