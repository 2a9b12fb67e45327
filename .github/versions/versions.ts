import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { DIGEST, replaceFile, UNRESOLVED } from '../../manifests/images/versions.ts';

export { replaceFile, UNRESOLVED } from '../../manifests/images/versions.ts';

/** What a tag named when somebody looked. */
export const COMMIT = /^[0-9a-f]{40}$/;

const why = v.pipe(v.string(), v.nonEmpty());
/** A whole version: v1 is another action tomorrow. */
const tag = v.pipe(v.string(), v.regex(/^v?\d+\.\d+\.\d+$/, 'must be a whole version'));

const Action = v.strictObject({
  /** OWNER/NAME on GitHub. */
  name: v.pipe(v.string(), v.regex(/^[\w-]+\/[\w.-]+$/)),
  tag,
  commit: v.union([v.literal(UNRESOLVED), v.pipe(v.string(), v.regex(COMMIT, 'must be a commit or unresolved'))]),
  why,
});
export type Action = v.InferOutput<typeof Action>;

const Image = v.strictObject({
  name: v.string(),
  image: v.pipe(v.string(), v.regex(/^[a-z0-9.-]+(\/[a-z0-9._-]+)+$/, 'must name its registry')),
  tag,
  digest: v.union([v.literal(UNRESOLVED), v.pipe(v.string(), v.regex(DIGEST, 'must be a digest or unresolved'))]),
  why,
});
export type Image = v.InferOutput<typeof Image>;

const Tool = v.strictObject({
  name: v.string(),
  version: tag,
  /** The key in a workflow that takes it. */
  setting: v.pipe(v.string(), v.regex(/^[\w-]+$/)),
  why,
});
export type Tool = v.InferOutput<typeof Tool>;

const Versions = v.strictObject({ actions: v.array(Action), images: v.array(Image), tools: v.array(Tool) });
export type Versions = v.InferOutput<typeof Versions>;

export const VERSIONS_FILE = fileURLToPath(new URL('versions.json', import.meta.url));

/** All that the pipeline takes from others, in one table. */
export function readVersions(file = VERSIONS_FILE): Versions {
  return v.parse(Versions, JSON.parse(readFileSync(file, 'utf8')));
}

export function writeVersions(versions: Versions, file = VERSIONS_FILE): void {
  replaceFile(file, `${JSON.stringify(versions, null, 2)}\n`);
}
