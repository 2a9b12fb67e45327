import type { TerraformResult } from '../support/run-terraform.ts';
import type { Target, Workspace } from './workspace.ts';

export type TargetResult = {
  readonly path: string;
  readonly seconds: number;
  /** How many `run` blocks passed. */
  readonly runs: number;
  /** What failed, with everything that it said. */
  readonly failure?: { readonly step: string; readonly output: string };
};

type Step = { readonly name: string; readonly args: readonly string[] };

/** fmt, init, validate and test of one folder, cheapest first; what fails ends it. */
export async function checkTarget(workspace: Workspace, target: Target): Promise<TargetResult> {
  const since = performance.now();
  let runs = 0;
  const result = (failure?: TargetResult['failure']): TargetResult => {
    const seconds = (performance.now() - since) / 1000;
    return { path: target.path, seconds, runs, ...(failure === undefined ? {} : { failure }) };
  };
  for (const { name, args } of stepsOf(workspace, target)) {
    const ended = await workspace.run(target.path, args);
    if (name === 'test') runs = passedRuns(ended);
    if (ended.code !== 0) return result({ step: name, output: ended.output });
  }
  // A folder whose tests nobody finds would pass for ever.
  if (runs === 0) return result({ step: 'test', output: 'no run of tests/*.tftest.hcl passed, and none failed\n' });
  return result();
}

function stepsOf({ keepsLocks }: Workspace, { isRoot }: Target): readonly Step[] {
  const locked = isRoot && keepsLocks ? ['-lockfile=readonly'] : [];
  return [
    { name: 'fmt', args: ['fmt', '-check', '-diff', '-recursive', '-no-color'] },
    { name: 'init', args: ['init', '-backend=false', '-no-color', ...locked] },
    { name: 'validate', args: ['validate', '-no-color'] },
    { name: 'test', args: ['test', '-no-color'] },
  ];
}

function passedRuns({ output }: TerraformResult): number {
  return [...output.matchAll(/^ +run ".+"\.\.\. pass$/gm)].length;
}

export function lineOf({ path, seconds, runs, failure }: TargetResult): string {
  const many = `${runs} run${runs === 1 ? '' : 's'}`.padStart(8);
  const what = `${path.padEnd(26)} ${many} ${seconds.toFixed(1).padStart(7)} s`;
  if (failure === undefined) return `ok      ${what}\n`;
  return `not ok  ${what}  ${failure.step}\n${failure.output.trimEnd()}\n`;
}

/** A plan takes a gigabyte and a core: at most so many at once. */
export async function atMost<Item, Result>(
  limit: number,
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const waiting = [...items.entries()];
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [place, item] = next;
      results[place] = await work(item);
    }
  };
  await Promise.all(Array.from({ length: limit }, worker));
  return results;
}
