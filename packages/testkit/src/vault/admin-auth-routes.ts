import { replyData, type Route } from './dispatch.ts';
import type { KubernetesRole } from './kubernetes.ts';
import { refuse, textOf, type VaultCall } from './message.ts';
import type { AuthMethod, VaultState } from './state.ts';

function methodOf(state: VaultState, call: VaultCall, path = ''): AuthMethod {
  return state.auths.get(path) ?? refuse(404, `no handler for route "${call.path}". route entry not found.`);
}

/** What `GET auth/kubernetes/role/:name` answers. */
function roleData(role: KubernetesRole): Readonly<Record<string, unknown>> {
  return {
    bound_service_account_names: role.names,
    bound_service_account_namespaces: role.namespaces,
    bound_service_account_namespace_selector: '',
    ...(role.audience === '' ? {} : { audience: role.audience }),
    alias_name_source: 'serviceaccount_uid',
    token_policies: role.policies,
    token_ttl: role.ttlMs / 1000,
    token_max_ttl: role.maxTtlMs / 1000,
    token_no_default_policy: role.noDefaultPolicy,
    token_bound_cidrs: [],
    token_explicit_max_ttl: 0,
    token_num_uses: 0,
    token_period: 0,
    token_type: 'default',
  };
}

const METHOD_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    pattern: /^sys\/auth$/,
    answer: ({ state }) => {
      const methods = [...state.auths].map(([path, { type, description }]) => [`${path}/`, { type, description }]);
      const token = { type: 'token', description: 'token based credentials' };
      return replyData(Object.fromEntries([...methods, ['token/', token]]));
    },
  },
  {
    method: 'POST',
    pattern: /^sys\/mounts\/auth\/([^/]+)\/tune$/,
    answer: ({ call, state, parts: [path = ''] }) => {
      const method = methodOf(state, call, path);
      const { description } = call.body;
      if (description !== undefined)
        state.auths.set(path, { ...method, description: textOf(call.body, 'description') });
      return { status: 204 };
    },
  },
  {
    method: 'POST',
    pattern: /^sys\/auth\/([^/]+)$/,
    wantsSudo: true,
    answer: ({ call, state, parts: [path = ''] }) => {
      if (state.auths.has(path) || path === 'token') refuse(400, `path is already in use at ${path}/`);
      const type = textOf(call.body, 'type');
      if (type === '') refuse(400, 'backend type must be specified as a string');
      const description = textOf(call.body, 'description');
      state.auths.set(path, { type, description, roles: new Map(), config: undefined });
      return { status: 204 };
    },
  },
  {
    method: 'DELETE',
    pattern: /^sys\/auth\/([^/]+)$/,
    wantsSudo: true,
    answer: ({ state, parts: [path = ''] }) => {
      state.auths.delete(path);
      return { status: 204 };
    },
  },
];

const KUBERNETES_ADMIN_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    pattern: /^auth\/([^/]+)\/config$/,
    answer: ({ call, state, parts: [path] }) => {
      const { config } = methodOf(state, call, path);
      if (config === undefined) refuse(404);
      const { token_reviewer_jwt: _, ...shown } = config;
      const defaults = {
        kubernetes_ca_cert: '',
        pem_keys: [],
        disable_local_ca_jwt: false,
        disable_iss_validation: true,
      };
      return replyData({ kubernetes_host: '', issuer: '', ...defaults, ...shown });
    },
  },
  {
    method: 'POST',
    pattern: /^auth\/([^/]+)\/config$/,
    answer: ({ call, state, parts: [path] }) => {
      if (textOf(call.body, 'kubernetes_host') === '') refuse(400, 'no host provided');
      // A write replaces the whole of it.
      methodOf(state, call, path).config = { ...call.body };
      return { status: 204 };
    },
  },
  {
    method: 'LIST',
    pattern: /^auth\/([^/]+)\/role\/?$/,
    answer: ({ call, state, parts: [path] }) => {
      const keys = [...methodOf(state, call, path).roles.keys()];
      return keys.length === 0 ? refuse(404) : replyData({ keys });
    },
  },
  {
    method: 'GET',
    pattern: /^auth\/([^/]+)\/role\/([^/]+)$/,
    answer: ({ call, state, parts: [path, name = ''] }) =>
      replyData(roleData(methodOf(state, call, path).roles.get(name) ?? refuse(404))),
  },
  {
    method: 'DELETE',
    pattern: /^auth\/([^/]+)\/role\/([^/]+)$/,
    answer: ({ call, state, parts: [path, name = ''] }) => {
      methodOf(state, call, path).roles.delete(name);
      return { status: 204 };
    },
  },
];

/** Auth methods, and the configuration and roles of Kubernetes auth. */
export const AUTH_ADMIN_ROUTES: readonly Route[] = [...METHOD_ROUTES, ...KUBERNETES_ADMIN_ROUTES];
