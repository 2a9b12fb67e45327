import type { Scope } from './api-key.ts';
import type { ApiKeys, KeyVerdict } from './api-keys.ts';
import { credentialOf, type CredentialSource } from './credentials.ts';
import type { JwtVerifier, TokenVerdict } from './jwt.ts';

export type Identity = {
  readonly kind: 'anonymous' | 'api-key' | 'token';
  /** `key:<id>` or `sub:<subject>`; undefined = count the request for its address. */
  readonly client: string | undefined;
};

/** Why a request gets no answer; for the caller of the gateway to read, and without what it sent. */
export type AccessProblem = {
  readonly status: 400 | 401 | 403 | 503;
  readonly slug: 'unauthorized' | 'insufficient-scope' | 'invalid-parameter' | 'keys-unavailable';
  readonly detail: string;
  readonly headers: Readonly<Record<string, string>>;
};

export type Guard = {
  /** False when anybody may read: then answers are public, and need no `Vary: Authorization, X-Api-Key`. */
  readonly isClosed: boolean;
  /** Never throws. A promise only for a token that was not seen good within the last minute. */
  authenticate(request: CredentialSource): Identity | AccessProblem | Promise<Identity | AccessProblem>;
};

export type GuardOptions = {
  readonly apiKeys?: ApiKeys | undefined;
  readonly jwt?: JwtVerifier | undefined;
  /** What a caller must be allowed to do. */
  readonly scope: Scope;
};

type Outcome = Identity | AccessProblem;

const ANONYMOUS: Identity = { kind: 'anonymous', client: undefined };
const KEY_FAULTS = {
  malformed: 'the API key is not one of ours; was it copied whole?',
  unknown: 'the API key is unknown',
  expired: 'the API key has expired',
} as const;
const TOKEN_FAULTS = { invalid: 'the token is not valid here', expired: 'the token has expired' } as const;
const RETRY_AFTER_S = 5;

/** Tells who calls. Without keys and without an issuer everybody is anonymous and nothing is looked at. */
export function createGuard({ apiKeys, jwt, scope }: GuardOptions): Guard {
  if (apiKeys === undefined && jwt === undefined) return { isClosed: false, authenticate: () => ANONYMOUS };
  const refuse = refusals(scope);

  const holderOfKey = (verdict: KeyVerdict): Outcome => {
    if (!verdict.ok) return refuse.invalid(KEY_FAULTS[verdict.reason]);
    if (!verdict.scopes.includes(scope)) return refuse.scope;
    return { kind: 'api-key', client: `key:${verdict.client}` };
  };
  const holderOfToken = (verdict: TokenVerdict): Outcome => {
    if (!verdict.ok)
      return verdict.reason === 'unavailable' ? UNAVAILABLE : refuse.invalid(TOKEN_FAULTS[verdict.reason]);
    if (!verdict.scopes.includes(scope)) return refuse.scope;
    return { kind: 'token', client: verdict.client === undefined ? undefined : `sub:${verdict.client}` };
  };
  const verified = async (verifier: JwtVerifier, token: string): Promise<Outcome> =>
    holderOfToken(await verifier.verify(token));

  return {
    isClosed: true,
    authenticate(request) {
      const credential = credentialOf(request);
      switch (credential.kind) {
        case 'none':
          return refuse.missing;
        case 'refused':
          return { status: 400, slug: 'invalid-parameter', detail: credential.detail, headers: {} };
        case 'api-key':
          if (apiKeys === undefined) return refuse.invalid('API keys are not accepted here; a token is');
          return holderOfKey(apiKeys.verify(credential.text));
        case 'token': {
          if (jwt === undefined) return refuse.invalid('tokens are not accepted here; an API key is');
          const recalled = jwt.recall(credential.text);
          return recalled === undefined ? verified(jwt, credential.text) : holderOfToken(recalled);
        }
      }
    },
  };
}

export function isAccessProblem(outcome: Identity | AccessProblem): outcome is AccessProblem {
  return 'status' in outcome;
}

/**
 * The name that a request is counted under. The prefix keeps what a token's issuer may choose apart from addresses and
 * key ids.
 */
export function limitedClient(identity: Identity, address: string): string {
  return identity.client ?? `ip:${address}`;
}

const UNAVAILABLE: AccessProblem = {
  status: 503,
  slug: 'keys-unavailable',
  detail: 'the keys that tokens are checked with cannot be fetched just now',
  headers: { 'Retry-After': String(RETRY_AFTER_S) },
};

/** RFC 6750 §3: the error is named only when there was a credential. */
function refusals(scope: Scope): {
  readonly missing: AccessProblem;
  readonly scope: AccessProblem;
  invalid(detail: string): AccessProblem;
} {
  const challenge = `Bearer realm="weatherline", scope="${scope}"`;
  return {
    missing: unauthorized('a credential is needed, as Authorization: Bearer or X-Api-Key', challenge),
    scope: {
      status: 403,
      slug: 'insufficient-scope',
      detail: `the credential does not allow ${scope}`,
      headers: { 'WWW-Authenticate': `${challenge}, error="insufficient_scope"` },
    },
    invalid: (detail) => unauthorized(detail, `${challenge}, error="invalid_token"`),
  };
}

function unauthorized(detail: string, challenge: string): AccessProblem {
  return { status: 401, slug: 'unauthorized', detail, headers: { 'WWW-Authenticate': challenge } };
}
