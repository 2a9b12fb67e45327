import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { parseResult } from '../src/results/index.ts';
import { BROKERS, CONFIG, printed } from './support/cluster-outputs.ts';
import { FILE, openPlace, type Options } from './support/cluster-place.ts';

test('outputs become the file of their overlay: its comments and order stay, values are new', async (t) => {
  const { run, call, read, home } = openPlace(t);
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
  t.regex((await call()).stdout, /^unchanged {2}\S+\n$/);
});

test('--check writes nothing: it shows the difference and ends with 1, or with 0 when there is none', async (t) => {
  const { call, read } = openPlace(t);
  const before = read();
  const differs = await call({ check: true });
  t.is(differs.status, 1);
  t.regex(
    differs.stdout,
    /^differs {2}\S+\n-CERTIFICATE_ARN=\S+\n\+CERTIFICATE_ARN=\S+\n-WEB_ACL_ARN=\S+\n\+WEB_ACL_ARN=\S+\n$/,
  );
  t.is(read(), before);
  t.is((await call()).status, 0);
  t.is((await call({ check: true })).status, 0);
});

test('--check finds a file that is not there yet, and blanks that differ', async (t) => {
  const { call, home, read } = openPlace(t);
  t.is((await call()).status, 0);
  writeFileSync(join(home, FILE), `${read()}\n\n`);
  const blanks = await call({ check: true });
  t.is(blanks.status, 1);
  t.regex(blanks.stdout, /^differs {2}\S+: blanks and ends of lines only\n$/);
  rmSync(join(home, FILE));
  t.regex((await call({ check: true })).stdout, /\n\+ENVIRONMENT=dev\n/);
  t.is((await call()).status, 0);
  t.true(read().startsWith('# Where dev is'));
});

test('--stdout prints the very file, and writes nothing', async (t) => {
  const { call, read } = openPlace(t);
  const before = read();
  const { status, stdout } = await call({ stdout: true });
  t.is(status, 0);
  t.is(read(), before);
  t.is((await call()).status, 0);
  t.is(read(), stdout);
});

test('--json says the same for programs', async (t) => {
  const { call, read } = openPlace(t);
  const cases = [
    [{ check: true }, 'differs'],
    [{ stdout: true }, 'shown'],
    [{}, 'written'],
    [{}, 'unchanged'],
  ] as const;
  for (const [options, state] of cases) {
    const { stdout } = await call({ ...options, json: true });
    const result = JSON.parse(stdout);
    t.notThrows(() => parseResult('cluster config', result));
    t.is(result.state, state);
    t.is(result.differences.length, state === 'unchanged' ? 0 : 2);
    if (state === 'written') t.is(result.text, read());
  }
});

test('outputs of another environment than is meant are refused', async (t) => {
  const { call, read } = openPlace(t);
  const before = read();
  const { status, stderr } = await call({ env: 'prod' });
  t.is(status, 6);
  t.is(stderr, 'outputs.json: ENVIRONMENT: expected prod, as --env says, got dev');
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

test('a sensitive output is refused', async (t) => {
  const { call, outputs } = openPlace(t);
  outputs(printed(CONFIG, { sensitive: true }));
  const { status, stderr } = await call();
  t.is(status, 78);
  t.regex(stderr, /cluster_config\.sensitive: expected false, got true/);
});

test('what is not there is named: the file, the folder, the overlay', async (t) => {
  const { call, home } = openPlace(t);
  const missing: readonly [Options, string][] = [
    [{ from: join(home, 'nothing.json') }, 'nothing.json cannot be read'],
    [{ dir: join(home, 'infra/environments/dev') }, 'there is no infra/environments/dev'],
    [{ overlays: join(home, 'elsewhere') }, 'there is no elsewhere/dev'],
    [{ overlays: join(home, 'elsewhere'), check: true }, 'there is no elsewhere/dev'],
  ];
  for (const [options, says] of missing) {
    const { status, stderr } = await call(options);
    t.is(status, 3, says);
    t.true(stderr.includes(says), stderr);
  }
  t.false(existsSync(join(home, 'elsewhere')));
});

test('a file with a line that is none is left as it is', async (t) => {
  const { call, home, read } = openPlace(t);
  const kept = '# Where dev is.\nBUCKET\n';
  writeFileSync(join(home, FILE), kept);
  const { status, stderr } = await call();
  t.is(status, 6);
  t.regex(stderr, /line 2: expected KEY=value, got BUCKET/);
  t.is(read(), kept);
});

test('options that exclude each other are refused', (t) => {
  const { run } = openPlace(t);
  t.is(run('--dir . --from outputs.json').status, 2);
  t.is(run('--stdout --check --from outputs.json').status, 2);
});

const kubectl = spawnSync('kubectl', ['version', '--client'], { stdio: 'ignore' }).status === 0;
const when = kubectl ? test : test.skip;
const suffix = kubectl ? '' : ' (skipped: kubectl is not installed here)';

when(`an overlay renders with what was written, and has it where it belongs${suffix}`, async (t) => {
  const { call, outputs, home } = openPlace(t);
  const bucket = 'weatherline-dev-products-elsewhere';
  outputs(printed({ ...CONFIG, BUCKET: bucket }));
  t.is((await call()).status, 0);
  const { status, stdout, stderr } = spawnSync('kubectl', ['kustomize', join(home, 'manifests/overlays/dev')], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  t.is(status, 0, stderr);
  t.true(stdout.includes(`WEATHERLINE_S3_BUCKET: ${bucket}\n`));
  t.false(stdout.includes('weatherline-dev-products-111122223333'));
});

test('brokers of MSK are put at the end of a file that has none yet, and go when they are no more', async (t) => {
  const { call, outputs, read } = openPlace(t);
  outputs(printed({ ...CONFIG, MSK_BROKERS: BROKERS }));
  t.is((await call()).status, 0);
  t.true(read().endsWith(`\nMSK_BROKERS=${BROKERS}\n`));
  outputs(printed());
  t.is((await call()).status, 0);
  t.false(read().includes('MSK_BROKERS'));
});
