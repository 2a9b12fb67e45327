import { ENVELOPE, replyData, type Route } from './dispatch.ts';
import { accountOf, roleOf } from './kubernetes.ts';
import { refuse, textOf } from './message.ts';
import { authOf, lookupOf } from './tokens.ts';

const TOKEN_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    pattern: /^auth\/token\/lookup-self$/,
    answer: ({ state, token }) => replyData(lookupOf(token, state.now())),
  },
  {
    method: 'POST',
    pattern: /^auth\/token\/renew-self$/,
    answer: ({ state, token }) => {
      const now = state.now();
      return { status: 200, body: { ...ENVELOPE, data: null, auth: authOf(state.tokens.renew(token, now), now) } };
    },
  },
  {
    method: 'POST',
    pattern: /^auth\/token\/revoke-self$/,
    answer: ({ state, token }) => {
      state.tokens.revoke(token.id);
      return { status: 204 };
    },
  },
];

const HEALTH: Route = {
  method: 'GET',
  pattern: /^sys\/health$/,
  isOpen: true,
  worksSealed: true,
  answer: ({ state }) => {
    const { isInitialised, isSealed } = state;
    const body = {
      initialized: isInitialised,
      sealed: isSealed,
      standby: false,
      performance_standby: false,
      replication_performance_mode: 'disabled',
      replication_dr_mode: 'disabled',
      server_time_utc: Math.floor(state.now() / 1000),
      version: '2.0.4',
      cluster_name: 'vault-cluster-test',
      cluster_id: '00af5aa8-c87d-b5fc-e82e-97cd8dfaf731',
    };
    return { status: isInitialised ? (isSealed ? 503 : 200) : 501, body };
  },
};

const KUBERNETES_ROUTES: readonly Route[] = [
  {
    method: 'POST',
    pattern: /^auth\/(.+)\/login$/,
    isOpen: true,
    answer: ({ call, state, parts: [mount = ''] }) => {
      const method = state.auths.get(mount);
      if (method?.type !== 'kubernetes') return refuse(403, 'permission denied');
      const name = textOf(call.body, 'role');
      const jwt = textOf(call.body, 'jwt');
      if (name === '') refuse(400, 'missing role');
      if (jwt === '') refuse(400, 'missing jwt');
      const role = method.roles.get(name) ?? refuse(400, `invalid role name "${name}"`);
      if (method.config === undefined) refuse(500, '1 error occurred:\n\t* could not load backend configuration\n\n');
      const now = state.now();
      const account = accountOf(jwt, role, now);
      const token = state.tokens.issue(
        {
          policies: [...(role.noDefaultPolicy ? [] : ['default']), ...role.policies],
          meta: {
            role: name,
            service_account_name: account.name,
            service_account_namespace: account.namespace,
            service_account_secret_name: '',
            service_account_uid: account.uid,
          },
          path: `auth/${mount}/login`,
          displayName: `${mount}-${account.namespace}-${account.name}`,
          ttlMs: role.ttlMs === 0 ? 2_764_800_000 : role.ttlMs,
          maxTtlMs: role.maxTtlMs,
        },
        now,
      );
      return { status: 200, body: { ...ENVELOPE, data: null, auth: authOf(token, now) } };
    },
  },
  {
    method: 'POST',
    pattern: /^auth\/([^/]+)\/role\/([^/]+)$/,
    exists: (state, [mount = '', name = '']) => state.auths.get(mount)?.roles.has(name) ?? false,
    answer: ({ call, state, parts: [mount = '', name = ''] }) => {
      const method =
        state.auths.get(mount) ?? refuse(404, `no handler for route "${call.path}". route entry not found.`);
      method.roles.set(name, roleOf(call.body));
      return { status: 204 };
    },
  },
];

/** Health, tokens and Kubernetes auth. */
export const AUTH_ROUTES: readonly Route[] = [HEALTH, ...TOKEN_ROUTES, ...KUBERNETES_ROUTES];
