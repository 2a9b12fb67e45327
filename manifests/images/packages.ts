import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';

/** A package of somebody else whose code or files are in an image. */
export type Package = {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly author: string;
  readonly homepage: string;
  readonly folder: string;
};

const License = v.object({ type: v.string() });
const Person = v.union([v.string(), v.object({ name: v.string() })]);
const Manifest = v.object({
  name: v.string(),
  version: v.string(),
  // An old list of them is a choice.
  license: v.optional(v.union([v.string(), License, v.array(License)]), 'unknown'),
  author: v.optional(Person, ''),
  homepage: v.optional(v.string(), ''),
});

/** The packages that these files belong to, by name and version. */
export function packagesOf(root: string, inputs: readonly string[]): readonly Package[] {
  const folders = new Set(inputs.map(folderOf).filter((folder) => folder !== undefined));
  const found = new Map<string, Package>();
  for (const folder of folders) {
    const one = readPackage(join(root, folder));
    found.set(`${one.name}@${one.version}`, one);
  }
  return [...found].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}

/** Our own packages that these files belong to. */
export function workspacePackagesOf(root: string, inputs: readonly string[]): readonly Package[] {
  const folders = inputs
    .filter((path) => !path.includes('node_modules/'))
    .map((path) => /^(?:(?:packages|functions)\/[^/]+|gateway|cli)(?=\/)/.exec(path)?.[0])
    .filter((folder) => folder !== undefined);
  return [...new Set(folders)].map((folder) => readPackage(join(root, folder)));
}

/** `…/node_modules/@scope/name/lib/x.js` belongs to `…/node_modules/@scope/name`. */
function folderOf(path: string): string | undefined {
  return /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path)?.[0];
}

function readPackage(folder: string): Package {
  const parsed: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const { name, version, license, author, homepage } = v.parse(Manifest, parsed);
  return {
    name,
    version,
    license:
      typeof license === 'string'
        ? license
        : [license]
            .flat()
            .map(({ type }) => type)
            .join(' OR '),
    author: typeof author === 'string' ? author : author.name,
    homepage,
    folder,
  };
}

/** What its makers ask to be passed on: licences and notices, as they wrote them. */
export function legalTexts({ folder }: Package): readonly string[] {
  return readdirSync(folder)
    .filter((name) => /^(licen[cs]e|copying|notice)|\.license\.txt$/i.test(name))
    .toSorted()
    .map((name) => join(folder, name))
    .filter((path) => existsSync(path))
    .map((path) => readFileSync(path, 'utf8').replaceAll('\r\n', '\n').trim());
}
