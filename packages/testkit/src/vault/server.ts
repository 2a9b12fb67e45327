import { once } from 'node:events';
import { createServer as createHttp, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { AUTH_ROUTES } from './auth-routes.ts';
import { dispatch, type Route } from './dispatch.ts';
import { refuseFor, VaultFaultScript, type VaultFaultRule } from './faults.ts';
import type { KubernetesRole } from './kubernetes.ts';
import { KV_ROUTES } from './kv-routes.ts';
import { refuse, VaultRefusal, type VaultReply } from './message.ts';
import { VaultState } from './state.ts';
import { before, callOf, readRaw, send, tokenOf, type RawCall } from './wire.ts';

export type VaultServerOptions = {
  /** Key and certificate in PEM; without them it speaks http. */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** Endpoints beside its own, asked first. */
  readonly routes?: readonly Route[];
  /** Where `auth/kubernetes` and `secret/` are not there at the start. */
  readonly isEmpty?: boolean;
  readonly rootToken?: string;
  readonly host?: string;
  /** Default 0 = any free one. */
  readonly port?: number;
};

/** A request that came in, by whom: tests look at the order of things. */
export type SeenRequest = { readonly method: string; readonly path: string; readonly token: string };

/**
 * Starts a server that speaks Vault's HTTP API, in memory, for tests.
 *
 * It is written from the public API documentation and judges what a client can get wrong: bindings of roles, policies,
 * leases, versions, seals. Its clock can be moved; a fault script decides when it misbehaves.
 */
export async function startVaultServer(options: VaultServerOptions = {}): Promise<VaultServer> {
  const server = new VaultServer(options);
  await server.listen(options.port ?? 0, options.host ?? '127.0.0.1');
  return server;
}

export class VaultServer implements AsyncDisposable {
  readonly state: VaultState;
  readonly rootToken: string;
  /** Oldest first, faulted ones included. */
  readonly requests: SeenRequest[] = [];
  readonly #server: Server;
  readonly #routes: readonly Route[];
  readonly #scheme: 'http' | 'https';
  #script = new VaultFaultScript();
  #offsetMs = 0;
  #port = 0;

  constructor({ tls, routes = [], isEmpty = false, rootToken }: VaultServerOptions) {
    this.state = new VaultState(() => Date.now() + this.#offsetMs);
    this.#routes = [...routes, ...AUTH_ROUTES, ...KV_ROUTES];
    if (!isEmpty) {
      this.state.mountKv('secret');
      this.state.enableKubernetes('kubernetes');
    }
    const root = { policies: ['root'], meta: {}, path: 'auth/token/root', displayName: 'root', ttlMs: 0, maxTtlMs: 0 };
    const named = rootToken === undefined ? root : { ...root, id: rootToken };
    this.rootToken = this.state.tokens.issue({ ...named, isRenewable: false }, this.state.now()).id;
    const serve = (incoming: IncomingMessage, response: ServerResponse): void => {
      // A client that goes away in the middle of its request takes its connection with it.
      this.#serve(incoming, response).catch(() => response.destroy());
    };
    this.#server = tls === undefined ? createHttp(serve) : createHttps(tls, serve);
    this.#scheme = tls === undefined ? 'http' : 'https';
  }

  async listen(port: number, host: string): Promise<void> {
    this.#server.listen(port, host);
    await once(this.#server, 'listening');
    const address = this.#server.address();
    this.#port = typeof address === 'object' && address !== null ? address.port : 0;
  }

  get url(): string {
    return `${this.#scheme}://127.0.0.1:${this.#port}`;
  }

  setScript(script: readonly VaultFaultRule[]): void {
    this.#script = new VaultFaultScript(script);
  }

  /** Moves the clock forward: leases end, tokens expire. */
  advance(ms: number): void {
    this.#offsetMs += ms;
  }

  seal(): void {
    this.state.isSealed = true;
  }

  unseal(): void {
    this.state.isSealed = false;
  }

  /** Puts a secret there without a request, as a new version; its path is as the command line has it: `secret/a/b`. */
  seed(path: string, data: Readonly<Record<string, unknown>>): void {
    const [mount = '', ...rest] = path.split('/');
    const kv = this.state.mounts.get(mount)?.kv ?? refuse(404, `nothing is mounted at ${mount}`);
    kv.put(rest.join('/'), data, this.state.now());
  }

  /** A role and the policy of its name, as vault-configure makes them for a workload. */
  seedRole(name: string, { policy, ...role }: Partial<KubernetesRole> & { readonly policy: string }): void {
    this.state.policies.set(name, policy);
    this.state.auths.get('kubernetes')?.roles.set(name, {
      names: [name],
      namespaces: ['weatherline'],
      audience: 'vault',
      policies: [name],
      ttlMs: 900_000,
      maxTtlMs: 3_600_000,
      noDefaultPolicy: true,
      ...role,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    this.#server.closeAllConnections();
    await promise;
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const raw = await readRaw(incoming);
    this.requests.push({ method: incoming.method ?? '', path: raw.path, token: tokenOf(incoming) });
    const rule = this.#script.next(raw.path);
    if (rule !== undefined && !(await before(rule, raw, incoming, response))) return;
    send(response, this.#answer(incoming, raw, rule), rule);
  }

  #answer(incoming: IncomingMessage, raw: RawCall, rule: VaultFaultRule | undefined): VaultReply {
    try {
      if (rule !== undefined) refuseFor(rule);
      return dispatch(callOf(incoming, raw), this.state, this.#routes);
    } catch (error) {
      if (error instanceof VaultRefusal) return { status: error.status, body: { errors: error.errors } };
      // A bug of the server's must not look like one of its faults.
      process.emitWarning(error instanceof Error ? error : String(error));
      return { status: 500, body: { errors: ['internal error'] } };
    }
  }
}
