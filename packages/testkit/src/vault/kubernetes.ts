import { randomUUID } from 'node:crypto';
import { listOf, refuse, secondsOf } from './message.ts';

/** A role of Kubernetes auth. */
export type KubernetesRole = {
  readonly names: readonly string[];
  readonly namespaces: readonly string[];
  /** Empty = any. */
  readonly audience: string;
  readonly policies: readonly string[];
  readonly ttlMs: number;
  readonly maxTtlMs: number;
  readonly noDefaultPolicy: boolean;
};

export type ServiceAccount = { readonly name: string; readonly namespace: string; readonly uid: string };

/** What `POST auth/kubernetes/role/:name` takes. */
export function roleOf(body: Readonly<Record<string, unknown>>): KubernetesRole {
  const names = listOf(body['bound_service_account_names']);
  const namespaces = listOf(body['bound_service_account_namespaces']);
  if (names.length === 0) refuse(400, '"bound_service_account_names" can not be empty');
  if (namespaces.length === 0) refuse(400, '"bound_service_account_namespaces" can not be empty');
  return {
    names,
    namespaces,
    audience: typeof body['audience'] === 'string' ? body['audience'] : '',
    policies: listOf(body['token_policies'] ?? body['policies']),
    ttlMs: secondsOf(body['token_ttl']) * 1000,
    maxTtlMs: secondsOf(body['token_max_ttl']) * 1000,
    noDefaultPolicy: body['token_no_default_policy'] === true,
  };
}

/**
 * Whom a JWT stands for, if the role is bound to it.
 *
 * Its claims are judged as the plugin does, in its order and words. The signature is not: that is the API server's part.
 */
export function accountOf(jwt: string, role: KubernetesRole, nowMs: number): ServiceAccount {
  const claims = claimsOf(jwt);
  const { exp, aud } = claims;
  if (typeof exp === 'number' && exp * 1000 <= nowMs)
    refuse(403, 'invalid expiration time (exp) claim: token is expired');
  if (role.audience !== '' && !listOf(aud).includes(role.audience)) {
    refuse(403, 'invalid audience (aud) claim: audience claim does not match any expected audience');
  }
  const kubernetes = recordOf(claims['kubernetes.io']);
  const { name, uid } = recordOf(kubernetes['serviceaccount']);
  const account = { name: String(name), namespace: String(kubernetes['namespace']), uid: String(uid) };
  if (!isBound(role.names, account.name)) refuse(403, 'service account name not authorized');
  if (!isBound(role.namespaces, account.namespace)) refuse(403, 'namespace not authorized');
  return account;
}

function claimsOf(jwt: string): Readonly<Record<string, unknown>> {
  try {
    return recordOf(JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString('utf8')));
  } catch {
    return refuse(403, 'error verifying token: malformed jwt');
  }
}

/** A part of a JSON document that should be an object. */
export function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function isBound(patterns: readonly string[], text: string): boolean {
  return patterns.some((pattern) => (pattern.endsWith('*') ? text.startsWith(pattern.slice(0, -1)) : pattern === text));
}

export type TokenClaims = {
  readonly name: string;
  readonly namespace: string;
  readonly audience?: string;
  readonly lifetimeS?: number;
  readonly nowMs?: number;
};

/** A token as the kubelet projects it, with a signature that nobody checks. */
export function serviceAccountToken(claims: TokenClaims): string {
  const { name, namespace, audience = 'vault', lifetimeS = 600, nowMs = Date.now() } = claims;
  const issued = Math.floor(nowMs / 1000);
  const payload = {
    aud: [audience],
    exp: issued + lifetimeS,
    iat: issued,
    nbf: issued,
    iss: 'https://kubernetes.default.svc',
    sub: `system:serviceaccount:${namespace}:${name}`,
    'kubernetes.io': {
      namespace,
      serviceaccount: { name, uid: randomUUID() },
      pod: { name: `${name}-0`, uid: randomUUID() },
    },
  };
  return `${encode({ alg: 'RS256', kid: 'test' })}.${encode(payload)}.${Buffer.from(randomUUID()).toString('base64url')}`;
}

function encode(part: unknown): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
