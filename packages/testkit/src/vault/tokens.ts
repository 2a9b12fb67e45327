import { randomBytes, randomUUID } from 'node:crypto';
import { refuse } from './message.ts';

export type Token = {
  readonly id: string;
  readonly accessor: string;
  readonly policies: readonly string[];
  readonly meta: Readonly<Record<string, string>>;
  readonly path: string;
  readonly displayName: string;
  readonly issuedMs: number;
  /** The period of the lease as it was given out; 0 = it never ends. */
  readonly ttlMs: number;
  readonly maxTtlMs: number;
  readonly isRenewable: boolean;
  endsMs: number;
};

export type NewToken = Pick<Token, 'policies' | 'meta' | 'path' | 'displayName' | 'ttlMs' | 'maxTtlMs'> & {
  readonly id?: string;
  readonly isRenewable?: boolean;
};

/** Tokens that were given out, with their leases. */
export class Tokens {
  readonly #live = new Map<string, Token>();
  /** Every token there ever was: tests look for them where they must not be. */
  readonly everIssued: string[] = [];

  issue(wanted: NewToken, nowMs: number): Token {
    const { id = `hvs.${randomBytes(24).toString('base64url')}`, isRenewable = true, ttlMs } = wanted;
    const endsMs = ttlMs === 0 ? Number.POSITIVE_INFINITY : nowMs + ttlMs;
    const token = { ...wanted, id, isRenewable, accessor: randomUUID(), issuedMs: nowMs, endsMs };
    this.#live.set(id, token);
    this.everIssued.push(id);
    return token;
  }

  /** Ended ones are forgotten when they are asked for. */
  find(id: string, nowMs: number): Token | undefined {
    const token = this.#live.get(id);
    if (token !== undefined && token.endsMs <= nowMs) this.#live.delete(id);
    return this.#live.get(id);
  }

  live(nowMs: number): readonly Token[] {
    return [...this.#live.values()].filter(({ endsMs }) => endsMs > nowMs);
  }

  /** Until its maximum a lease begins anew. */
  renew(token: Token, nowMs: number): Token {
    if (!token.isRenewable) refuse(400, 'lease is not renewable');
    const limit = token.maxTtlMs === 0 ? Number.POSITIVE_INFINITY : token.issuedMs + token.maxTtlMs;
    token.endsMs = Math.min(nowMs + token.ttlMs, limit);
    return token;
  }

  revoke(id: string): void {
    this.#live.delete(id);
  }

  revokeAll(): void {
    this.#live.clear();
  }
}

/** The `auth` of a login or a renewal. */
export function authOf(token: Token, nowMs: number): Readonly<Record<string, unknown>> {
  return {
    client_token: token.id,
    accessor: token.accessor,
    policies: token.policies,
    token_policies: token.policies,
    metadata: token.meta,
    lease_duration: token.ttlMs === 0 ? 0 : Math.floor((token.endsMs - nowMs) / 1000),
    renewable: token.isRenewable,
    entity_id: '',
    token_type: 'service',
    orphan: true,
  };
}

/** The `data` of a lookup. */
export function lookupOf(token: Token, nowMs: number): Readonly<Record<string, unknown>> {
  const isEndless = token.endsMs === Number.POSITIVE_INFINITY;
  return {
    accessor: token.accessor,
    creation_time: Math.floor(token.issuedMs / 1000),
    creation_ttl: token.ttlMs / 1000,
    display_name: token.displayName,
    entity_id: '',
    expire_time: isEndless ? null : new Date(token.endsMs).toISOString(),
    explicit_max_ttl: 0,
    id: token.id,
    issue_time: new Date(token.issuedMs).toISOString(),
    meta: token.meta,
    num_uses: 0,
    orphan: true,
    path: token.path,
    policies: token.policies,
    renewable: token.isRenewable,
    ttl: isEndless ? 0 : Math.floor((token.endsMs - nowMs) / 1000),
    type: 'service',
  };
}
