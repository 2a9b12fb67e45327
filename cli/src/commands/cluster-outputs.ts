import { execFile } from 'node:child_process';
import { createReadStream, statSync } from 'node:fs';
import { promisify } from 'node:util';
import { EXIT } from '@weatherline/runtime';
import { Failure } from '../failure.ts';
import { plainLine } from '../plain-text.ts';
import { readWhole } from '../read-whole.ts';

/** Where outputs come from: a file (- = stdin), or the program that knows them, called in a folder. */
export type Source = { readonly from: string; readonly dir?: string };

/** Outputs are some kilobytes; whatever is larger is something else. */
const MOST_BYTES = 16 * 1024 * 1024;
const TOOLS = ['tofu', 'terraform'] as const;
const ARGS = ['output', '-json', '-no-color'] as const;

/** The text, and what to call it in messages. */
export async function readSource({ from, dir }: Source): Promise<{ readonly text: string; readonly from: string }> {
  if (dir !== undefined) return ask(dir);
  if (from !== '-') return { text: await textOf(from, createReadStream(from)), from };
  if (process.stdin.isTTY) {
    throw new Failure(
      EXIT.usage,
      'expected outputs on stdin: pipe tofu output -json to it, or name --from FILE or --dir DIR',
    );
  }
  return { text: await textOf('stdin', process.stdin), from: 'stdin' };
}

async function textOf(name: string, source: AsyncIterable<unknown>): Promise<string> {
  return (await readWhole(name, source, MOST_BYTES)).toString('utf8');
}

async function ask(dir: string): Promise<{ readonly text: string; readonly from: string }> {
  if (statSync(dir, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new Failure(EXIT.notFound, `there is no ${dir}: expected a root such as infra/environments/dev`);
  }
  for (const tool of TOOLS) {
    const text = await outputsOf(tool, dir);
    if (text !== undefined) return { text, from: `${tool} output in ${dir}` };
  }
  throw new Failure(EXIT.notFound, `expected ${TOOLS.join(' or ')} on the PATH, got neither`);
}

/** What the program prints; undefined = it is not installed. */
async function outputsOf(tool: string, cwd: string): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)(tool, ARGS, { cwd, maxBuffer: MOST_BYTES, encoding: 'utf8' });
    return stdout;
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    if ('code' in cause && cause.code === 'ENOENT') return undefined;
    const said = 'stderr' in cause ? String(cause.stderr) : cause.message;
    throw new Failure(EXIT.failed, `${tool} ${ARGS.join(' ')} in ${cwd} failed: ${plainLine(said, 1000)}`, { cause });
  }
}
