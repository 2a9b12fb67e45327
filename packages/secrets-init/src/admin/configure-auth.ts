import type { Configuring } from './configure.ts';
import { dataOf, differing, entryAt, namesAt, strangersIn, type Fields } from './compare.ts';
import type { Document, Role } from './configuration.ts';
import { VaultError } from '../vault-error.ts';

type Method = Document['auth'][string];

/** Kubernetes auth methods, what they are told of the cluster, and their roles. */
export async function configureAuth(work: Configuring): Promise<void> {
  const { client, document, ledger } = work;
  const list = await dataOf(client, 'sys/auth');
  for (const [path, method] of Object.entries(document.auth)) {
    await configureMethod(work, path, method, entryAt(list, path));
    await configureCluster(work, path, method);
    await configureRoles(work, path, method);
  }
  for (const path of strangersIn(list, document.auth, ['token'])) ledger.left(`auth method ${path}`);
}

async function configureMethod(
  { client, ledger }: Configuring,
  path: string,
  { description }: Method,
  found: Fields | undefined,
): Promise<void> {
  if (found === undefined) {
    await client.request('POST', `sys/auth/${path}`, { type: 'kubernetes', description });
    ledger.did('created', `auth method ${path}`);
    return;
  }
  if (found['type'] !== 'kubernetes') {
    const message = `auth/${path} is another method than the configuration says: move it away by hand`;
    throw new VaultError({ fault: 'refused', message });
  }
  const differs = differing({ description }, found);
  if (differs.length === 0) return;
  await client.request('POST', `sys/mounts/auth/${path}/tune`, { description });
  ledger.did('set back', `auth method ${path}`, differs);
}

/** Vault asks the API server with its own pod's token and authority, which it reads anew; a copy would grow old. */
const OWN_POD = {
  kubernetes_ca_cert: '',
  pem_keys: [],
  issuer: '',
  disable_local_ca_jwt: false,
  disable_iss_validation: true,
};

async function configureCluster({ client, ledger }: Configuring, path: string, { config }: Method): Promise<void> {
  const wanted = { ...OWN_POD, ...config };
  const found = await dataOf(client, `auth/${path}/config`);
  // Newer versions say whether a token was given; what it is, none says.
  const differs = found === undefined ? [] : differing({ ...wanted, token_reviewer_jwt_set: false }, found);
  if (found !== undefined && differs.length === 0) return;
  await client.request('POST', `auth/${path}/config`, wanted);
  ledger.did(found === undefined ? 'created' : 'set back', `auth/${path}/config`, differs);
}

/** Fifteen minutes, an hour at most; everything that could widen a role is said too, so that it is set back. */
function roleFields({ serviceAccount, namespace, policies }: Role): Fields {
  return {
    bound_service_account_names: [serviceAccount],
    bound_service_account_namespaces: [namespace],
    bound_service_account_namespace_selector: '',
    audience: 'vault',
    alias_name_source: 'serviceaccount_uid',
    token_policies: policies,
    token_ttl: 900,
    token_max_ttl: 3600,
    token_no_default_policy: true,
    token_bound_cidrs: [],
    token_explicit_max_ttl: 0,
    token_num_uses: 0,
    token_period: 0,
    token_type: 'default',
  };
}

async function configureRoles({ client, ledger }: Configuring, path: string, { roles }: Method): Promise<void> {
  const there = await namesAt(client, `auth/${path}/role`);
  for (const [name, role] of Object.entries(roles)) {
    const wanted = roleFields(role);
    const found = there.includes(name) ? await dataOf(client, `auth/${path}/role/${name}`) : undefined;
    const differs = found === undefined ? [] : differing(wanted, found);
    if (found !== undefined && differs.length === 0) continue;
    await client.request('POST', `auth/${path}/role/${name}`, wanted);
    ledger.did(found === undefined ? 'created' : 'set back', `role ${name}`, differs);
  }
  for (const name of there.filter((one) => !Object.hasOwn(roles, one))) {
    // A role is a way in, and nothing is lost with it.
    await client.request('DELETE', `auth/${path}/role/${name}`);
    ledger.did('removed', `role ${name}`);
  }
}
