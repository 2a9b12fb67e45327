import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import test from 'ava';
import { parseHcl, parseTree } from './checks/hcl.ts';
import { atMost, checkTarget, lineOf, type TargetResult } from './checks/run-target.ts';
import { INFRA, targets, targetsNamed, Workspace, type Target } from './checks/workspace.ts';
import { hclGate } from './support/gate.ts';

const ALL_WITHIN_MS = 1_200_000;
const AT_ONCE = 2;
const gate = hclGate();

function titleOf({ path, isRoot }: Target): string {
  const locked = isRoot ? 'starts from its lock, ' : '';
  return `infra/${path} is formatted, ${locked}is valid, and passes its tests`;
}

if (gate.reason === undefined) {
  const workspace = new Workspace(gate.tool);
  const waiting = new Map(targets().map((target) => [target.path, Promise.withResolvers<TargetResult>()]));
  const all = atMost(AT_ONCE, targets(), async (target) => {
    waiting.get(target.path)?.resolve(await checkTarget(workspace, target));
  });
  test.after.always('the copy is removed', async () => {
    await all;
    workspace[Symbol.dispose]();
  });
  for (const target of targets()) {
    test.serial(titleOf(target), async (t) => {
      t.timeout(ALL_WITHIN_MS);
      const result = await waiting.get(target.path)?.promise;
      t.is(result?.path, target.path);
      t.is(result?.failure, undefined, result === undefined ? '' : lineOf(result));
    });
  }
} else {
  const title = 'bootstrap, every module and every environment is formatted, valid, and passes its tests';
  test.skip(`${title} (skipped: ${gate.reason})`, (t) => t.fail());
}

test('bootstrap, every module and every environment is a target, and dr is two of them', (t) => {
  const paths = targets().map(({ path }) => path);
  t.true(paths.includes('bootstrap') && paths.includes('modules/bucket'));
  t.deepEqual(
    targetsNamed(['dr']).map(({ path }) => path),
    paths.filter((path) => path.endsWith('/dr')),
  );
  t.throws(() => targetsNamed(['nowhere']), { message: 'infra has no nowhere' });
});

test('what only OpenTofu reads is parsed as well, and what is no HCL is refused by its line', async (t) => {
  const paths = new Set((await parseTree(INFRA)).map(({ path }) => path));
  t.deepEqual(
    targets()
      .filter(({ isRoot, path }) => isRoot && !paths.has(`${path}/encryption.tofu`))
      .map(({ path }) => path),
    [],
  );
  await t.throwsAsync(parseHcl('state.tofu', 'terraform {\n  encryption {\n'), { message: /state\.tofu:2/ });
});

function runWithout(env: NodeJS.ProcessEnv): { status: number | null; stdout: string } {
  const main = join(import.meta.dirname, 'main.ts');
  const options = { encoding: 'utf8', env: { ...process.env, CI: '', PATH: '/nowhere', ...env } } as const;
  return spawnSync(process.execPath, [main, 'bucket'], options);
}

test('without OpenTofu and Terraform the command says what is skipped, and in CI it fails', (t) => {
  const { status, stdout } = runWithout({});
  t.is(status, 0);
  t.regex(stdout, /^skipped: bootstrap, modules and environments: neither tofu nor terraform is installed/m);
  t.regex(stdout, /^1 passed, 0 failed, 1 skipped$/m);
  const inCi = runWithout({ CI: 'true' });
  t.is(inCi.status, 1);
  t.regex(inCi.stdout, /^not ok {2}infra: neither tofu nor terraform is installed\n1 passed, 1 failed$/m);
});
