import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { issueCertificate, serviceAccountToken, startVaultServer } from '@weatherline/testkit/vault';
import type { ExecutionContext } from 'ava';
import { VaultClient } from '../../src/vault-client.ts';

/** A Vault with a KV v2 mount, a role `fetch` for `weatherline/fetch`, and a policy that lets it read one path. */
export type Arranged = {
  /** A client without a token. */
  readonly client: () => VaultClient;
  readonly kv: string;
  readonly auth: string;
  readonly put: (path: string, data: Readonly<Record<string, unknown>>) => Promise<void>;
  readonly remove: (path: string) => Promise<void>;
  readonly jwt: (claims?: {
    readonly name?: string;
    readonly namespace?: string;
    readonly audience?: string;
  }) => string;
};

export const policyFor = (kv: string): string => `
path "${kv}/data/weatherline/test/openweather" { capabilities = ["read"] }
path "auth/token/renew-self" { capabilities = ["update"] }
path "auth/token/revoke-self" { capabilities = ["update"] }
`;

function jwtOf(claims: Parameters<Arranged['jwt']>[0] = {}): string {
  return serviceAccountToken({ name: 'fetch', namespace: 'weatherline', ...claims });
}

export async function arrangeStandIn(t: ExecutionContext): Promise<Arranged> {
  const { ca, ...tls } = issueCertificate();
  const server = await startVaultServer({ tls });
  t.teardown(async () => server[Symbol.asyncDispose]());
  server.seedRole('fetch', { policy: policyFor('secret') });
  const client = (): VaultClient => new VaultClient({ address: server.url, ca: () => ca });
  const root = client();
  root.token = server.rootToken;
  return { client, kv: 'secret', auth: 'kubernetes', jwt: jwtOf, ...writing(root, 'secret') };
}

function writing(root: VaultClient, kv: string): Pick<Arranged, 'put' | 'remove'> {
  return {
    put: async (path, data) => {
      await root.request('POST', `${kv}/data/${path}`, { data });
    },
    remove: async (path) => {
      await root.request('DELETE', `${kv}/data/${path}`);
    },
  };
}

/** A server on this machine, at VAULT_ADDR with VAULT_TOKEN (and VAULT_CACERT): a mount and a method of its own, removed afterwards. */
export async function arrangeReal(t: ExecutionContext): Promise<Arranged> {
  const { VAULT_ADDR: address = '', VAULT_TOKEN: token = '', VAULT_CACERT: caFile } = process.env;
  const ca = caFile === undefined ? undefined : readFileSync(caFile, 'utf8');
  const client = (): VaultClient => new VaultClient({ address, ca: () => ca });
  const root = client();
  root.token = token;
  const name = `weatherline-test-${process.pid}-${Date.now()}`;
  const mounts = [`sys/mounts/${name}`, `sys/auth/${name}`, `sys/policies/acl/${name}`];
  t.teardown(async () => {
    for (const mount of mounts) await root.request('DELETE', mount).catch(() => undefined);
  });
  await root.request('POST', `sys/mounts/${name}`, { type: 'kv', options: { version: '2' } });
  await root.request('POST', `sys/policies/acl/${name}`, { policy: policyFor(name) });
  await root.request('POST', `sys/auth/${name}`, { type: 'kubernetes' });
  await root.request('POST', `auth/${name}/config`, {
    kubernetes_host: await startTokenReviews(t),
    kubernetes_ca_cert: issueCertificate().ca,
    token_reviewer_jwt: jwtOf({ name: 'vault' }),
    disable_local_ca_jwt: true,
  });
  await root.request('POST', `auth/${name}/role/fetch`, {
    bound_service_account_names: ['fetch'],
    bound_service_account_namespaces: ['weatherline'],
    audience: 'vault',
    token_policies: [name],
    token_ttl: '15m',
    token_max_ttl: '1h',
    token_no_default_policy: true,
  });
  // A new mount of KV v2 is not writable at once.
  await delay(2_000);
  return { client, kv: name, auth: name, jwt: jwtOf, ...writing(root, name) };
}

/** The part of the API server that Vault asks: whose token is this? */
async function startTokenReviews(t: ExecutionContext): Promise<string> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { spec } = JSON.parse(Buffer.concat(chunks).toString('utf8'));
      const claims = JSON.parse(Buffer.from(spec.token.split('.')[1], 'base64url').toString('utf8'));
      const { uid } = claims['kubernetes.io'].serviceaccount;
      const status = { authenticated: true, user: { username: claims.sub, uid }, audiences: claims.aud };
      const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', status };
      response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify(review));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
}
