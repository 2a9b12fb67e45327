import { initRoutes, type Issued } from './admin-init.ts';
import { replyData, type Route, type RouteContext } from './dispatch.ts';
import { recordOf } from './kubernetes.ts';
import { refuse, textOf, type VaultCall } from './message.ts';
import { raftSnapshot } from './raft-snapshot.ts';
import { AUTH_ADMIN_ROUTES } from './admin-auth-routes.ts';
import type { Mount, VaultState } from './state.ts';

export type AdminOptions = {
  /** What a snapshot is; default: a whole one. */
  readonly snapshot?: () => Buffer;
};

export type AdminRoutes = {
  readonly routes: readonly Route[];
  /** What an initialisation gave out, in clear text. */
  readonly issued: Issued;
};

type KvConfig = Readonly<Record<'max_versions' | 'cas_required' | 'delete_version_after', unknown>>;
const NO_KV_CONFIG: KvConfig = { max_versions: 0, cas_required: false, delete_version_after: '0s' };

/**
 * The endpoints of those who run a Vault, for `VaultServerOptions.routes`: initialisation, audit devices, mounts, auth
 * methods, policies and snapshots, after https://developer.hashicorp.com/vault/api-docs/system.
 */
export function adminRoutes({ snapshot = () => raftSnapshot() }: AdminOptions = {}): AdminRoutes {
  const issued: Issued = { rootToken: '', recoveryKeys: [] };
  const routes = [
    ...initRoutes(issued),
    ...AUDIT_ROUTES,
    ...mountRoutes(),
    ...AUTH_ADMIN_ROUTES,
    ...POLICY_ROUTES,
    {
      method: 'GET',
      pattern: /^sys\/storage\/raft\/snapshot$/,
      answer: () => ({ status: 200, body: snapshot() }),
    },
  ];
  return { routes, issued };
}

const AUDIT_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    pattern: /^sys\/audit$/,
    wantsSudo: true,
    answer: ({ state }) => {
      const devices = [...state.audits].map(([path, device]) => [`${path}/`, { ...device, path: `${path}/` }]);
      return replyData(Object.fromEntries(devices));
    },
  },
  {
    method: 'POST',
    pattern: /^sys\/audit\/(.+)$/,
    wantsSudo: true,
    answer: ({ call, state, parts: [path = ''] }) => {
      if (state.audits.has(path)) refuse(400, `path already in use`);
      const type = textOf(call.body, 'type');
      if (!['file', 'socket', 'syslog'].includes(type)) refuse(400, `unknown backend type: "${type}"`);
      const options = recordOf(call.body['options']);
      if (type === 'file' && textOf(options, 'file_path') === '') refuse(400, 'file_path is required');
      state.audits.set(path, { type, description: textOf(call.body, 'description'), options, local: false });
      return { status: 204 };
    },
  },
  {
    method: 'DELETE',
    pattern: /^sys\/audit\/(.+)$/,
    wantsSudo: true,
    answer: ({ state, parts: [path = ''] }) => {
      state.audits.delete(path);
      return { status: 204 };
    },
  },
];

function mountRoutes(): readonly Route[] {
  const kvConfigs = new Map<string, KvConfig>();
  const kvConfigOf = ({ call, state, parts: [mount = ''] }: RouteContext): KvConfig => {
    if (state.mounts.get(mount)?.kv === undefined) return noRoute(call);
    return kvConfigs.get(mount) ?? NO_KV_CONFIG;
  };
  return [
    {
      method: 'GET',
      pattern: /^sys\/mounts$/,
      answer: ({ state }) =>
        replyData(Object.fromEntries([...state.mounts].map(([path, mount]) => [`${path}/`, mountOf(mount)]))),
    },
    {
      method: 'POST',
      pattern: /^sys\/mounts\/(?!auth\/)([^/]+)\/tune$/,
      answer: ({ call, state, parts: [path = ''] }) => {
        const mount = state.mounts.get(path) ?? refuse(404, `no mount at ${path}`);
        state.mounts.set(path, { ...mount, ...described(call) });
        return { status: 204 };
      },
    },
    {
      method: 'POST',
      pattern: /^sys\/mounts\/([^/]+)$/,
      answer: ({ call, state, parts: [path = ''] }) => enable(call, state, path),
    },
    {
      method: 'GET',
      pattern: /^([^/]+)\/config$/,
      answer: (context) => replyData(kvConfigOf(context)),
    },
    {
      method: 'POST',
      pattern: /^([^/]+)\/config$/,
      answer: (context) => {
        const { call, parts } = context;
        kvConfigs.set(parts[0] ?? '', { ...kvConfigOf(context), ...call.body });
        return { status: 204 };
      },
    },
  ];
}

function enable(call: VaultCall, state: VaultState, path: string): { readonly status: number } {
  if (state.mounts.has(path)) refuse(400, `path is already in use at ${path}/`);
  const type = textOf(call.body, 'type');
  if (type === '') refuse(400, 'backend type must be specified as a string');
  const options = Object.fromEntries(
    Object.entries(recordOf(call.body['options'])).map(([name, value]) => [name, String(value)]),
  );
  if (type === 'kv' && options['version'] === '2') state.mountKv(path);
  const { kv } = state.mounts.get(path) ?? {};
  const description = textOf(call.body, 'description');
  state.mounts.set(path, { type, options, description, ...(kv === undefined ? {} : { kv }) });
  return { status: 204 };
}

/** As lists show a secrets engine or an auth method. */
function mountOf({ type, description, options }: Mount): Readonly<Record<string, unknown>> {
  const config = { default_lease_ttl: 0, max_lease_ttl: 0, force_no_cache: false };
  return { type, description, options, config, local: false, seal_wrap: false };
}

/** A tuning changes what it names and leaves the rest. */
function described({ body }: VaultCall): { readonly description?: string } {
  return body['description'] === undefined ? {} : { description: textOf(body, 'description') };
}

function noRoute({ path }: VaultCall): never {
  return refuse(404, `no handler for route "${path}". route entry not found.`);
}

const POLICY_ROUTES: readonly Route[] = [
  {
    method: 'LIST',
    pattern: /^sys\/policies\/acl\/?$/,
    answer: ({ state }) => replyData({ keys: [...state.policies.keys(), 'root'] }),
  },
  {
    method: 'GET',
    pattern: /^sys\/policies\/acl\/(.+)$/,
    answer: ({ state, parts: [name = ''] }) => replyData({ name, policy: state.policies.get(name) ?? refuse(404) }),
  },
  {
    method: 'POST',
    pattern: /^sys\/policies\/acl\/(.+)$/,
    answer: ({ call, state, parts: [name = ''] }) => {
      if (name === 'root') refuse(400, 'cannot update "root" policy');
      const policy = textOf(call.body, 'policy');
      if (policy === '') refuse(400, "'policy' parameter not supplied or empty");
      state.policies.set(name, policy);
      return { status: 204 };
    },
  },
  {
    method: 'DELETE',
    pattern: /^sys\/policies\/acl\/(.+)$/,
    answer: ({ state, parts: [name = ''] }) => {
      if (name === 'root' || name === 'default') refuse(400, `cannot delete "${name}" policy`);
      state.policies.delete(name);
      return { status: 204 };
    },
  },
];
