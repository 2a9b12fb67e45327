import { X509Certificate } from 'node:crypto';
import test from 'ava';
import {
  issueCertificate,
  replyData,
  serviceAccountToken,
  startVaultServer,
  type VaultServer,
} from '../src/vault/index.ts';
import { capabilitiesOn, parsePolicy } from '../src/vault/policies.ts';

type Answer = { readonly status: number; readonly body: Record<string, never> };

async function ask(
  server: VaultServer,
  method: string,
  path: string,
  { token = server.rootToken, body }: { readonly token?: string; readonly body?: unknown } = {},
): Promise<Answer> {
  const answer = await fetch(`${server.url}/v1/${path}`, {
    method,
    headers: token === '' ? {} : { 'x-vault-token': token },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? {} : JSON.parse(text) };
}

async function logIn(
  server: VaultServer,
  claims: Partial<Parameters<typeof serviceAccountToken>[0]> = {},
): Promise<Answer> {
  const nowMs = server.state.now();
  const jwt = serviceAccountToken({ name: 'fetch', namespace: 'weatherline', nowMs, ...claims });
  return ask(server, 'POST', 'auth/kubernetes/login', { token: '', body: { role: 'fetch', jwt } });
}

async function tokenOf(server: VaultServer): Promise<string> {
  const { body } = await logIn(server);
  return (body['auth'] as unknown as { client_token: string }).client_token;
}

test("a login is refused in the plugin's words", async (t) => {
  await using server = await startVaultServer();
  server.seedRole('fetch', { policy: '' });
  for (const [claims, error] of [
    [{ audience: 'other' }, 'invalid audience (aud) claim: audience claim does not match any expected audience'],
    [{ name: 'other' }, 'service account name not authorized'],
    [{ namespace: 'other' }, 'namespace not authorized'],
    [{ lifetimeS: -1 }, 'invalid expiration time (exp) claim: token is expired'],
  ] as const) {
    t.deepEqual(await logIn(server, claims), { status: 403, body: { errors: [error] } as never });
  }
  const { status, body } = await ask(server, 'POST', 'auth/kubernetes/login', { body: { role: 'x', jwt: 'y' } });
  t.deepEqual([status, body['errors']], [400, ['invalid role name "x"']] as never);
});

test('a lease ends when its time is over, renewals reach its maximum and no further', async (t) => {
  await using server = await startVaultServer();
  server.seedRole('fetch', { policy: '', noDefaultPolicy: false, ttlMs: 60_000, maxTtlMs: 90_000 });
  const token = await tokenOf(server);
  server.advance(50_000);
  const renewed = await ask(server, 'POST', 'auth/token/renew-self', { token });
  const auth = renewed.body['auth'] as unknown as { lease_duration: number };
  t.true(auth.lease_duration <= 40 && auth.lease_duration >= 38, String(auth.lease_duration));
  t.is((await ask(server, 'GET', 'auth/token/lookup-self', { token })).status, 200);
  server.advance(41_000);
  const { status, body } = await ask(server, 'GET', 'auth/token/lookup-self', { token });
  t.is(status, 403);
  t.regex(String(body['errors']), /permission denied[\s\S]*invalid token/);
});

test('without the default policy a token may not even end itself, unless a policy says so', async (t) => {
  await using server = await startVaultServer();
  server.seedRole('fetch', { policy: '' });
  const token = await tokenOf(server);
  t.is((await ask(server, 'POST', 'auth/token/revoke-self', { token })).status, 403);
  server.state.policies.set('fetch', 'path "auth/token/revoke-self" { capabilities = ["update"] }');
  t.is((await ask(server, 'POST', 'auth/token/revoke-self', { token })).status, 204);
  t.is((await ask(server, 'POST', 'auth/token/revoke-self', { token })).status, 403);
});

test('KV keeps versions, deletes them softly, and checks-and-sets', async (t) => {
  await using server = await startVaultServer();
  for (const value of ['a', 'b']) await ask(server, 'POST', 'secret/data/x/y', { body: { data: { value } } });
  t.like((await ask(server, 'GET', 'secret/data/x/y?version=1')).body['data'], { data: { value: 'a' } });
  t.is((await ask(server, 'POST', 'secret/data/x/y', { body: { options: { cas: 1 }, data: {} } })).status, 400);
  await ask(server, 'DELETE', 'secret/data/x/y');
  const gone = await ask(server, 'GET', 'secret/data/x/y');
  t.is(gone.status, 404);
  t.like(gone.body['data'], { data: null, metadata: { version: 2, destroyed: false } });
  await ask(server, 'POST', 'secret/undelete/x/y', { body: { versions: [2] } });
  t.is((await ask(server, 'GET', 'secret/data/x/y')).status, 200);
  await ask(server, 'POST', 'secret/destroy/x/y', { body: { versions: [2] } });
  t.is((await ask(server, 'GET', 'secret/data/x/y')).status, 404);
  t.like((await ask(server, 'GET', 'secret/metadata/x/y')).body['data'], { current_version: 2 });
  t.deepEqual((await ask(server, 'GET', 'secret/metadata?list=true')).body['data'], { keys: ['x/'] } as never);
  t.deepEqual((await ask(server, 'GET', 'secret/metadata/x?list=true')).body['data'], { keys: ['y'] } as never);
  await ask(server, 'DELETE', 'secret/metadata/x/y');
  t.deepEqual(await ask(server, 'GET', 'secret/metadata/x/y'), { status: 404, body: { errors: [] } as never });
});

test('a sealed server answers health and nothing else', async (t) => {
  await using server = await startVaultServer();
  t.is((await ask(server, 'GET', 'sys/health')).status, 200);
  server.seal();
  t.is((await ask(server, 'GET', 'sys/health', { token: '' })).status, 503);
  t.deepEqual((await ask(server, 'GET', 'secret/data/x')).body, { errors: ['Vault is sealed'] } as never);
});

test('unknown routes are 404, unknown methods 405, and routes can be added', async (t) => {
  const extra = { method: 'GET', pattern: /^sys\/extra$/, answer: () => replyData({ extra: true }) };
  await using server = await startVaultServer({ routes: [extra] });
  t.is((await ask(server, 'GET', 'nothing/here')).status, 404);
  t.is((await ask(server, 'DELETE', 'auth/token/lookup-self')).status, 405);
  t.deepEqual((await ask(server, 'GET', 'sys/extra')).body['data'], { extra: true } as never);
  t.is((await ask(server, 'GET', 'sys/extra', { token: '' })).status, 403);
});

test('of the patterns that match, the one of highest priority decides alone', (t) => {
  const rules = parsePolicy(`
    # path "secret/data/a/b" { capabilities = ["delete"] }
    path "secret/*" { capabilities = ["create", "read", "update"] }
    path "secret/data/a/*" { capabilities = ["read"] }
    path "secret/data/+/c" { capabilities = ["list"] }
    path "secret/data/a/secret" {
      capabilities = ["deny"]
    }
  `);
  const on = (path: string): string => [...capabilitiesOn(path, rules)].join();
  t.is(on('secret/data/a/b'), 'read');
  t.is(on('secret/data/a/secret'), '');
  t.is(on('secret/data/x/c'), 'list');
  t.is(on('secret/other'), 'create,read,update');
  t.is(on('secrets'), '');
});

test('a certificate is of its authority, and proves its names', (t) => {
  const { ca, cert } = issueCertificate({ names: ['vault.vault.svc', '127.0.0.1'] });
  const [authority, server] = [new X509Certificate(ca), new X509Certificate(cert)];
  t.true(server.verify(authority.publicKey));
  t.true(authority.ca);
  t.is(server.checkHost('vault.vault.svc'), 'vault.vault.svc');
  t.is(server.checkIP('127.0.0.1'), '127.0.0.1');
  t.is(server.checkHost('vault'), undefined);
});
