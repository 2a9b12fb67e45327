import { isTree, mapAt, textAt, type Tree } from './tree.ts';

/** One object of a rendered overlay. */
export type KubeObject = {
  readonly apiVersion: string;
  /** Of `apiVersion`; empty for the core group. */
  readonly group: string;
  readonly kind: string;
  /** Undefined for what belongs to the whole cluster. */
  readonly namespace: string | undefined;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly body: Tree;
};

export function objectOf(body: unknown): KubeObject {
  if (!isTree(body)) throw new TypeError(`expected a Kubernetes object, got ${JSON.stringify(body)}`);
  const apiVersion = textAt(body, 'apiVersion') ?? '';
  return {
    apiVersion,
    group: apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '',
    kind: textAt(body, 'kind') ?? '',
    namespace: textAt(body, 'metadata', 'namespace'),
    name: textAt(body, 'metadata', 'name') ?? '',
    labels: mapAt(body, 'metadata', 'labels'),
    body,
  };
}

/** `Kind/namespace/name`, as problems name it. */
export function titleOf({ kind, namespace, name }: KubeObject): string {
  return namespace === undefined ? `${kind}/${name}` : `${kind}/${namespace}/${name}`;
}

export function ofKind(objects: readonly KubeObject[], ...kinds: readonly string[]): KubeObject[] {
  return objects.filter(({ kind }) => kinds.includes(kind));
}

export function find(
  objects: readonly KubeObject[],
  kind: string,
  name: string | undefined,
  namespace?: string,
): KubeObject | undefined {
  return objects.find(
    (object) =>
      object.kind === kind && object.name === name && (namespace === undefined || object.namespace === namespace),
  );
}

/** The namespaces that are ours: those that the overlay makes. */
export function ownNamespaces(objects: readonly KubeObject[]): string[] {
  return ofKind(objects, 'Namespace').map(({ name }) => name);
}
