import { hash } from 'node:crypto';
import { ConfigurationError, type Clock, type Logger } from '@weatherline/runtime';
import type { JWTPayload, JWTVerifyGetKey } from 'jose';
import { createKeySet, KeysUnavailable } from './key-set.ts';

/** Signatures of which the checking half is no secret; with HMAC whoever can check a token can also make one. */
export const JWT_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
] as const;
export type JwtAlgorithm = (typeof JWT_ALGORITHMS)[number];

export type TokenHolder = {
  /** `sub`, else `client_id`, else `azp`; a digest of one that is long; undefined when the token names nobody. */
  readonly client: string | undefined;
  readonly scopes: readonly string[];
};
export type TokenVerdict =
  | ({ readonly ok: true } & TokenHolder)
  | { readonly ok: false; readonly reason: 'invalid' | 'expired' | 'unavailable' };

export type JwtVerifier = {
  /** Never rejects. */
  verify(token: string): Promise<TokenVerdict>;
  /** The holder of a token that was found good within the last minute and is still valid. */
  recall(token: string): ({ readonly ok: true } & TokenHolder) | undefined;
};

export type JwtOptions = {
  readonly issuer: string;
  readonly audience: string;
  /** Where the issuer publishes its keys. */
  readonly jwksUrl: string;
  readonly algorithms: readonly JwtAlgorithm[];
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Pick<Logger, 'warn'>;
  /** How far the issuer's clock may be off ours, 5 to 60 s; default 5. */
  readonly clockToleranceS?: number;
};

const REMEMBER_MS = 60_000;
const MAX_REMEMBERED = 10_000;
const MAX_TOKEN_CHARACTERS = 8192;
const MAX_CLIENT_CHARACTERS = 128;

type Remembered = { readonly verdict: { readonly ok: true } & TokenHolder; readonly untilMs: number };

/**
 * Accepts the access tokens of one issuer: signed by a key that it publishes, with one of the algorithms named here
 * whatever the token says, for this audience, and not expired. Good tokens are remembered by their digest for up to a
 * minute, so a key that is withdrawn works that much longer; bad ones are looked at again each time.
 */
export function createJwtVerifier(options: JwtOptions): JwtVerifier {
  const { clock, issuer, audience, algorithms, clockToleranceS = 5 } = options;
  refuseBadOptions(options.jwksUrl, algorithms, clockToleranceS);
  const remembered = new Map<string, Remembered>();
  let keySet: Promise<JWTVerifyGetKey> | undefined;

  const check = async (token: string, now: Date): Promise<JWTPayload> => {
    keySet ??= createKeySet({ url: options.jwksUrl, clock, log: options.log });
    const [{ jwtVerify }, keys] = await Promise.all([import('jose/jwt/verify'), keySet]);
    const { payload } = await jwtVerify(token, keys, {
      issuer,
      audience,
      algorithms: [...algorithms],
      requiredClaims: ['exp'],
      clockTolerance: clockToleranceS,
      currentDate: now,
    });
    return payload;
  };

  return {
    recall(token) {
      if (remembered.size === 0 || !isPlausible(token)) return undefined;
      const found = remembered.get(hash('sha256', token));
      return found !== undefined && clock.now().getTime() < found.untilMs ? found.verdict : undefined;
    },
    async verify(token) {
      if (!isPlausible(token)) return { ok: false, reason: 'invalid' };
      const now = clock.now();
      try {
        const payload = await check(token, now);
        const verdict = { ok: true, ...holderOf(payload) } as const;
        const untilMs = Math.min((payload.exp ?? 0) * 1000, now.getTime() + REMEMBER_MS);
        remember(remembered, hash('sha256', token), { verdict, untilMs });
        return verdict;
      } catch (error) {
        return { ok: false, reason: reasonOf(error) };
      }
    },
  };
}

function refuseBadOptions(jwksUrl: string, algorithms: readonly string[], clockToleranceS: number): void {
  if (!URL.canParse(jwksUrl)) throw new ConfigurationError('JWT key set: expected an http or https address');
  if (algorithms.length === 0 || !algorithms.every(isJwtAlgorithm)) {
    throw new ConfigurationError(`JWT algorithms: expected one or more of ${JWT_ALGORITHMS.join(', ')}`);
  }
  if (!(clockToleranceS >= 5 && clockToleranceS <= 60)) {
    throw new ConfigurationError(`JWT clock tolerance: expected 5 to 60 s, got ${clockToleranceS}`);
  }
}

export function isJwtAlgorithm(name: string): name is JwtAlgorithm {
  return JWT_ALGORITHMS.some((known) => known === name);
}

/** Three parts of base64url: all else is refused before anything is computed. */
function isPlausible(token: string): boolean {
  return token.length <= MAX_TOKEN_CHARACTERS && /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token);
}

/** The oldest goes first: in a Map that is the one that was put in first. */
function remember(remembered: Map<string, Remembered>, digest: string, entry: Remembered): void {
  remembered.delete(digest);
  if (remembered.size >= MAX_REMEMBERED) {
    const [oldest = ''] = remembered.keys();
    remembered.delete(oldest);
  }
  remembered.set(digest, entry);
}

function holderOf(payload: JWTPayload): TokenHolder {
  const named = [payload.sub, payload['client_id'], payload['azp']].find(
    (claim) => typeof claim === 'string' && claim !== '',
  );
  const client = typeof named === 'string' && named.length > MAX_CLIENT_CHARACTERS ? hash('sha256', named) : named;
  return {
    client: typeof client === 'string' ? client : undefined,
    scopes: [...new Set([...scopesOf(payload['scope']), ...scopesOf(payload['scp'])])],
  };
}

/** RFC 8693 §4.2 has one text with spaces; other issuers an array, or their own name for it. */
function scopesOf(claim: unknown): string[] {
  if (typeof claim === 'string') return claim.split(' ').filter((scope) => scope !== '');
  if (!Array.isArray(claim)) return [];
  return claim.filter((scope: unknown) => typeof scope === 'string');
}

function reasonOf(error: unknown): 'invalid' | 'expired' | 'unavailable' {
  if (error instanceof KeysUnavailable) return 'unavailable';
  const isExpired = error instanceof Error && 'code' in error && error.code === 'ERR_JWT_EXPIRED';
  return isExpired ? 'expired' : 'invalid';
}
