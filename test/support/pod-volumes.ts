import { chmod, chown, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PodSpec, Volume } from './pod-spec.ts';

/** What a cluster holds of what pods mount. */
export type Holdings = {
  readonly configMaps: ReadonlyMap<string, Readonly<Record<string, string>>>;
  readonly secrets: ReadonlyMap<string, Readonly<Record<string, string>>>;
  /** A token of a service account for an audience, as the API server issues it. */
  readonly token: (serviceAccount: string, audience: string) => string;
};

type File = { readonly path: string; readonly text: string };
type Items = readonly { readonly key: string; readonly path: string }[] | undefined;

/** Makes the volumes of a pod below a folder, with the owners and modes that the kubelet gives them. */
export async function makeVolumes(
  pod: PodSpec,
  folder: string,
  holdings: Holdings,
): Promise<ReadonlyMap<string, string>> {
  const made = new Map<string, string>();
  const { fsGroup } = pod.securityContext;
  for (const volume of pod.volumes) {
    const path = join(folder, volume.name);
    await mkdir(path, { recursive: true });
    if (fsGroup !== undefined) await chown(path, 0, fsGroup);
    await chmod(path, volume.emptyDir === undefined ? 0o755 : 0o777);
    const mode = volume.secret?.defaultMode ?? volume.configMap?.defaultMode ?? 0o644;
    for (const file of filesOf(volume, pod.serviceAccountName, holdings)) {
      const target = join(path, file.path);
      await writeFile(target, file.text, { mode });
      if (fsGroup !== undefined) await chown(target, 0, fsGroup);
      // The group that owns a volume may read what its owner may; a token is its pod's alone.
      await chmod(target, fsGroup === undefined ? mode : mode | 0o040);
    }
    made.set(volume.name, path);
  }
  return made;
}

function filesOf(volume: Volume, account: string, holdings: Holdings): File[] {
  const { configMap, secret, projected } = volume;
  if (configMap !== undefined) return picked('ConfigMap', configMap.name, holdings.configMaps, configMap);
  if (secret !== undefined) return picked('Secret', secret.secretName, holdings.secrets, secret);
  return (projected?.sources ?? []).flatMap((source) => {
    if (source.configMap !== undefined) {
      return picked('ConfigMap', source.configMap.name, holdings.configMaps, source.configMap);
    }
    const { serviceAccountToken: token } = source;
    return token === undefined ? [] : [{ path: token.path, text: holdings.token(account, token.audience ?? '') }];
  });
}

function picked(
  kind: string,
  name: string,
  held: ReadonlyMap<string, Readonly<Record<string, string>>>,
  { items, optional }: { readonly items?: Items; readonly optional?: boolean | undefined },
): File[] {
  const data = held.get(name);
  if (data === undefined && optional === true) return [];
  if (data === undefined) throw new Error(`no ${kind} ${name}: the pod would wait for it`);
  const wanted = items ?? Object.keys(data).map((key) => ({ key, path: key }));
  return wanted.map(({ key, path }) => {
    const text = data[key];
    if (text === undefined) throw new Error(`${kind} ${name} has no key ${key}: the pod would not start`);
    return { path, text };
  });
}
