/** What went wrong between us and Vault, as far as somebody must act differently. */
export type VaultFault =
  /** No answer: network, certificate, time-out, a connection that was cut, an answer that is not Vault's. */
  | 'unreachable'
  /** It answers, and cannot serve now: sealed, standby, not initialised, overloaded, 5xx. */
  | 'unavailable'
  /** 403, or a login that it does not accept. */
  | 'denied'
  /** No such path, or a secret without the field. */
  | 'missing'
  /** It does not understand the request: a mistake in a setting or in this program. */
  | 'refused';

export type VaultErrorDetails = { readonly fault: VaultFault; readonly message: string; readonly status?: number };

/**
 * The only error that leaves the Vault client.
 *
 * It never has a cause: errors of node-vault and of Node's HTTP hold headers, bodies and options, and with them tokens.
 * Its message holds nothing that came over the wire but a status.
 */
export class VaultError extends Error {
  readonly fault: VaultFault;
  readonly status: number | undefined;

  constructor({ fault, message, status }: VaultErrorDetails) {
    super(message);
    this.name = 'VaultError';
    this.fault = fault;
    this.status = status;
  }
}

const TLS = /^(CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|ERR_TLS|ERR_SSL|ERR_OSSL|EPROTO)/;

/** A connection that came to nothing, told by Node's code alone. */
export function connectionError(origin: string, error: unknown): VaultError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'UNKNOWN';
  const told = /^[A-Z][A-Z0-9_]{2,60}$/.test(code) ? code : 'UNKNOWN';
  const message = TLS.test(told)
    ? `the certificate of Vault at ${origin} is not trusted (${told}): compare WEATHERLINE_VAULT_CA and the host's name with it`
    : `Vault at ${origin} cannot be reached (${told})`;
  return new VaultError({ fault: 'unreachable', message });
}

const UNAVAILABLE: Readonly<Record<number, string>> = {
  412: 'it has not caught up yet',
  429: 'it is a standby or over its rate limit',
  472: 'it is the standby of a disaster recovery pair',
  473: 'it is a performance standby',
  500: 'it has an error of its own: see its log',
  501: 'it is not initialised',
  502: 'what it depends on failed',
  503: 'it is sealed or under maintenance',
  504: 'something before it timed out',
};

/** An answer that is no success. `what` says what was asked: `reading secret/data/a`. */
export function statusError(status: number, what: string, body: unknown): VaultError {
  const told = (fault: VaultFault, why: string): VaultError =>
    new VaultError({ fault, status, message: `${what}: Vault answered ${status}, ${why}` });
  if (status >= 300 && status < 400) {
    return told('unavailable', 'a redirect, which is not followed: nothing is sent to another address');
  }
  const unavailable = UNAVAILABLE[status];
  if (unavailable !== undefined) return told('unavailable', unavailable);
  if (status >= 500) return told('unavailable', 'an error of its own');
  if (status === 403) return told('denied', known(body) ?? 'permission denied: look at the role and its policy');
  if (status === 404) return told('missing', 'nothing is there, or its newest version is deleted');
  return told('refused', known(body) ?? 'it does not accept the request');
}

/** Vault's own words are not repeated, for they may quote what was sent; those that are known become ours. */
const KNOWN: readonly (readonly [RegExp, string])[] = [
  [/^invalid role name /, 'there is no such role: has vault-configure run, and is WEATHERLINE_VAULT_ROLE right?'],
  [/service account name not authorized/, 'the role is not bound to the name of this service account'],
  [/namespace not authorized/, 'the role is not bound to the namespace of this service account'],
  [/audience \(aud\) claim/, 'the token is for another audience than the role wants'],
  [/expir(ed|ation)/, 'the token of the service account has expired: is its file projected and renewed?'],
  [/(bad|invalid) token/, 'its token is not valid any more'],
  [/lease is not renewable/, 'its token cannot be renewed'],
  [/missing client token/, 'it wants a token: is the method mounted where WEATHERLINE_VAULT_MOUNT says?'],
  [/no handler for route/, 'nothing is mounted there'],
];

function known(body: unknown): string | undefined {
  const errors: unknown = typeof body === 'object' && body !== null && 'errors' in body ? body.errors : [];
  const texts = Array.isArray(errors) ? errors.map(String) : [];
  return KNOWN.find(([pattern]) => texts.some((text) => pattern.test(text)))?.[1];
}
