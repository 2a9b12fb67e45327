import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import * as v from 'valibot';
import type { Component } from './components.ts';

export const PNPM = 'pnpm@12.21.0';

const Part = v.looseObject({ 'bom-ref': v.string(), purl: v.string() });
const Document = v.looseObject({
  metadata: v.looseObject({ component: Part }),
  components: v.array(Part),
  dependencies: v.array(v.looseObject({ ref: v.string(), dependsOn: v.optional(v.array(v.string()), []) })),
});
export type Sbom = v.InferOutput<typeof Document>;

/** CycloneDX of a package's production dependencies, as pnpm knows them. */
async function declared(root: string, { package: name }: Component): Promise<Sbom> {
  const asked = ['--filter', name, 'sbom', '--prod', '--sbom-format', 'cyclonedx', '--sbom-type', 'application'];
  const { stdout } = await promisify(execFile)('npm', ['exec', '--yes', `--package=${PNPM}`, '--', 'pnpm', ...asked], {
    cwd: root,
    maxBuffer: 64 * 1024 ** 2,
  });
  return v.parse(Document, JSON.parse(stdout));
}

export function purl(name: string, version: string): string {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}

export type Contents = {
  /** `purl`s of what is in the image. */
  readonly present: ReadonlySet<string>;
  /** Seconds since 1970; the same commit gives the same document. */
  readonly epoch: number;
};

/** What is in the image, no more: of the packages that it may hold, those whose code or files it does. */
export async function sbomOf(root: string, component: Component, { present, epoch }: Contents): Promise<string> {
  const all = await declared(root, component);
  const { component: self } = all.metadata;
  const known = new Set([self.purl, ...all.components.map((one) => one.purl)]);
  const unknown = [...present].filter((one) => !known.has(one));
  if (unknown.length > 0) {
    throw new Error(`${component.name} holds what ${component.package} does not depend on: ${unknown.join(', ')}`);
  }
  // pnpm tells them in another order every time.
  const components = all.components.filter((one) => present.has(one.purl)).toSorted(by(({ purl: name }) => name));
  const refs = new Set([self['bom-ref'], ...components.map((one) => one['bom-ref'])]);
  const dependencies = all.dependencies
    .filter(({ ref }) => refs.has(ref))
    .map((one) => Object.assign(one, { dependsOn: one.dependsOn.filter((ref) => refs.has(ref)).toSorted() }))
    .toSorted(by(({ ref }) => ref));
  const timestamp = new Date(epoch * 1000).toISOString();
  const metadata = { ...all.metadata, timestamp, component: { ...self, name: `weatherline/${component.name}` } };
  const whole = { ...all, metadata, components, dependencies };
  return `${JSON.stringify({ ...whole, serialNumber: serialOf({ ...whole, serialNumber: '' }) }, null, 2)}\n`;
}

function by<T>(nameOf: (one: T) => string): (a: T, b: T) => number {
  return (a, b) => (nameOf(a) < nameOf(b) ? -1 : 1);
}

/** A name of the document that is drawn from what it says. */
function serialOf(document: object): string {
  const hex = createHash('sha256').update(JSON.stringify(document)).digest('hex');
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 3) | 8).toString(16);
  const groups = [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `${variant}${hex.slice(17, 20)}`];
  return `urn:uuid:${[...groups, hex.slice(20, 32)].join('-')}`;
}
