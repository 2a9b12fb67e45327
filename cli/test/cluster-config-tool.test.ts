import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { CONFIG, printed } from './support/cluster-outputs.ts';
import { openPlace, type Place } from './support/cluster-place.ts';

/** A program that prints what it is told to, and says where and how it was called. */
function install(home: string, name: string, script: string): void {
  writeFileSync(join(home, 'bin', name), `#!/bin/sh\necho "${name} $* in $PWD" >> ${home}/calls\n${script}\n`);
  chmodSync(join(home, 'bin', name), 0o755);
}

function withTools(t: ExecutionContext, tools: Readonly<Record<string, string>>): Place {
  const bin = realpathSync(mkdtempSync(join(tmpdir(), 'weatherline-tools-')));
  t.teardown(() => rmSync(bin, { recursive: true, force: true }));
  const place = openPlace(t, { PATH: join(bin, 'bin') });
  mkdirSync(join(bin, 'bin'));
  for (const [name, script] of Object.entries(tools)) install(bin, name, script);
  mkdirSync(join(place.home, 'infra/environments/dev'), { recursive: true });
  return { ...place, read: (file) => (file === 'calls' ? readFileSync(join(bin, 'calls'), 'utf8') : place.read(file)) };
}

/** Nothing but what a shell has in itself: no other program is on the PATH. */
const PRINTS = `printf '%s\\n' '${printed()}'`;

test('--dir asks tofu in that folder', (t) => {
  const { run, read, home } = withTools(t, { tofu: PRINTS, terraform: 'exit 9' });
  const { status, stderr } = run('--dir infra/environments/dev --env dev');
  t.is(status, 0, stderr);
  t.is(read('calls'), `tofu output -json -no-color in ${home}/infra/environments/dev\n`);
  t.true(read().includes(CONFIG['WEB_ACL_ARN'] ?? 'none'));
});

test('where there is no tofu, terraform is asked; where there is neither, that is said', (t) => {
  const { run, read, home } = withTools(t, { terraform: PRINTS });
  t.is(run('--dir infra/environments/dev').status, 0);
  t.is(read('calls'), `terraform output -json -no-color in ${home}/infra/environments/dev\n`);
  const { status, stderr } = withTools(t, {}).run('--dir infra/environments/dev');
  t.is(status, 3);
  t.regex(stderr, /expected tofu or terraform on the PATH, got neither/);
});

test('what tofu says when it fails is said, and its failure is ours', (t) => {
  const { run } = withTools(t, { tofu: 'echo "Error: Backend initialization required" >&2; exit 1' });
  const { status, stderr } = run('--dir infra/environments/dev');
  t.is(status, 1);
  t.regex(
    stderr.replaceAll(/\s+/g, ' '),
    /tofu output -json -no-color .* failed: Error: Backend initialization required/,
  );
});

const tool = ['tofu', 'terraform'].find((name) => spawnSync(name, ['version'], { stdio: 'ignore' }).status === 0);
const when = tool === undefined ? test.skip : test;
const suffix = tool === undefined ? ' (skipped: neither tofu nor terraform is installed here)' : '';

/** A root that has outputs and makes nothing, applied by the program itself. */
function apply(folder: string, outputs: Readonly<Record<string, unknown>>): void {
  writeFileSync(join(folder, 'outputs.tf.json'), JSON.stringify({ output: outputs }));
  for (const args of [['init'], ['apply', '-auto-approve']]) {
    const { status, stderr } = spawnSync(tool ?? '', [...args, '-input=false', '-no-color'], {
      cwd: folder,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`${tool} ${args.join(' ')} ended with ${status}: ${stderr}`);
  }
}

when(`the outputs that the real program prints are read, and a sensitive one is refused${suffix}`, async (t) => {
  const { call, home, read } = openPlace(t);
  const dir = join(home, 'infra');
  mkdirSync(dir);
  const other = { value: 'hunter2', sensitive: true };
  apply(dir, { cluster_config: { value: CONFIG }, other });
  const written = await call({ dir, env: 'dev' });
  t.is(written.status, 0, written.stderr);
  t.true(read().includes(CONFIG['WEB_ACL_ARN'] ?? 'none'));
  t.notRegex(read(), /hunter2/);
  apply(dir, { cluster_config: { value: CONFIG, sensitive: true }, other });
  const refused = await call({ dir });
  t.is(refused.status, 78);
  t.regex(refused.stderr, /cluster_config\.sensitive: expected false, got true/);
  apply(dir, { cluster_config: { value: null }, roles: { value: {} } });
  const cold = await call({ dir });
  t.is(cold.status, 78);
  t.regex(cold.stderr, /cluster_config: expected this output, got roles: a region that is cold has none/);
});
