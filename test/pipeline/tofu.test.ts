import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { Bench, script, type Ran } from './support/bench.ts';

// What the scripts ask of it, Terraform answers as OpenTofu does.
const program = ['tofu', 'terraform'].find((name) => spawnSync(name, ['-version']).error === undefined);
const when = program === undefined ? test.skip : test;
const title = (text: string): string =>
  `${text}${program === undefined ? ' (skipped: neither tofu nor terraform is installed here)' : ''}`;

/** An environment that needs no provider. */
function environment(t: ExecutionContext): {
  readonly bench: Bench;
  readonly run: (...args: readonly string[]) => Ran;
} {
  const bench = new Bench(t).program('tofu', `PATH="\${PATH#*:}" exec ${program} "$@"`);
  const main = bench.write(
    'work/infra/environments/dev/main.tf',
    'resource "terraform_data" "one" {\n  input = 1\n}\n',
  );
  const cwd = join(dirname(main), '../../..');
  return { bench, run: (...args) => bench.run([script(args[0] ?? ''), ...args.slice(1)], { cwd }) };
}

when(title('a plan is found, and one as it is, which anybody can read, is refused'), (t) => {
  const { run, bench } = environment(t);
  const review = run('plan.sh', 'dev', 'review');
  t.is(review.code, 0, review.text);
  t.is(review.outputs['changes'], 'true');
  t.true(review.summary.startsWith('## dev: Plan: 1 to add'));
  const apply = run('plan.sh', 'dev', 'apply');
  t.is(apply.code, 1);
  t.true(apply.text.includes('not encrypted'));
  t.throws(() => readFileSync(join(bench.temp, 'dev.tfplan')), { code: 'ENOENT' });
});

when(title('the plan that was read is applied, once; then nothing has drifted, until something has'), (t) => {
  const { run, bench } = environment(t);
  const root = join(bench.temp, 'work/infra/environments/dev');
  const plan = join(bench.temp, 'plan/dev.tfplan');
  bench.write('plan/none', '');
  const made = bench.run(['-c', `tofu -chdir=${root} init -input=false && tofu -chdir=${root} plan -out=${plan}`]);
  t.is(made.code, 0, made.text);
  const sum = createHash('sha256').update(readFileSync(plan)).digest('hex');
  const applied = run('apply.sh', 'dev', sum);
  t.is(applied.code, 0, applied.text);
  const again = run('apply.sh', 'dev', sum);
  t.is(again.code, 1);
  t.regex(again.text, /stale/);
  t.is(run('plan.sh', 'dev', 'drift').outputs['changes'], 'false');
  bench.write('work/infra/environments/dev/main.tf', 'resource "terraform_data" "one" {\n  input = 3\n}\n');
  t.is(run('plan.sh', 'dev', 'drift').outputs['changes'], 'true');
});
