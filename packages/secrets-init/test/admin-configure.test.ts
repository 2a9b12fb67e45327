import test, { type ExecutionContext } from 'ava';
import { parseDocument } from '../src/admin/configuration.ts';
import { runConfigure } from '../src/admin/configure-run.ts';
import { VaultError } from '../src/vault-error.ts';
import { CONFIGURATION, createAdminWorld, type AdminWorld } from './support/admin-world.ts';

async function run(world: AdminWorld, rootToken?: string): Promise<void> {
  await runConfigure({
    client: world.client(),
    document: world.document,
    environment: 'test',
    rootToken,
    login: () => world.login('vault-configure'),
    keepSecret: () => {},
    clock: world.clock,
    log: world.log,
    timeoutMs: 60_000,
    signal: new AbortController().signal,
    random: () => 0.5,
  });
}

function live({ server }: AdminWorld): readonly string[] {
  return server.state.tokens.live(server.state.now()).map(({ displayName }) => displayName);
}

function pathsWritten({ server }: AdminWorld): readonly string[] {
  return server.requests.filter(({ method }) => method !== 'GET').map(({ path }) => path);
}

test('an empty Vault becomes what is declared, audit devices first', async (t) => {
  const world = await createAdminWorld(t, { isPlain: true });
  t.true((await world.apply(world.client(world.server.rootToken))) > 0);
  const { state } = world.server;
  t.deepEqual([...state.audits.keys()], ['stdout', 'file']);
  t.deepEqual(pathsWritten(world).slice(0, 3), ['sys/audit/stdout', 'sys/audit/file', 'sys/mounts/secret']);
  t.is(state.mounts.get('secret')?.options['version'], '2');
  const role = state.auths.get('kubernetes')?.roles.get('fetch');
  t.deepEqual(role, {
    names: ['fetch'],
    namespaces: ['weatherline'],
    audience: 'vault',
    policies: ['fetch'],
    ttlMs: 900_000,
    maxTtlMs: 3_600_000,
    noDefaultPolicy: true,
  });
});

test('a second run changes nothing and says so', async (t) => {
  const world = await createAdminWorld(t, { isPlain: true });
  const client = world.client(world.server.rootToken);
  await world.apply(client);
  world.server.requests.length = 0;
  t.is(await world.apply(client), 0);
  t.deepEqual(pathsWritten(world), []);
  t.regex(world.lines(), /configuration is as declared, nothing changed/);
});

type Drift = (world: AdminWorld) => void;
const DRIFTS: Readonly<Record<string, readonly [Drift, RegExp]>> = {
  'a policy that somebody widened': [
    ({ server }) => server.state.policies.set('fetch', 'path "secret/*" { capabilities = ["read"] }'),
    /policy fetch.*set back/,
  ],
  'a role that any service account may use': [
    ({ server }) => server.seedRole('gateway', { policy: '', names: ['*'] }),
    /role gateway.*bound_service_account_names.*set back/,
  ],
  'a role with another lifetime': [
    ({ server }) => server.seedRole('gateway', { policy: '', ttlMs: 86_400_000, maxTtlMs: 86_400_000 }),
    /role gateway.*token_ttl.*token_max_ttl.*set back/,
  ],
  'a role without an audience': [
    ({ server }) => server.seedRole('fetch', { policy: '', audience: '' }),
    /role fetch.*audience.*set back/,
  ],
  'a role that nobody declared': [
    ({ server }) => server.seedRole('intruder', { policy: 'path "*" { capabilities = ["sudo"] }' }),
    /role intruder.*removed/,
  ],
  'an audit device that was taken away': [
    ({ server }) => server.state.audits.delete('file'),
    /audit device file.*created/,
  ],
  'an audit device that writes secrets': [
    ({ server }) =>
      server.state.audits.set('stdout', {
        type: 'file',
        description: 'Collected with the log',
        options: { file_path: 'stdout', log_raw: 'true' },
      }),
    /audit device stdout.*options.*set back/,
  ],
  'another address of the API server': [
    ({ server }) => {
      const method = server.state.auths.get('kubernetes');
      if (method !== undefined) method.config = { kubernetes_host: 'https://elsewhere.test' };
    },
    /auth\/kubernetes\/config.*kubernetes_host.*set back/,
  ],
};

for (const [what, [drift, told]] of Object.entries(DRIFTS)) {
  test(`${what} is set back and told`, async (t) => {
    const world = await createAdminWorld(t, { isPlain: true });
    const client = world.client(world.server.rootToken);
    await world.apply(client);
    const rolesBefore = world.server.state.auths.get('kubernetes')?.roles.size;
    drift(world);
    t.true((await world.apply(client)) > 0);
    t.regex(world.lines(), told);
    t.is(await world.apply(client), 0);
    t.is(world.server.state.auths.get('kubernetes')?.roles.size, rolesBefore);
  });
}

test('what nobody declared and what may hold secrets is told and left alone', async (t) => {
  const world = await createAdminWorld(t, { isPlain: true });
  const client = world.client(world.server.rootToken);
  await world.apply(client);
  world.server.state.mountKv('other');
  world.server.state.policies.set('of-others', 'path "other/*" { capabilities = ["read"] }');
  t.is(await world.apply(client), 0);
  t.true(world.server.state.mounts.has('other'));
  t.regex(world.lines(), /mount other.*left alone/);
  t.regex(world.lines(), /policy of-others.*left alone/);
});

test('an engine of another kind under the name of ours is never replaced', async (t) => {
  const world = await createAdminWorld(t, { isPlain: true });
  world.server.state.mounts.set('secret', { type: 'kv', options: { version: '1' }, description: '' });
  const error = await t.throwsAsync(world.apply(world.client(world.server.rootToken)), { instanceOf: VaultError });
  t.regex(error?.message ?? '', /another engine/);
});

test('the first run takes the root token and ends it, later runs log in as the role that it made', async (t) => {
  const world = await createAdminWorld(t, { isPlain: true });
  const file = world.write('root', `${world.server.rootToken}\n`);
  await run(world, file);
  t.deepEqual(live(world), []);
  world.server.requests.length = 0;
  await run(world);
  t.deepEqual(live(world), []);
  t.deepEqual(pathsWritten(world), ['auth/kubernetes/login', 'auth/token/revoke-self']);
  t.regex(world.lines(), /nothing changed/);
});

test('a later run sets drift back with the rights of its role alone', async (t) => {
  const world = await createAdminWorld(t, { isPlain: true });
  await run(world, world.write('root', world.server.rootToken));
  for (const [drift] of Object.values(DRIFTS)) drift(world);
  await run(world);
  await run(world);
  t.regex(world.lines().trim().split('\n').at(-1) ?? '', /nothing changed/);
  t.deepEqual(live(world), []);
});

test('a root token that is over is no obstacle: the run logs in as its role and says what to delete', async (t) => {
  const world = await createAdminWorld(t, { isPlain: true });
  const file = world.write('root', world.server.rootToken);
  await run(world, file);
  await run(world, file);
  t.regex(world.lines(), /not valid any more: delete the Secret/);
});

test('a later run that fails ends its token all the same', async (t) => {
  const world = await createAdminWorld(t, { isPlain: true });
  await run(world, world.write('root', world.server.rootToken));
  world.server.setScript([{ fault: 'denied', path: 'sys/policies' }]);
  await t.throwsAsync(run(world), { instanceOf: VaultError });
  t.deepEqual(live(world), []);
});

test('while later runs could not log in, the root token is kept', async (t) => {
  const world = await createAdminWorld(t, { isPlain: true });
  const file = world.write('root', world.server.rootToken);
  world.server.setScript([{ fault: 'denied', path: 'auth/kubernetes/login' }]);
  const error = await t.throwsAsync(run(world, file), { instanceOf: VaultError });
  t.regex(error?.message ?? '', /the root token is kept/);
  t.deepEqual(live(world), ['root']);
});

test('a Vault that is sealed for a while is waited for', async (t) => {
  const world = await createAdminWorld(t, { isPlain: true });
  world.server.setScript([
    { fault: 'sealed', times: 3 },
    { fault: 'reset-before', path: 'sys/policies', times: 2 },
  ]);
  await run(world, world.write('root', world.server.rootToken));
  t.true(world.slept.length >= 5);
  t.deepEqual(live(world), []);
});

async function capabilities(
  t: ExecutionContext,
  world: AdminWorld,
  name: string,
  namespace: string,
): Promise<string[]> {
  const client = world.client();
  await client.login(world.login(name, namespace));
  const allowed: string[] = [];
  for (const secret of ['openweather', 'gateway', 'other']) {
    for (const environment of ['test', 'prod']) {
      const path = `secret/weatherline/${environment}/${secret}`;
      if ((await outcome(client.readSecret(path))) !== 'denied') allowed.push(path);
      const data = path.replace('secret/', 'secret/data/');
      t.is(await outcome(client.request('POST', data, { data: { a: 'b' } })), 'denied', `${name} writes ${path}`);
    }
  }
  for (const [method, path] of FORBIDDEN)
    t.is(await outcome(client.request(method, path)), 'denied', `${name}: ${method} ${path}`);
  await client.revokeSelf();
  return allowed;
}

const FORBIDDEN = [
  ['GET', 'secret/metadata/weatherline?list=true'],
  ['GET', 'sys/mounts'],
  ['GET', 'sys/policies/acl?list=true'],
  ['GET', 'sys/storage/raft/snapshot'],
  ['GET', 'auth/token/lookup-self'],
] as const;

async function outcome(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'allowed';
  } catch (error) {
    return error instanceof VaultError ? error.fault : 'other';
  }
}

test('each workload reads its own secret of its own environment, and nothing else', async (t) => {
  const world = await createAdminWorld(t, { isPlain: true });
  await world.apply(world.client(world.server.rootToken));
  t.deepEqual(await capabilities(t, world, 'fetch', 'weatherline'), ['secret/weatherline/test/openweather']);
  t.deepEqual(await capabilities(t, world, 'gateway', 'weatherline'), ['secret/weatherline/test/gateway']);
});

test('who rotates secrets writes those two, sees how old they are and reads none', async (t) => {
  const world = await createAdminWorld(t, { isPlain: true });
  await world.apply(world.client(world.server.rootToken));
  const client = world.client();
  await client.login(world.login('vault-rotate'));
  for (const name of ['openweather', 'gateway']) {
    const path = `weatherline/test/${name}`;
    for (const value of ['first', 'second']) {
      t.is(await outcome(client.request('POST', `secret/data/${path}`, { data: { value } })), 'allowed');
    }
    t.is(await outcome(client.readSecret(`secret/${path}`)), 'denied');
    t.is(await outcome(client.request('GET', `secret/metadata/${path}`)), 'allowed');
    t.is(await outcome(client.request('DELETE', `secret/data/${path}`)), 'denied');
  }
  t.is(await outcome(client.request('POST', 'secret/data/weatherline/prod/gateway', { data: {} })), 'denied');
  await client.revokeSelf();
});

test('the role of snapshots takes snapshots and reads no secret', async (t) => {
  const world = await createAdminWorld(t, { isPlain: true });
  await world.apply(world.client(world.server.rootToken));
  const client = world.client();
  await client.login(world.login('vault-snapshot'));
  t.true(Buffer.isBuffer(await client.request('GET', 'sys/storage/raft/snapshot')));
  t.is(await outcome(client.readSecret('secret/weatherline/test/openweather')), 'denied');
  t.is(await outcome(client.request('POST', 'sys/storage/raft/snapshot')), 'denied');
});

test('the role of the configuration reads no secret and cannot take a mount away', async (t) => {
  const world = await createAdminWorld(t, { isPlain: true });
  await world.apply(world.client(world.server.rootToken));
  const client = world.client();
  await client.login(world.login('vault-configure'));
  t.is(await outcome(client.readSecret('secret/weatherline/test/openweather')), 'denied');
  for (const path of ['sys/mounts/secret', 'sys/auth/kubernetes']) {
    t.is(await outcome(client.request('DELETE', path)), 'denied', path);
  }
});

test('a role is for one service account in one namespace', async (t) => {
  const world = await createAdminWorld(t, { isPlain: true });
  await world.apply(world.client(world.server.rootToken));
  for (const [name, namespace, role] of [
    ['fetch', 'default', 'fetch'],
    ['transform', 'weatherline', 'fetch'],
    ['fetch', 'weatherline', 'vault-configure'],
    ['vault-configure', 'weatherline', 'vault-configure'],
  ] as const) {
    t.is(await outcome(world.client().login(world.login(name, namespace, role))), 'denied', `${namespace}/${name}`);
  }
});

test('a configuration that contradicts itself names everything that is wrong', (t) => {
  const broken = JSON.parse(CONFIGURATION);
  broken.auth.kubernetes.roles.fetch.policies = ['nowhere'];
  delete broken.audit.file;
  broken.audit.stdout.options.log_raw = 'true';
  const error = t.throws(() => parseDocument(JSON.stringify(broken)), { instanceOf: RangeError });
  for (const told of [/no policy nowhere/, /log_raw would write secrets/, /two devices/])
    t.regex(error?.message ?? '', told);
});

test('a role for any namespace cannot be written down', (t) => {
  const broken = JSON.parse(CONFIGURATION);
  broken.auth.kubernetes.roles.fetch.namespace = '*';
  t.throws(() => parseDocument(JSON.stringify(broken)), { message: /roles.fetch.namespace/ });
});
