import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { serviceAccountToken } from '@weatherline/testkit/vault';
import type { ImageRoot } from './image-root.ts';
import type { PodSpec, Volume } from './rendered.ts';

const USER = 65_532;

/** What a cluster would give to pods: contents of its ConfigMaps and Secrets, and images by the end of their name. */
export type Cluster = {
  readonly configMap: (name: string) => Readonly<Record<string, string>>;
  readonly secret: (name: string) => Readonly<Record<string, string>>;
  readonly image: (name: string) => Promise<ImageRoot>;
  readonly port: () => Promise<number>;
  /** Stand-ins of what is outside the cluster, as files of their variables' names. */
  readonly standIns: Readonly<Record<string, string>>;
  /** What the webhook of EKS puts into a container's environment. */
  readonly injected: Readonly<Record<string, string>>;
};

type Owner = { readonly spec: PodSpec; readonly cluster: Cluster };

/** What a volume holds when the pod's containers start. */
export function fillVolume(folder: string, volume: Volume, { spec, cluster }: Owner): void {
  const { emptyDir, configMap, secret, projected } = volume;
  mkdirSync(folder);
  if (emptyDir !== undefined) {
    chownSync(folder, 0, USER);
    chmodSync(folder, 0o2777);
  }
  if (secret !== undefined) {
    const { secretName, items, defaultMode = 0o644 } = secret;
    writeFiles(folder, pick(cluster.secret(secretName), items), defaultMode);
  }
  for (const source of [...(projected?.sources ?? []), { configMap, serviceAccountToken: undefined }]) {
    const { configMap: map, serviceAccountToken: token } = source;
    if (map !== undefined) writeFiles(folder, pick(cluster.configMap(map.name), map.items), 0o644);
    if (token === undefined) continue;
    const claims = { name: spec.serviceAccountName, namespace: 'weatherline', audience: token.audience };
    writeFiles(folder, { [token.path]: serviceAccountToken(claims) }, 0o600);
  }
}

/** As the kubelet does for a pod with a group for its files: root's, and the group may read. */
export function writeFiles(folder: string, files: Readonly<Record<string, string>>, mode: number): void {
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    chownSync(path, 0, USER);
    chmodSync(path, mode | 0o040);
  }
}

function pick(
  data: Readonly<Record<string, string>>,
  items: readonly { key: string; path: string }[] | undefined,
): Record<string, string> {
  if (items === undefined) return { ...data };
  return Object.fromEntries(
    items.map(({ key, path }) => {
      const value = data[key];
      if (value === undefined) throw new Error(`there is no key ${key}`);
      return [path, value];
    }),
  );
}
