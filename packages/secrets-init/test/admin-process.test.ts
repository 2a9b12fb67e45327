import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { DEPLOYABLE_VARIABLES } from '@weatherline/adapters/settings';
import { startS3Server } from '@weatherline/testkit/s3';
import { serviceAccountToken } from '@weatherline/testkit/vault';
import test, { type ExecutionContext } from 'ava';
import { ADMIN_SETTINGS } from '../src/admin/settings.ts';
import { armoredKey, CONFIGURATION, createAdminWorld, keyDirectory, type AdminWorld } from './support/admin-world.ts';
import { assertClean } from './support/world.ts';

const ADMIN = fileURLToPath(new URL('../admin.ts', import.meta.url));

type Ended = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

/** vault-admin as a process of its own, with what libraries print under DEBUG. */
async function admin(
  t: ExecutionContext,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Ended> {
  const child = spawn(process.execPath, [ADMIN, ...args], {
    env: { ...env, DEBUG: '*' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  const texts = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (texts.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (texts.stderr += chunk.toString()));
  const [code]: (number | null)[] = await once(child, 'close');
  return { code: code ?? null, ...texts };
}

function keysOf(world: AdminWorld): Record<string, string> {
  return world.environment({
    WEATHERLINE_VAULT_RECOVERY_PGP_KEYS: keyDirectory(world.folder),
    WEATHERLINE_VAULT_ROOT_PGP_KEY_FILE: world.write('root.asc', armoredKey('root')),
    WEATHERLINE_VAULT_TIMEOUT: '10s',
  });
}

function loginOf(world: AdminWorld, role: string, extra: Readonly<Record<string, string>>): Record<string, string> {
  const jwt = serviceAccountToken({ name: role, namespace: 'vault' });
  return world.environment({
    WEATHERLINE_VAULT_ROLE: role,
    WEATHERLINE_VAULT_JWT_FILE: world.write(`${role}.jwt`, jwt),
    WEATHERLINE_VAULT_TIMEOUT: '10s',
    ...extra,
  });
}

function configureOf(world: AdminWorld): Record<string, string> {
  return loginOf(world, 'vault-configure', {
    WEATHERLINE_VAULT_CONFIGURATION_FILE: world.write('configuration.json', CONFIGURATION),
    WEATHERLINE_VAULT_ENVIRONMENT: 'test',
    WEATHERLINE_VAULT_ROOT_TOKEN_PATH: `${world.folder}/root-token`,
  });
}

test.serial('a wrong word ends with 2 and is not repeated', async (t) => {
  const { code, stderr } = await admin(t, ['hvs.a-token-in-the-wrong-place'], { PATH: process.env['PATH'] ?? '' });
  t.is(code, 2);
  t.regex(stderr, /expected one argument, initialise, configure or snapshot/);
  t.notRegex(stderr, /wrong-place/);
});

test.serial('without the keys of all holders nothing is asked, and the exit is 78', async (t) => {
  const world = await createAdminWorld(t, { isNew: true });
  const env = { ...keysOf(world), WEATHERLINE_VAULT_RECOVERY_PGP_KEYS: keyDirectory(world.folder, ['amelie.asc']) };
  const { code, stderr } = await admin(t, ['initialise'], env);
  t.is(code, 78);
  t.regex(stderr, /expected 5 public PGP keys/);
  t.deepEqual(world.server.requests, []);
});

test.serial('initialise prints shares, a second one says that it is done, and both exit 0', async (t) => {
  const world = await createAdminWorld(t, { isNew: true });
  const env = keysOf(world);
  const first = await admin(t, ['initialise'], env);
  t.is(first.code, 0, first.stderr);
  t.is(first.stdout.trim().split('\n').length, 6);
  const second = await admin(t, ['initialise'], env);
  t.is(second.code, 0);
  t.is(second.stdout, '');
  t.regex(second.stderr, /initialised already/);
  const { rootToken, recoveryKeys } = world.issued;
  for (const { stdout, stderr } of [first, second])
    assertClean(t, stdout + stderr, [rootToken, ...recoveryKeys], 'the output');
});

test.serial('configure ends the root token, then runs as its role, and no output holds a token', async (t) => {
  const world = await createAdminWorld(t);
  const env = configureOf(world);
  world.write('root-token', world.server.rootToken);
  const first = await admin(t, ['configure'], env);
  t.is(first.code, 0, first.stderr);
  t.regex(first.stderr, /configuration applied/);
  const second = await admin(t, ['configure'], env);
  t.is(second.code, 0, second.stderr);
  t.regex(second.stderr, /nothing changed/);
  t.is(world.server.state.tokens.live(world.server.state.now()).length, 0);
  const output = [first, second].map(({ stdout, stderr }) => stdout + stderr).join('');
  const jwt = readFileSync(env['WEATHERLINE_VAULT_JWT_FILE'] ?? '', 'utf8');
  assertClean(t, output, [jwt, ...world.server.state.tokens.everIssued], 'the output');
});

test.serial('a new Vault is brought to life as the runbook says, and a workload reads what was put in', async (t) => {
  const world = await createAdminWorld(t, { isNew: true });
  t.is((await admin(t, ['initialise'], keysOf(world))).code, 0);
  // What the holder of its key decrypts.
  world.write('root-token', world.issued.rootToken);
  world.server.state.tokens.revoke(world.server.rootToken);
  const configured = await admin(t, ['configure'], configureOf(world));
  t.is(configured.code, 0, configured.stderr);
  const rotating = world.client();
  await rotating.login(world.login('vault-rotate'));
  await rotating.request('POST', 'secret/data/weatherline/test/openweather', { data: { api_key: 'the-new-key' } });
  await rotating.revokeSelf();
  const reading = world.client();
  await reading.login(world.login('fetch', 'weatherline'));
  const { data } = await reading.readSecret('secret/weatherline/test/openweather');
  t.deepEqual(data, { api_key: 'the-new-key' });
  await reading.revokeSelf();
  t.deepEqual(world.server.state.tokens.live(world.server.state.now()), []);
});

for (const fault of ['echo', 'html', 'denied', 'bad-request', 'truncate'] as const) {
  test.serial(`an answer of the kind ${fault} ends configure with an error that holds no secret`, async (t) => {
    const world = await createAdminWorld(t);
    const env = { ...configureOf(world), WEATHERLINE_VAULT_TIMEOUT: '1s' };
    world.write('root-token', world.server.rootToken);
    world.server.setScript([{ fault, path: 'sys/' }]);
    const { code, stdout, stderr } = await admin(t, ['configure'], env);
    t.true([4, 5, 78].includes(code ?? -1), `${String(code)}: ${stderr}`);
    assertClean(t, stdout + stderr, world.server.state.tokens.everIssued, 'the output');
  });
}

test.serial('a Vault that is not there ends with 5 when its time is over', async (t) => {
  const world = await createAdminWorld(t);
  const env = { ...configureOf(world), WEATHERLINE_VAULT_TIMEOUT: '1s' };
  await world.server[Symbol.asyncDispose]();
  t.is((await admin(t, ['configure'], env)).code, 5);
});

test.serial('snapshot stores the snapshot of this hour, and its credentials are in no output', async (t) => {
  const world = await createAdminWorld(t);
  await world.apply(world.client(world.server.rootToken));
  const s3 = await startS3Server({ buckets: ['snapshots'] });
  t.teardown(async () => s3[Symbol.asyncDispose]());
  const env = loginOf(world, 'vault-snapshot', {
    AWS_ACCESS_KEY_ID: s3.accessKeyId,
    AWS_SECRET_ACCESS_KEY: s3.secretAccessKey,
    WEATHERLINE_S3_ENDPOINT: s3.url,
    WEATHERLINE_S3_PATH_STYLE: 'true',
    WEATHERLINE_VAULT_SNAPSHOT_BUCKET: 'snapshots',
    WEATHERLINE_VAULT_SNAPSHOT_DIRECTORY: world.folder,
  });
  const { code, stdout, stderr } = await admin(t, ['snapshot'], env);
  t.is(code, 0, stderr);
  const [key = ''] = s3.bucket('snapshots').keysFrom('');
  t.regex(key, /^vault-snapshots\/\d{4}\/\d\d\/\d\d\/\d\d0000\.snap$/);
  const secrets = [...world.server.state.tokens.everIssued, s3.secretAccessKey];
  assertClean(t, stdout + stderr, secrets, 'the output');
});

test('settings of vault-admin are no mistake in the environment of another deployable', (t) => {
  for (const { env } of ADMIN_SETTINGS) t.true(DEPLOYABLE_VARIABLES.includes(env), env);
});
