import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import { parseResult } from '../src/results/index.ts';
import { BROKERS, CONFIG, printed } from './support/cluster-outputs.ts';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const MANIFESTS = fileURLToPath(new URL('../../manifests', import.meta.url));
const FILE = 'manifests/overlays/dev/cluster-config.env';

type Ran = { readonly status: number | null; readonly stdout: string; readonly stderr: string };
type Place = {
  readonly home: string;
  readonly run: (line: string, input?: string) => Ran;
  readonly read: (file?: string) => string;
};

/** A folder with the overlay of dev as the repository has it, and outputs that say the same but for two values. */
function openPlace(t: ExecutionContext, env: NodeJS.ProcessEnv = {}): Place {
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'weatherline-cluster-')));
  t.teardown(() => rmSync(home, { recursive: true, force: true }));
  cpSync(MANIFESTS, join(home, 'manifests'), { recursive: true });
  writeFileSync(join(home, 'outputs.json'), printed());
  return {
    home,
    run: (line, input = '') =>
      spawnSync(process.execPath, [MAIN, 'cluster', 'config', ...line.split(' ').filter((word) => word !== '')], {
        cwd: home,
        input,
        encoding: 'utf8',
        env: { ...process.env, ...env },
      }),
    read: (file = FILE) => readFileSync(join(home, file), 'utf8'),
  };
}

test('outputs become the file of their overlay: its comments and order stay, values are new', (t) => {
  const { run, read, home } = openPlace(t);
  const before = read();
  const { status, stdout, stderr } = run('--from outputs.json --env dev');
  t.is(status, 0, stderr);
  const expected = before
    .replace(/^CERTIFICATE_ARN=.*$/m, `CERTIFICATE_ARN=${CONFIG['CERTIFICATE_ARN']}`)
    .replace(/^WEB_ACL_ARN=.*$/m, `WEB_ACL_ARN=${CONFIG['WEB_ACL_ARN']}`);
  t.is(read(), expected);
  t.regex(stdout, /^written {2}manifests\/overlays\/dev\/cluster-config\.env\n-CERTIFICATE_ARN=.*\n\+CERTIFICATE_ARN=/);
  t.deepEqual(readdirSync(join(home, 'manifests/overlays/dev')).toSorted(), [
    'cluster-config.env',
    'kustomization.yaml',
  ]);
  t.regex(run('--from outputs.json').stdout, /^unchanged {2}\S+\n$/);
});

test('--check writes nothing: it shows the difference and ends with 1, or with 0 when there is none', (t) => {
  const { run, read } = openPlace(t);
  const before = read();
  const differs = run('--check', printed());
  t.is(differs.status, 1);
  t.regex(
    differs.stdout,
    /^differs {2}\S+\n-CERTIFICATE_ARN=\S+\n\+CERTIFICATE_ARN=\S+\n-WEB_ACL_ARN=\S+\n\+WEB_ACL_ARN=\S+\n$/,
  );
  t.is(read(), before);
  t.is(run('', printed()).status, 0);
  t.is(run('--check', printed()).status, 0);
});

test('--stdout prints the very file, and writes nothing', (t) => {
  const { run, read } = openPlace(t);
  const before = read();
  const { status, stdout } = run('--stdout --from outputs.json');
  t.is(status, 0);
  t.is(read(), before);
  t.is(run('--from outputs.json').status, 0);
  t.is(read(), stdout);
  t.is(run('--stdout --check --from outputs.json').status, 2);
});

test('--json says the same for programs', (t) => {
  const { run, read } = openPlace(t);
  for (const [line, state] of [
    ['--check', 'differs'],
    ['--stdout', 'shown'],
    ['', 'written'],
    ['', 'unchanged'],
  ] as const) {
    const { stdout } = run(`--from outputs.json --json ${line}`);
    const result = JSON.parse(stdout);
    t.notThrows(() => parseResult('cluster config', result));
    t.is(result.state, state);
    t.is(result.differences.length, state === 'unchanged' ? 0 : 2);
    if (state === 'written') t.is(result.text, read());
  }
});

test('outputs of another environment than is meant are refused', (t) => {
  const { run, read } = openPlace(t);
  const before = read();
  const { status, stderr } = run('--env prod --from outputs.json');
  t.is(status, 6);
  t.regex(stderr.replaceAll(/\s+/g, ' '), /outputs\.json: ENVIRONMENT: expected prod, as --env says, got dev/);
  t.is(read(), before);
});

test('outputs that are wrong write nothing, and all that is wrong is said at once', (t) => {
  const { run, read } = openPlace(t);
  const before = read();
  const { status, stderr } = run('', printed({ ...CONFIG, BUCKET: 'Products', DOMAIN: 'nowhere' }));
  t.is(status, 78);
  t.regex(stderr, /^weatherline: stdin cannot be used:\n {2}cluster_config\.BUCKET: .+\n {2}cluster_config\.DOMAIN: /);
  t.is(read(), before);
});

test('a sensitive output is refused', (t) => {
  const { run } = openPlace(t);
  const { status, stderr } = run('', printed(CONFIG, { sensitive: true }));
  t.is(status, 78);
  t.regex(stderr, /cluster_config\.sensitive: expected false, got true/);
});

test('what is not there is named: the file, the folder, the overlay', (t) => {
  const { run, home } = openPlace(t);
  const missing: readonly [string, string][] = [
    ['--from nothing.json', 'nothing.json cannot be read'],
    ['--dir infra/environments/dev', 'there is no infra/environments/dev'],
    ['--from outputs.json --overlays elsewhere', 'there is no elsewhere/dev'],
  ];
  for (const [line, says] of missing) {
    const { status, stderr } = run(line);
    t.is(status, 3, line);
    t.true(stderr.replaceAll(/\s+/g, ' ').includes(says), stderr);
  }
  t.false(existsSync(join(home, 'elsewhere')));
});

test('a file with a line that is none is left as it is', (t) => {
  const { run, home } = openPlace(t);
  writeFileSync(join(home, FILE), '# Where dev is.\nBUCKET\n');
  const { status, stderr } = run('--from outputs.json');
  t.is(status, 6);
  t.regex(stderr, /line 2: expected KEY=value, got BUCKET/);
});

/** A program that prints what it is told to, and says where and how it was called. */
function install(home: string, name: string, script: string): void {
  mkdirSync(join(home, 'bin'), { recursive: true });
  writeFileSync(join(home, 'bin', name), `#!/bin/sh\necho "${name} $* in $PWD" >> ${home}/calls\n${script}\n`);
  chmodSync(join(home, 'bin', name), 0o755);
}

function withTools(t: ExecutionContext, tools: Readonly<Record<string, string>>): Place {
  const bin = realpathSync(mkdtempSync(join(tmpdir(), 'weatherline-tools-')));
  t.teardown(() => rmSync(bin, { recursive: true, force: true }));
  const place = openPlace(t, { PATH: `${bin}/bin:/usr/bin:/bin` });
  for (const [name, script] of Object.entries(tools)) install(bin, name, script);
  mkdirSync(join(place.home, 'infra/environments/dev'), { recursive: true });
  return { ...place, read: (file) => (file === 'calls' ? readFileSync(join(bin, 'calls'), 'utf8') : place.read(file)) };
}

test('--dir asks tofu in that folder', (t) => {
  const { run, read, home } = withTools(t, { tofu: `cat <<'END'\n${printed()}\nEND`, terraform: 'exit 9' });
  const { status, stderr } = run('--dir infra/environments/dev --env dev');
  t.is(status, 0, stderr);
  t.is(read('calls'), `tofu output -json -no-color in ${home}/infra/environments/dev\n`);
  t.true(read().includes(CONFIG['WEB_ACL_ARN'] ?? 'none'));
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

test('--dir and --from exclude each other', (t) => {
  t.is(openPlace(t).run('--dir . --from outputs.json').status, 2);
});

const kubectl = spawnSync('kubectl', ['version', '--client'], { stdio: 'ignore' }).status === 0;
const when = kubectl ? test : test.skip;
const suffix = kubectl ? '' : ' (skipped: kubectl is not installed here)';

when(`an overlay renders with what was written, and has it where it belongs${suffix}`, (t) => {
  const { run, home } = openPlace(t);
  const bucket = 'weatherline-dev-products-elsewhere';
  t.is(run('', printed({ ...CONFIG, BUCKET: bucket })).status, 0);
  const { status, stdout, stderr } = spawnSync('kubectl', ['kustomize', join(home, 'manifests/overlays/dev')], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  t.is(status, 0, stderr);
  t.true(stdout.includes(`WEATHERLINE_S3_BUCKET: ${bucket}\n`));
  t.false(stdout.includes('weatherline-dev-products-111122223333'));
});

test('brokers of MSK are put at the end of a file that has none yet, and go when they are no more', (t) => {
  const { run, read } = openPlace(t);
  t.is(run('', printed({ ...CONFIG, MSK_BROKERS: BROKERS })).status, 0);
  t.true(read().endsWith(`\nMSK_BROKERS=${BROKERS}\n`));
  t.is(run('', printed()).status, 0);
  t.false(read().includes('MSK_BROKERS'));
});
