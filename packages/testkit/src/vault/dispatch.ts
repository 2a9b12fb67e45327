import { DENIED, refuse, type VaultCall, type VaultReply } from './message.ts';
import { capabilitiesOn, type Capability } from './policies.ts';
import type { VaultState } from './state.ts';
import type { Token } from './tokens.ts';

export type RouteContext = {
  readonly call: VaultCall;
  readonly state: VaultState;
  /** Who asks. */
  readonly token: Token;
  /** What the pattern's groups matched. */
  readonly parts: readonly string[];
};

/** One endpoint: `PUT` is `POST`, and `GET ?list=true` is `LIST`, as in Vault; Node's parser refuses the verb `LIST` itself. */
export type Route = {
  readonly method: string;
  /** Over the path without `/v1/`. */
  readonly pattern: RegExp;
  /** Nobody needs a token for it. */
  readonly isOpen?: boolean;
  /** It answers while the server is sealed or not initialised. */
  readonly worksSealed?: boolean;
  /** It wants `sudo` beside the capability of its method. */
  readonly wantsSudo?: boolean;
  /** For engines that tell `create` from `update`. */
  readonly exists?: (state: VaultState, parts: readonly string[]) => boolean;
  readonly answer: (context: RouteContext) => VaultReply;
};

const CAPABILITY: Readonly<Record<string, Capability>> = {
  GET: 'read',
  LIST: 'list',
  POST: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

const NOBODY: Token = {
  id: '',
  accessor: '',
  policies: [],
  meta: {},
  path: '',
  displayName: '',
  issuedMs: 0,
  ttlMs: 0,
  maxTtlMs: 0,
  isRenewable: false,
  endsMs: 0,
};

/** Finds the endpoint, lets the token through or not, and answers. */
export function dispatch(call: VaultCall, state: VaultState, routes: readonly Route[]): VaultReply {
  const isListing = call.method === 'LIST' || (call.method === 'GET' && call.query.get('list') === 'true');
  const method = isListing ? 'LIST' : call.method === 'PUT' ? 'POST' : call.method;
  const route = routes.find((one) => one.method === method && one.pattern.test(call.path));
  if (route?.worksSealed !== true) {
    if (!state.isInitialised) refuse(501, 'Vault is not initialized');
    if (state.isSealed) refuse(503, 'Vault is sealed');
  }
  const parts = route?.pattern.exec(call.path)?.slice(1) ?? [];
  if (route?.isOpen === true) return route.answer({ call, state, parts, token: NOBODY });
  const token = authenticate(call, state);
  authorise({ call, method, route, parts, state, token });
  if (route === undefined) return unknownRoute(call, routes);
  return route.answer({ call, state, token, parts });
}

function authenticate({ token: sent }: VaultCall, state: VaultState): Token {
  if (sent === '') refuse(403, 'permission denied');
  const found = state.tokens.find(sent, state.now());
  return found ?? refuse(403, '2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n');
}

type Authorising = Omit<RouteContext, 'token'> & { method: string; route: Route | undefined; token: Token };

function authorise({ call, method, route, parts, state, token }: Authorising): void {
  const rules = state.rulesOf(token.policies);
  if (rules === undefined) return;
  const granted = capabilitiesOn(call.path, rules);
  const isNew = method === 'POST' && route?.exists?.(state, parts) === false;
  const wanted = isNew ? 'create' : CAPABILITY[method];
  if (wanted === undefined || !granted.has(wanted)) refuse(403, DENIED);
  if (route?.wantsSudo === true && !granted.has('sudo')) refuse(403, DENIED);
}

function unknownRoute({ path }: VaultCall, routes: readonly Route[]): never {
  if (routes.some(({ pattern }) => pattern.test(path))) {
    refuse(405, '1 error occurred:\n\t* unsupported operation\n\n');
  }
  return refuse(404, `no handler for route "${path}". route entry not found.`);
}

/** A successful answer in Vault's envelope. */
export function replyData(data: unknown, status = 200): VaultReply {
  return { status, body: { ...ENVELOPE, data } };
}

export const ENVELOPE = {
  request_id: '',
  lease_id: '',
  renewable: false,
  lease_duration: 0,
  wrap_info: null,
  warnings: null,
  auth: null,
};
