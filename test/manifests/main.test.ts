import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import test from 'ava';
import { cannotRender } from './render.ts';

const reason = cannotRender();
const when = reason === undefined ? test : test.skip;
const suffix = reason === undefined ? '' : ` (skipped: ${reason})`;

function run(
  args: readonly string[],
  path = process.env['PATH'],
): { status: number | null; stdout: string; stderr: string } {
  const main = join(import.meta.dirname, 'main.ts');
  return spawnSync(process.execPath, [main, ...args], { encoding: 'utf8', env: { ...process.env, PATH: path } });
}

test('without kubectl the command ends with 5 and says what is missing', (t) => {
  const { status, stderr } = run([], '/nowhere');
  t.is(status, 5);
  t.regex(stderr, /kubectl is not installed here; install it \(https:/);
});

when(`the command tells objects, checks and problems, and ends with 1 for what cannot be applied${suffix}`, (t) => {
  const { status, stdout } = run(['prod', '--apply-ready']);
  t.is(status, 1);
  t.regex(
    stdout,
    /^prod Deployment\/weatherline\/fetch \S+\.image: expected a digest, got \S+ \(resolve .+\) \[applicable\]$/m,
  );
  t.regex(stdout, /^prod: \d+ objects, \d+ checks, \d+ problems$/m);
});
