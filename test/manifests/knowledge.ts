import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createMetrics, STOP_WITHIN_MS, TOPICS } from '@weatherline/runtime';
import * as v from 'valibot';
import { deployables, type Deployables } from './deployables.ts';
import type { Place } from './network/world.ts';
import type { KubeObject } from './objects.ts';
import { ROOT } from './render.ts';
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
  readonly stopSecondsOf: (image: string) => number;
  readonly placeOf: (overlay: string) => Place;
  /** A file of the tree by its path, or undefined. */
  readonly file: (path: string) => string | undefined;
};
