import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createMetrics, TOPICS } from '@weatherline/runtime';
import * as v from 'valibot';
import { STOP_WITHIN_MS } from '../../packages/runtime/src/lifecycle.ts';
import { refreshMetrics } from '../../packages/secrets-init/src/metrics.ts';
import { DEPLOYABLES, deployableOf, type Deployables } from './deployables.ts';
import type { Place } from './network/world.ts';
import type { KubeObject } from './objects.ts';
import { ROOT } from './render.ts';
import manifest from '../../package.json' with { type: 'json' };
import { COMPONENTS } from '../../manifests/images/components.ts';
import { loadSchemas, type Schemas } from './schema/registry.ts';

/** What the code, the tables and the documents say: everything that manifests are compared with. */
export type Knowledge = {
  readonly schemas: Schemas;
  readonly deployables: Deployables;
  /** The tag of each image, from manifests/images/versions.json. */
  readonly tags: ReadonlyMap<string, string>;
  /** Every series that a process of ours exports. */
  readonly metrics: ReadonlySet<string>;
  readonly topics: ReadonlyMap<string, { readonly partitions: number }>;
  /** How long what runs in a container needs to stop at most. */
  readonly stopSecondsOf: (image: string, args: readonly unknown[]) => number;
  readonly placeOf: (overlay: string) => Place;
  /** A file of the tree by its path, or undefined. */
  readonly file: (path: string) => string | undefined;
};

const Versions = v.array(v.looseObject({ image: v.string(), tag: v.string(), digest: v.string(), why: v.string() }));

export async function loadKnowledge(objects: readonly KubeObject[]): Promise<Knowledge> {
  return {
    schemas: await loadSchemas(objects),
    deployables: DEPLOYABLES,
    tags: tagsOf(file('manifests/images/versions.json')),
    metrics: await metricNames(),
    topics: new Map(TOPICS.map(({ name, partitions }) => [name, { partitions }])),
    stopSecondsOf,
    placeOf,
    file,
  };
}

function file(path: string): string | undefined {
  const whole = join(ROOT, path);
  return existsSync(whole) ? readFileSync(whole, 'utf8') : undefined;
}

function tagsOf(text = '[]'): ReadonlyMap<string, string> {
  const foreign = v
    .parse(Versions, JSON.parse(text))
    .map(({ image, tag }): [string, string] => [image.replace(/^docker\.io\//, ''), tag]);
  // Images of ours bear the version of the tree that they are built from.
  const own = COMPONENTS.map(({ name }): [string, string] => [`weatherline/${name}`, manifest.version]);
  return new Map([...foreign, ...own]);
}

/** The names of every series: a histogram has three. */
async function metricNames(): Promise<ReadonlySet<string>> {
  const metrics = createMetrics({ service: 'weatherline.check', version: '0' });
  metrics.collectLag(async () => []);
  refreshMetrics(metrics.registry);
  const types = (await metrics.text()).matchAll(/^# TYPE (\S+) (\S+)$/gm);
  return new Set(
    [...types].flatMap(([, name = '', type]) =>
      type === 'histogram' ? ['_bucket', '_sum', '_count'].map((suffix) => name + suffix) : [name],
    ),
  );
}

/** The gateway goes on serving for its delay before it drains. */
function stopSecondsOf(image: string, args: readonly unknown[]): number {
  const deployable = deployableOf(DEPLOYABLES, image, args);
  if (deployable === undefined || deployable === 'unknown' || !deployable.drains) return 0;
  const delay = deployable.settings['drainDelayMs'];
  const before = delay === undefined ? 0 : Number(delay.parse(delay.fallback ?? '0s'));
  return (STOP_WITHIN_MS + before) / 1000;
}

/** The networks of an overlay's cluster, as its cluster-config.env tells them. */
function placeOf(overlay: string): Place {
  const lines = (file(`manifests/overlays/${overlay}/cluster-config.env`) ?? '').split('\n');
  const values = new Map(lines.map((line) => [line.split('=')[0] ?? '', line.slice(line.indexOf('=') + 1)]));
  const vpc = values.get('VPC_CIDR');
  if (vpc === undefined) throw new Error(`overlays/${overlay}/cluster-config.env has no VPC_CIDR`);
  return {
    vpc,
    publicSubnets: [...values].filter(([key]) => key.startsWith('PUBLIC_SUBNET_CIDR')).map(([, cidr]) => cidr),
  };
}
