import createVault from 'node-vault';
import * as v from 'valibot';
import { statusError, VaultError } from './vault-error.ts';
import { sendToVault, type TransportOptions, type VaultRequest } from './vault-transport.ts';

export type VaultClientOptions = {
  /** Without a path: `https://vault.vault.svc:8200`. */
  readonly address: string;
  readonly ca?: () => string | undefined;
  /** Of one request; default 5 s, for in a pod's first seconds packets are dropped, not refused. */
  readonly timeoutMs?: number;
  /** The largest answer that is read; default 1 MiB. */
  readonly maxBytes?: number;
  /** Ends requests in hand, but not the one that ends a token. */
  readonly signal?: AbortSignal;
};

/** What a login or a renewal gave. */
export type Lease = { readonly token: string; readonly ttlMs: number; readonly isRenewable: boolean };

/** A version of a KV v2 secret. */
export type Secret = {
  readonly data: Readonly<Record<string, unknown>>;
  readonly version: number;
  readonly createdAt: Date;
};

export type Login = { readonly mount: string; readonly role: string; readonly jwt: string };

const LEASE = v.object({
  auth: v.object({
    client_token: v.pipe(v.string(), v.nonEmpty()),
    lease_duration: v.pipe(v.number(), v.minValue(0)),
    renewable: v.boolean(),
  }),
});

const SECRET = v.object({
  data: v.object({
    data: v.record(v.string(), v.unknown()),
    metadata: v.object({
      version: v.pipe(v.number(), v.integer()),
      created_time: v.pipe(
        v.string(),
        v.transform((text) => new Date(text)),
        v.date(),
      ),
    }),
  }),
});

/** Vault by node-vault, with a transport of ours and errors that hold no token, no JWT and no body. */
export class VaultClient {
  readonly address: string;
  readonly #client: createVault.client;
  readonly #signal: AbortSignal | undefined;

  constructor({ address, ca = () => undefined, timeoutMs = 5_000, maxBytes = 2 ** 20, signal }: VaultClientOptions) {
    this.address = new URL(address).origin;
    this.#signal = signal;
    const options: TransportOptions = { ca, timeoutMs, maxBytes };
    this.#client = createVault({
      endpoint: this.address,
      apiVersion: 'v1',
      // Its debug lines hold what is sent.
      debug: () => undefined,
      'request-promise': { defaults: () => async (sent: VaultRequest) => sendToVault(sent, options) },
    });
    // VAULT_TOKEN, VAULT_NAMESPACE and VAULT_PREFIX of the environment are no settings of ours.
    Object.assign(this.#client, { token: '', namespace: undefined, pathPrefix: '' });
  }

  /** The token that requests are sent with; empty = none. */
  get token(): string {
    return this.#client.token;
  }

  set token(token: string) {
    this.#client.token = token;
  }

  /** Logs in by Kubernetes auth; requests carry the new token from then on. */
  async login({ mount, role, jwt }: Login): Promise<Lease> {
    const what = `logging in as role '${role}' at auth/${mount}`;
    const before = this.token;
    // A token that has ended would be refused before the login is looked at.
    this.token = '';
    try {
      const lease = leaseOf(await this.request('POST', `auth/${mount}/login`, { role, jwt }, what), what);
      this.token = lease.token;
      return lease;
    } catch (error) {
      this.token = before;
      // Whatever Vault has against a login, somebody must look at the role and its method.
      const isRefused = error instanceof VaultError && (error.fault === 'refused' || error.fault === 'missing');
      throw isRefused ? new VaultError({ fault: 'denied', message: error.message }) : error;
    }
  }

  async renewSelf(): Promise<Lease> {
    const what = 'renewing its token';
    return leaseOf(await this.request('POST', 'auth/token/renew-self', {}, what), what);
  }

  /** Ends the token; requests carry none from then on. */
  async revokeSelf(): Promise<void> {
    // A process that is stopped still does this, and does not wait long for it.
    const signal = AbortSignal.timeout(2_000);
    const sent = this.#client.request({ path: '/auth/token/revoke-self', method: 'POST', signal });
    await translated('revoking its token', sent);
    this.token = '';
  }

  /** The newest version of a KV v2 secret; the first segment of its path is the mount: `secret/weatherline/prod/openweather`. */
  async readSecret(path: string): Promise<Secret> {
    const [mount = '', ...rest] = path.split('/');
    const what = `reading ${path}`;
    const body = await this.request('GET', `${mount}/data/${rest.map(encodeURIComponent).join('/')}`, undefined, what);
    const parsed = v.safeParse(SECRET, body);
    if (!parsed.success) throw malformed(what);
    const { data, metadata } = parsed.output.data;
    return { data, version: metadata.version, createdAt: metadata.created_time };
  }

  /** Any other request; resolves with the parsed body, a Buffer if it is not JSON. `what` is said in errors. */
  async request(method: string, path: string, body?: unknown, what = `${method} ${path}`): Promise<unknown> {
    const json = body === undefined ? {} : { json: body };
    return translated(what, this.#client.request({ path: `/${path}`, method, signal: this.#signal, ...json }));
  }
}

/** Nothing of node-vault's errors gets through but the status. */
async function translated(what: string, sent: Promise<unknown>): Promise<unknown> {
  try {
    return await sent;
  } catch (error) {
    if (error instanceof VaultError) throw new VaultError({ fault: error.fault, message: `${what}: ${error.message}` });
    const response: unknown = error instanceof Error && 'response' in error ? error.response : undefined;
    const parsed = v.safeParse(v.object({ statusCode: v.number(), body: v.unknown() }), response);
    if (!parsed.success) throw malformed(what);
    throw statusError(parsed.output.statusCode, what, parsed.output.body);
  }
}

function leaseOf(body: unknown, what: string): Lease {
  const parsed = v.safeParse(LEASE, body);
  if (!parsed.success) throw malformed(what);
  const { client_token: token, lease_duration: seconds, renewable } = parsed.output.auth;
  return { token, ttlMs: seconds * 1000, isRenewable: renewable };
}

function malformed(what: string): VaultError {
  return new VaultError({ fault: 'unreachable', message: `${what}: the answer is not one of Vault's` });
}
