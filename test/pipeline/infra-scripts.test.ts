import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import test, { type ExecutionContext } from 'ava';
import { Bench, forRunners, script, type Ran } from './support/bench.ts';
import { ROOT } from './support/workflow.ts';

const runnerTest = forRunners(test, test.skip);

for (const environment of ['dev', 'staging', 'prod', 'dr']) {
  runnerTest(`where.sh tells the account, region and registry of ${environment}`, (t) => {
    const { code, outputs } = new Bench(t).run([script('where.sh'), environment]);
    t.is(code, 0);
    const config = readFileSync(`${ROOT}manifests/overlays/${environment}/cluster-config.env`, 'utf8');
    t.true(config.includes(`\nAWS_ACCOUNT_ID=${outputs['account']}\n`));
    t.true(config.includes(`\nAWS_REGION=${outputs['region']}\n`));
    t.true(config.includes(`\nREGISTRY=${outputs['registry']}\n`));
  });
}

runnerTest('where.sh knows no other environment, and no path', (t) => {
  for (const name of ['test', '../overlays/dev', '']) {
    const { code, outputs } = new Bench(t).run([script('where.sh'), name]);
    t.is(code, 1, name);
    t.deepEqual(outputs, {});
  }
});

const CHANGES: readonly (readonly [title: string, names: readonly string[], environments: readonly string[]])[] = [
  ['nothing', [], []],
  ['what is no infrastructure', ['README.md', 'cli/src/main.ts'], []],
  ['one environment', ['infra/environments/prod/terraform.tfvars'], ['prod']],
  [
    'two, in the order of changes',
    ['infra/environments/prod/main.tf', 'infra/environments/dev/main.tf', 'infra/environments/dev/x.tf'],
    ['dev', 'prod'],
  ],
  [
    'what is applied by hand',
    ['infra/bootstrap/main.tf', 'infra/environments/global/main.tf', 'infra/environments/dr/main.tf'],
    [],
  ],
  ['a module', ['infra/modules/network/main.tf'], ['dev', 'staging', 'prod']],
  ["a module's words and tests", ['infra/modules/network/README.md', 'infra/modules/network/tests/a.tftest.hcl'], []],
  ['how plans are made', ['.github/scripts/plan.sh'], ['dev', 'staging', 'prod']],
];
for (const [title, names, environments] of CHANGES) {
  runnerTest(`changed.sh finds the environments that are reached by a change of ${title}`, (t) => {
    const { code, outputs, text } = new Bench(t).run([script('changed.sh')], {
      input: names.map((name) => `${name}\n`).join(''),
    });
    t.is(code, 0, text);
    t.deepEqual(JSON.parse(outputs['environments'] ?? ''), environments);
  });
}

/** Plans with this exit code; writes this plan where it is told to. */
function plan(
  t: ExecutionContext,
  purpose: string,
  code: number,
  written: string,
  said = 'Plan: 1 to add, 0 to change.',
): Ran & { bench: Bench } {
  const bench = new Bench(t).program(
    'tofu',
    `case $* in *' plan '*) for word in "$@"; do case $word in -out=*) printf '%s' '${written}' >"\${word#-out=}" ;; esac; done
     printf '%s\\n' '${said}'; exit ${code} ;; esac`,
  );
  return { ...bench.run([script('plan.sh'), 'dev', purpose]), bench };
}
const ENCRYPTED = '{"meta":{},"encrypted_data":"bm90aGluZw==","encryption_version":"v0"}';

runnerTest('a plan to apply is handed on with its sum when there is something to do', (t) => {
  const { code, outputs, calls, summary, text } = plan(t, 'apply', 2, ENCRYPTED);
  t.is(code, 0, text);
  t.is(outputs['changes'], 'true');
  t.is(outputs['sha256'], createHash('sha256').update(ENCRYPTED).digest('hex'));
  t.is(readFileSync(outputs['file'] ?? '', 'utf8'), ENCRYPTED);
  t.true(calls[0]?.includes('-lockfile=readonly'));
  t.true(calls[1]?.includes('-lock-timeout=15m'));
  t.true(summary.startsWith('## dev: Plan: 1 to add'));
});

runnerTest('a plan that finds nothing to do says so', (t) => {
  t.is(plan(t, 'apply', 0, ENCRYPTED).outputs['changes'], 'false');
  t.is(plan(t, 'drift', 0, '').outputs['changes'], 'false');
});

runnerTest('a plan that fails fails the job, and is read in its summary', (t) => {
  const { code, outputs, summary } = plan(t, 'apply', 1, ENCRYPTED, 'Error: no credentials');
  t.is(code, 1);
  t.deepEqual(outputs, {});
  t.true(summary.includes('Error: no credentials'));
});

runnerTest('a plan that is not encrypted goes nowhere', (t) => {
  const { code, outputs, bench, text } = plan(t, 'apply', 2, 'PK as it is');
  t.is(code, 1);
  t.is(outputs['file'], undefined);
  t.throws(() => readFileSync(`${bench.temp}/dev.tfplan`), { code: 'ENOENT' });
  t.true(text.includes('not encrypted'));
});

runnerTest('a review takes no lock and writes no plan; a search for drift waits for the lock', (t) => {
  const review = plan(t, 'review', 2, '').calls[1] ?? '';
  t.true(review.includes('-lock=false') && !review.includes('-out='));
  const drift = plan(t, 'drift', 2, '');
  t.true(drift.calls[1]?.includes('-lock-timeout=15m') && !drift.calls[1].includes('-out='));
  t.is(readFileSync(drift.outputs['file'] ?? '', 'utf8'), 'true\n');
});

runnerTest('no line of a plan ends its block in the summary', (t) => {
  const { summary } = plan(t, 'review', 2, '', '~~~~~~~~~~\n# not a heading');
  t.is(summary.split('\n').filter((line) => line.startsWith('~~~~')).length, 2);
});

runnerTest('apply.sh applies the plan of this sum and no other', (t) => {
  const bench = new Bench(t).program('tofu');
  const file = bench.write('plan/dev.tfplan', ENCRYPTED);
  const sum = createHash('sha256').update(ENCRYPTED).digest('hex');
  const applied = bench.run([script('apply.sh'), 'dev', sum]);
  t.is(applied.code, 0, applied.text);
  t.regex(applied.calls[1] ?? '', new RegExp(`^tofu -chdir=infra/environments/dev apply .*-lock-timeout=15m ${file}$`));
  for (const wrong of ['0'.repeat(64), '', sum.slice(1)]) {
    const refused = bench.run([script('apply.sh'), 'dev', wrong]);
    t.is(refused.code, 1);
    t.deepEqual(refused.calls, []);
  }
});

/** Reports on one environment; `open` is the issue that GitHub has of it. */
function report(t: ExecutionContext, drifted: string, open: string): readonly string[] {
  const bench = new Bench(t).program('gh', `[[ "$*" != 'issue list '* ]] || printf '${open}'`);
  bench.write('drift/prod', `${drifted}\n`);
  const { code, calls, text } = bench.run([script('report-drift.sh'), `${bench.temp}/drift`]);
  t.is(code, 0, text);
  return calls.filter((call) => /^gh issue (create|comment|close)/.test(call));
}

runnerTest('drift opens one issue per environment, speaks in it while it lasts and closes it', (t) => {
  const other = '3\tDrift in prod, as I see it\n';
  const ours = '9\tDrift in prod\n';
  t.regex(report(t, 'true', other)[0] ?? '', /^gh issue create --title Drift in prod --label drift /);
  t.regex(report(t, 'true', other + ours)[0] ?? '', /^gh issue comment 9 /);
  t.regex(report(t, 'false', ours + other)[0] ?? '', /^gh issue close 9 /);
  t.deepEqual(report(t, 'false', other), []);
});
