import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from '@cdktn/hcl2json';
import { isTree, type Tree } from './tree.ts';

/** A file of HCL as it is written: blocks are lists by their labels, what is computed is a text `${…}`. */
export type HclFile = { readonly path: string; readonly body: Tree };

/** Parses one file, `.tofu` as well as `.tf`; the error names file and line. */
export async function parseHcl(path: string, text: string): Promise<HclFile> {
  const body: unknown = await parse(path, text);
  if (!isTree(body)) throw new Error(`${path} is no HCL`);
  return { path, body };
}

/** Every file that OpenTofu reads below a folder. */
export async function parseTree(folder: string): Promise<HclFile[]> {
  const paths = globSync('**/*.{tf,tofu,tfvars}', { cwd: folder, exclude: (name) => name === '.terraform' });
  return Promise.all(
    paths
      .filter((path) => !path.split('/').includes('.terraform'))
      .toSorted()
      .map(async (path) => parseHcl(path, readFileSync(join(folder, path), 'utf8'))),
  );
}

export type Block = { readonly path: string; readonly labels: readonly string[]; readonly body: Tree };

/** The blocks of a type, such as `resource`, which has two labels, or `variable`, which has one. */
export function blocks(files: readonly HclFile[], type: string, labels: number): Block[] {
  return files.flatMap(({ path, body }) => below(body[type], labels).map((one) => ({ path, ...one })));
}

function below(value: unknown, depth: number): { labels: string[]; body: Tree }[] {
  if (depth > 0)
    return Object.entries(isTree(value) ? value : {}).flatMap(([label, inner]) =>
      below(inner, depth - 1).map((one) => ({ labels: [label, ...one.labels], body: one.body })),
    );
  return listOf(value)
    .filter(isTree)
    .map((body) => ({ labels: [], body }));
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : value === undefined ? [] : [value];
}
