import { execFile } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { resolvePins } from '../../manifests/images/resolve.ts';
import {
  COMMIT,
  readVersions,
  replaceFile,
  UNRESOLVED,
  VERSIONS_FILE,
  writeVersions,
  type Action,
} from './versions.ts';
import { written } from './workflows.ts';

const USAGE = `node .github/versions/resolve.ts [--check | --offline]
Asks GitHub and the registries what the tags of versions.json name now, writes that down there and into every workflow.
--check writes nothing and fails where something differs; --offline asks nobody and only writes the workflows.
`;
const PATIENCE_MS = 30_000;

export type Answer<T> = { readonly now: T; readonly line: string; readonly isBad: boolean };

/** The commit that a tag of a repository names: of an annotated tag, what it is on. */
export async function commitOf(action: Action, host: string): Promise<string> {
  const reference = `refs/tags/${action.tag}`;
  const asked = ['ls-remote', `${host}/${action.name}`, reference, `${reference}^{}`];
  const environment = { ...process.env, GIT_TERMINAL_PROMPT: '0' };
  const { stdout } = await promisify(execFile)('git', asked, { timeout: PATIENCE_MS, env: environment });
  const found = new Map(
    stdout
      .trim()
      .split('\n')
      .map((line) => line.split('\t'))
      .map(([commit = '', name = '']) => [name, commit]),
  );
  const commit = found.get(`${reference}^{}`) ?? found.get(reference) ?? '';
  if (!COMMIT.test(commit)) throw new Error(`there is no tag ${action.tag}`);
  return commit;
}

/** An action that cannot be resolved stays as it was. */
export async function resolveAction(action: Action, host: string): Promise<Answer<Action>> {
  const { name, tag, commit: before } = action;
  try {
    const commit = await commitOf(action, host);
    const moved = before !== UNRESOLVED && before !== commit;
    // A tag of a version is not moved by those who mean well.
    const told = moved ? `${commit}, WAS ${before}: find out why a tag was moved before you take it` : commit;
    return { now: moved ? action : { ...action, commit }, line: `${name} ${tag}: ${told}`, isBad: moved };
  } catch (error) {
    return {
      now: action,
      line: `${name} ${tag}: ${error instanceof Error ? error.message.trim() : String(error)}`,
      isBad: true,
    };
  }
}

/** The files that differ from the table; written, unless it is only a check. */
export function writeWorkflows(folder: string, versions: ReturnType<typeof readVersions>, isCheck: boolean): string[] {
  return globSync('**/*.yml', { cwd: folder })
    .map((name) => `${folder}/${name}`)
    .filter((file) => {
      const before = readFileSync(file, 'utf8');
      const after = written(before, versions);
      if (after !== before && !isCheck) replaceFile(file, after);
      return after !== before;
    })
    .toSorted();
}

async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      check: { type: 'boolean', default: false },
      offline: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
      file: { type: 'string', default: VERSIONS_FILE },
      workflows: { type: 'string', default: fileURLToPath(new URL('../workflows', import.meta.url)) },
      host: { type: 'string', default: 'https://github.com' },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const before = readVersions(values.file);
  const { versions, lines, isBad } = values.offline
    ? { versions: before, lines: [], isBad: false }
    : await resolveAll(before, values.host);
  for (const line of lines) process.stdout.write(`${line}\n`);
  const differ = JSON.stringify(versions) !== JSON.stringify(before);
  if (differ && !values.check) writeVersions(versions, values.file);
  const changed = writeWorkflows(values.workflows, versions, values.check);
  for (const file of changed) process.stdout.write(`${values.check ? 'differs' : 'written'}: ${file}\n`);
  return isBad || (values.check && (differ || changed.length > 0)) ? 1 : 0;
}

async function resolveAll(
  before: ReturnType<typeof readVersions>,
  host: string,
): Promise<{ versions: ReturnType<typeof readVersions>; lines: string[]; isBad: boolean }> {
  const actions = await Promise.all(before.actions.map(async (action) => resolveAction(action, host)));
  const images = await resolvePins(before.images);
  return {
    versions: { ...before, actions: actions.map(({ now }) => now), images: images.map(({ pin }) => pin) },
    lines: [
      ...actions.map(({ line }) => line),
      ...images.map(({ pin, problem }) => `${pin.image}:${pin.tag}: ${problem ?? pin.digest}`),
    ],
    isBad: actions.some(({ isBad }) => isBad) || images.some(({ problem }) => problem !== undefined),
  };
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
