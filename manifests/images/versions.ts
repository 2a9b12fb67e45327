import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';

export const UNRESOLVED = 'unresolved';
export const DIGEST = /^sha256:[0-9a-f]{64}$/;

const Pin = v.strictObject({
  name: v.string(),
  /** Registry and repository, written out. */
  image: v.pipe(v.string(), v.regex(/^[a-z0-9.:-]+(\/[a-z0-9._-]+)+$/, 'must name its registry')),
  tag: v.pipe(v.string(), v.regex(/^\w[\w.-]{0,127}$/), v.notValue('latest', 'latest is another image tomorrow')),
  digest: v.union([v.literal(UNRESOLVED), v.pipe(v.string(), v.regex(DIGEST, 'must be a digest or unresolved'))]),
  why: v.pipe(v.string(), v.nonEmpty()),
});
export type Pin = v.InferOutput<typeof Pin>;

export const VERSIONS_FILE = fileURLToPath(new URL('versions.json', import.meta.url));

/** Images of others by tag, and by digest once somebody has seen it. */
export function readVersions(file = VERSIONS_FILE): Pin[] {
  return v.parse(v.array(Pin), JSON.parse(readFileSync(file, 'utf8')));
}

export function writeVersions(pins: readonly Pin[], file = VERSIONS_FILE): void {
  replaceFile(file, `${JSON.stringify(pins, null, 2)}\n`);
}

/** Who reads the file sees the old text or the new one. */
export function replaceFile(file: string, text: string): void {
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}

/** `image:tag@digest`, or without a digest where none is known. */
export function referenceOf({ image, tag, digest }: Pin): string {
  return digest === UNRESOLVED ? `${image}:${tag}` : `${image}:${tag}@${digest}`;
}
