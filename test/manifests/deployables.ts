import { KAFKA_SETTINGS, S3_SETTINGS } from '@weatherline/adapters/settings';
import { PROVIDER_SETTINGS } from '@weatherline/adapters/providers';
import type { Settings } from '@weatherline/runtime';
import {
  CONFIGURE_SETTINGS,
  INITIALISE_SETTINGS,
  SNAPSHOT_SETTINGS,
} from '../../packages/secrets-init/src/admin/settings.ts';
import { REFRESH_SETTINGS, VAULT_SETTINGS } from '../../packages/secrets-init/src/settings.ts';
import { BASE } from '../../packages/runtime/src/serve-function.ts';
import { GATEWAY_SETTINGS } from '../../gateway/src/serve.ts';
import { CLUSTER_SETTINGS } from '../../cli/src/cluster.ts';
import { split } from './image.ts';

/** The settings table of what runs in a container. */
export type Deployable = {
  readonly name: string;
  readonly settings: Settings;
  /** It drains on SIGTERM within the runtime's bound; a command ends by itself. */
  readonly drains: boolean;
};

export type Deployables = ReadonlyMap<string, Deployable>;

/** By image and first argument, as containers name them. */
export const DEPLOYABLES: Deployables = new Map(
  [
    { name: 'fetch', settings: { ...KAFKA_SETTINGS, ...S3_SETTINGS, ...PROVIDER_SETTINGS, ...BASE }, drains: true },
    { name: 'transform', settings: { ...KAFKA_SETTINGS, ...BASE }, drains: true },
    { name: 'upload', settings: { ...KAFKA_SETTINGS, ...S3_SETTINGS, ...BASE }, drains: true },
    { name: 'gateway', settings: { ...S3_SETTINGS, ...GATEWAY_SETTINGS }, drains: true },
    { name: 'cli trigger', settings: CLUSTER_SETTINGS, drains: true },
    { name: 'cli lag', settings: CLUSTER_SETTINGS, drains: true },
    { name: 'secrets-init init', settings: VAULT_SETTINGS, drains: false },
    { name: 'secrets-init refresh', settings: REFRESH_SETTINGS, drains: false },
    { name: 'vault-admin initialise', settings: INITIALISE_SETTINGS, drains: false },
    { name: 'vault-admin configure', settings: CONFIGURE_SETTINGS, drains: false },
    { name: 'vault-admin snapshot', settings: SNAPSHOT_SETTINGS, drains: false },
  ].map((deployable) => [deployable.name, deployable]),
);

/** What a container of ours runs; undefined for a foreign image. */
export function deployableOf(
  deployables: Deployables,
  image: string,
  args: readonly unknown[],
): Deployable | 'unknown' | undefined {
  const [, name] = /(?:^|\/)weatherline\/([a-z-]+)$/.exec(split(image).name) ?? [];
  if (name === undefined) return undefined;
  return deployables.get(name) ?? deployables.get(`${name} ${String(args[0])}`) ?? 'unknown';
}
