import { cpSync } from 'node:fs';
import { basename, join } from 'node:path';
import { within, worldOf, type World } from './facts.ts';
import { SUBJECTS, type SubjectName } from './subjects.ts';
import { INFRA, type Workspace } from './workspace.ts';

/** One call of a subject, of the tree as it is or of a copy that was changed. */
export type Call = {
  readonly name: string;
  readonly subject: SubjectName;
  /** Makes the change in the copy. */
  readonly change?: (read: (path: string) => string, write: (path: string, text: string) => void) => void;
};

/** Where the root stands that calls them all. */
const ROOT = 'calls';

/**
 * Plans every call in one root: a plan of thirty modules costs little more than a plan of one, as the provider starts once.
 * A world is what belongs to one call.
 */
export async function planCalls(workspace: Workspace, calls: readonly Call[]): Promise<ReadonlyMap<string, World>> {
  const main = calls.map((call) => SUBJECTS[call.subject].call(treeOf(workspace, call)).replaceAll('NAME', call.name));
  workspace.write(`${ROOT}/main.tf`, `provider "aws" {\n  region = "us-east-2"\n}\n\n${main.join('\n')}`);
  const world = worldOf(await planned(workspace, ROOT, { init: [], plan: [] }), 'any');
  return new Map(calls.map(({ name }) => [name, within(world, `module.${name}`)]));
}

/** The path from the root to the tree of a call. */
function treeOf(workspace: Workspace, { name, change }: Call): string {
  if (change === undefined) return '..';
  const tree = `trees/${name}`;
  for (const part of ['bootstrap', 'modules'])
    cpSync(join(INFRA, part), join(workspace.folder, tree, part), { recursive: true, filter: isRead });
  change(
    (path) => workspace.read(`${tree}/${path}`),
    (path, text) => workspace.write(`${tree}/${path}`, text),
  );
  return `../${tree}`;
}

function isRead(path: string): boolean {
  return !['.terraform', 'tests', 'README.md'].includes(basename(path));
}

/** A plan of a folder as JSON. */
export async function planned(
  workspace: Workspace,
  path: string,
  args: { readonly init: readonly string[]; readonly plan: readonly string[] },
): Promise<unknown> {
  await must(workspace, path, ['init', '-no-color', ...args.init]);
  await must(workspace, path, ['plan', '-no-color', '-out=all.tfplan', ...args.plan]);
  return JSON.parse(await must(workspace, path, ['show', '-json', 'all.tfplan']));
}

async function must(workspace: Workspace, path: string, args: readonly string[]): Promise<string> {
  const { code, output } = await workspace.run(path, args);
  if (code !== 0) throw new Error(`${path}: ${args.join(' ')} ended with ${code}\n${output}`);
  return output;
}
