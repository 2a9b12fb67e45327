import { inspect } from 'node:util';
import { startVaultServer, VAULT_FAULT_KINDS, type VaultFaultKind } from '@weatherline/testkit/vault';
import test, { type ExecutionContext } from 'ava';
import { VaultClient } from '../src/vault-client.ts';
import { VaultError, type VaultFault } from '../src/vault-error.ts';
import { assertClean, createWorld, PATH, type World } from './support/world.ts';
import { readFileSync } from 'node:fs';

const EXPECTED: Readonly<Record<VaultFaultKind, VaultFault>> = {
  sealed: 'unavailable',
  'not-initialised': 'unavailable',
  standby: 'unavailable',
  'dr-standby': 'unavailable',
  'performance-standby': 'unavailable',
  internal: 'unavailable',
  'bad-gateway': 'unavailable',
  redirect: 'unavailable',
  denied: 'denied',
  'bad-request': 'refused',
  echo: 'refused',
  'reset-before': 'unreachable',
  'reset-after': 'unreachable',
  hang: 'unreachable',
  slow: 'unreachable',
  truncate: 'unreachable',
  html: 'unreachable',
};

async function failure(t: ExecutionContext, action: Promise<unknown>): Promise<VaultError> {
  const error = await t.throwsAsync(action);
  if (!(error instanceof VaultError)) throw new Error(`expected a VaultError, got ${inspect(error)}`);
  return error;
}

function loginOf(world: World): { mount: string; role: string; jwt: string } {
  return { mount: 'kubernetes', role: 'fetch', jwt: readFileSync(world.jwtFile, 'utf8') };
}

test.serial('every fault of Vault becomes an error of ours that holds no secret, whatever is asked', async (t) => {
  t.deepEqual(Object.keys(EXPECTED).toSorted(), [...VAULT_FAULT_KINDS].toSorted());
  const world = await createWorld(t);
  const elsewhere = await startVaultServer();
  t.teardown(async () => elsewhere[Symbol.asyncDispose]());
  for (const fault of VAULT_FAULT_KINDS) {
    const client = world.client({ timeoutMs: 1_500 });
    const { token } = await world.client().login(loginOf(world));
    client.token = token;
    world.server.setScript([{ fault, ms: 4_000, to: elsewhere.url }]);
    const asked = [client.readSecret(PATH), client.renewSelf(), client.revokeSelf(), client.login(loginOf(world))];
    const errors = await Promise.all(asked.map(async (action) => action.catch((error: unknown) => error)));
    world.server.setScript([]);
    for (const [at, error] of errors.entries()) {
      // A revocation has nothing in its answer to be cut, and waits longer than our server is slow.
      if (at === 2 && !(error instanceof VaultError)) continue;
      if (!(error instanceof VaultError)) throw new Error(`${fault} ${at}: expected an error, got ${inspect(error)}`);
      const expected = EXPECTED[fault] === 'refused' && at === 3 ? 'denied' : EXPECTED[fault];
      t.is(error.fault, expected, `${fault} ${at}: ${error.message}`);
      t.is(error.cause, undefined);
      const shown = `${inspect(error, { depth: null, showHidden: true })}${JSON.stringify(error)}${error.stack ?? ''}`;
      assertClean(t, shown, world.canaries(), `${fault} ${at}`);
    }
  }
  t.is(elsewhere.requests.length, 0, 'a redirect is not followed');
});

test.serial('a certificate of another authority is refused, whatever the environment says', async (t) => {
  const world = await createWorld(t);
  process.env['VAULT_SKIP_VERIFY'] = 'true';
  t.teardown(() => delete process.env['VAULT_SKIP_VERIFY']);
  const other = await createWorld(t);
  const client = new VaultClient({ address: world.server.url, ca: () => other.ca });
  const error = await failure(t, client.login(loginOf(world)));
  t.is(error.fault, 'unreachable');
  t.regex(error.message, /is not trusted/);
  t.is(world.server.requests.length, 0, 'nothing was sent');
});

test.serial('a refused connection says so, and the address', async (t) => {
  const error = await failure(t, new VaultClient({ address: 'http://127.0.0.1:9' }).readSecret(PATH));
  t.is(error.message, `reading ${PATH}: Vault at http://127.0.0.1:9 cannot be reached (ECONNREFUSED)`);
});

test.serial('a token or a namespace of the environment is not used', async (t) => {
  const world = await createWorld(t);
  process.env['VAULT_TOKEN'] = world.server.rootToken;
  t.teardown(() => delete process.env['VAULT_TOKEN']);
  const error = await failure(t, world.client().readSecret(PATH));
  t.is(error.fault, 'denied');
});

for (const [what, change, said] of [
  [
    'a role that is not there',
    (world: World) => world.server.state.auths.get('kubernetes')?.roles.clear(),
    /no such role/,
  ],
  [
    'another service account',
    (world: World) => world.server.seedRole('fetch', { policy: '', names: ['upload'] }),
    /not bound to the name/,
  ],
  [
    'another namespace',
    (world: World) => world.server.seedRole('fetch', { policy: '', namespaces: ['other'] }),
    /not bound to the namespace/,
  ],
  [
    'another audience',
    (world: World) => world.server.seedRole('fetch', { policy: '', audience: 'other' }),
    /another audience/,
  ],
  ['a token that has expired', (world: World) => world.server.advance(601_000), /has expired/],
  ['a method that is not mounted', (world: World) => world.server.state.auths.clear(), /permission denied/],
] as const) {
  test.serial(`a login with ${what} is denied, and the message says what to look at`, async (t) => {
    const world = await createWorld(t);
    change(world);
    const error = await failure(t, world.client().login(loginOf(world)));
    t.is(error.fault, 'denied');
    t.regex(error.message, said);
    assertClean(t, error.message, world.canaries(), 'the message');
  });
}
