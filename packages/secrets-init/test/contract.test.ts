import test, { type ExecutionContext } from 'ava';
import type { Lease, VaultClient } from '../src/vault-client.ts';
import { VaultError, type VaultFault } from '../src/vault-error.ts';
import { arrangeReal, arrangeStandIn, type Arranged } from './support/arrangements.ts';

/** What secrets-init relies on: the stand-in keeps it, and so must a real server. */
type Case = readonly [title: string, run: (t: ExecutionContext, vault: Arranged) => Promise<void>];

const SECRET = 'weatherline/test/openweather';

async function fails(t: ExecutionContext, fault: VaultFault, action: Promise<unknown>): Promise<void> {
  const error = await t.throwsAsync(action, { instanceOf: VaultError });
  t.is(error.fault, fault, error.message);
}

async function loggedIn({ client, auth, jwt }: Arranged): Promise<{ client: VaultClient; lease: Lease }> {
  const one = client();
  return { client: one, lease: await one.login({ mount: auth, role: 'fetch', jwt: jwt() }) };
}

const CASES: readonly Case[] = [
  [
    'a login gives a token that can be renewed, for as long as the role says',
    async (t, vault) => {
      const { lease } = await loggedIn(vault);
      t.is(lease.ttlMs, 900_000);
      t.true(lease.isRenewable);
      t.true(lease.token.length > 20);
    },
  ],
  [
    'another audience, service account, namespace or role is denied',
    async (t, { client, auth, jwt }) => {
      for (const claims of [{ audience: 'other' }, { name: 'upload' }, { namespace: 'other' }]) {
        await fails(t, 'denied', client().login({ mount: auth, role: 'fetch', jwt: jwt(claims) }));
      }
      await fails(t, 'denied', client().login({ mount: auth, role: 'gone', jwt: jwt() }));
      await fails(t, 'denied', client().login({ mount: 'gone', role: 'fetch', jwt: jwt() }));
      await fails(t, 'denied', client().login({ mount: auth, role: 'fetch', jwt: 'no.token.atall' }));
    },
  ],
  [
    'a secret is read with its version and the time that it was made, and the newest version wins',
    async (t, vault) => {
      const { client } = await loggedIn(vault);
      await vault.put(SECRET, { api_key: 'one' });
      const first = await client.readSecret(`${vault.kv}/${SECRET}`);
      t.like(first, { version: 1, data: { api_key: 'one' } });
      t.true(Math.abs(first.createdAt.getTime() - Date.now()) < 60_000);
      await vault.put(SECRET, { api_key: 'two' });
      t.like(await client.readSecret(`${vault.kv}/${SECRET}`), { version: 2, data: { api_key: 'two' } });
    },
  ],
  [
    'a deleted version, and a path where nothing was, are missing; other paths are denied',
    async (t, vault) => {
      const { client } = await loggedIn(vault);
      await fails(t, 'missing', client.readSecret(`${vault.kv}/${SECRET}`));
      await vault.put(SECRET, { api_key: 'one' });
      await vault.remove(SECRET);
      await fails(t, 'missing', client.readSecret(`${vault.kv}/${SECRET}`));
      await fails(t, 'denied', client.readSecret(`${vault.kv}/weatherline/test/gateway`));
      await fails(t, 'denied', client.request('POST', `${vault.kv}/data/${SECRET}`, { data: {} }));
      await fails(t, 'denied', client.request('GET', 'auth/token/lookup-self'));
    },
  ],
  [
    'a token is renewed, revoked, and then no token any more',
    async (t, vault) => {
      const { client, lease } = await loggedIn(vault);
      await vault.put(SECRET, { api_key: 'one' });
      const renewed = await client.renewSelf();
      t.is(renewed.token, lease.token);
      t.true(renewed.ttlMs >= 890_000);
      await client.revokeSelf();
      t.is(client.token, '');
      client.token = lease.token;
      await fails(t, 'denied', client.readSecret(`${vault.kv}/${SECRET}`));
      await fails(t, 'denied', client.renewSelf());
    },
  ],
];

// A real server is asked, too, where one is given, as other suites do with theirs (`WEATHERLINE_TEST_S3`).
const isGiven = (process.env['VAULT_ADDR'] ?? '') !== '' && (process.env['VAULT_TOKEN'] ?? '') !== '';

for (const [title, run] of CASES) {
  test.serial(`stand-in: ${title}`, async (t) => run(t, await arrangeStandIn(t)));
  if (isGiven) test.serial(`real server: ${title}`, async (t) => run(t, await arrangeReal(t)));
}
