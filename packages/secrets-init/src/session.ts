import type { Clock, Logger } from '@weatherline/runtime';
import { FilesError } from './files-error.ts';
import type { Login, Secret, VaultClient } from './vault-client.ts';
import { VaultError } from './vault-error.ts';

export type SessionOptions = {
  readonly client: VaultClient;
  readonly clock: Clock;
  readonly log: Logger;
  /** Asked at each login, for the kubelet renews the token of the service account. */
  readonly login: () => Login;
  /** Every token that is given out: from then on the log must not show it. */
  readonly keepSecret: (token: string) => void;
};

type Held = { readonly endsMs: number; readonly ttlMs: number; readonly isRenewable: boolean };

/** A login that lasts: its token is renewed in time, and had anew when that is no longer possible. */
export class Session {
  readonly #options: SessionOptions;
  #held: Held | undefined;
  /** What a login gave; a renewal that gives less than half has come near the maximum. */
  #fullMs = 0;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  /** Reads a secret. One refusal is answered by a new login: the token may have been revoked, or the role's policies changed. */
  async read(path: string): Promise<Secret> {
    const isFresh = await this.#haveToken();
    try {
      return await this.#options.client.readSecret(path);
    } catch (error) {
      if (isFresh || !(error instanceof VaultError) || error.fault !== 'denied') throw error;
      await this.#logIn();
      return this.#options.client.readSecret(path);
    }
  }

  /** Ends the token. A server that is away ends it by itself when its time is over. */
  async close(): Promise<void> {
    const { client, log } = this.#options;
    if (client.token === '') return;
    this.#held = undefined;
    try {
      await client.revokeSelf();
    } catch (error) {
      log.warn('token not revoked', { reason: reasonOf(error) });
    }
  }

  /** True = it has just been had. */
  async #haveToken(): Promise<boolean> {
    const leftMs = this.#leftMs();
    if (this.#held === undefined || leftMs <= 0) return this.#logIn();
    if (leftMs > this.#fullMs / 2) return false;
    return (await this.#renew()) ? false : this.#logIn();
  }

  async #renew(): Promise<boolean> {
    const { client, clock, log } = this.#options;
    if (this.#held?.isRenewable !== true) return false;
    try {
      const { ttlMs, isRenewable } = await client.renewSelf();
      this.#held = { ttlMs, isRenewable, endsMs: clock.now().getTime() + ttlMs };
      log.debug('token renewed', { ttl_s: ttlMs / 1000 });
      return ttlMs > this.#fullMs / 2;
    } catch (error) {
      if (!(error instanceof VaultError) || isAway(error)) throw error;
      log.debug('token not renewed', { reason: error.message });
      return false;
    }
  }

  async #logIn(): Promise<true> {
    const { client, clock, log, login, keepSecret } = this.#options;
    const before = client.token;
    const { token, ttlMs, isRenewable } = await client.login(login());
    keepSecret(token);
    this.#fullMs = ttlMs;
    this.#held = { ttlMs, isRenewable, endsMs: clock.now().getTime() + ttlMs };
    log.debug('logged in', { ttl_s: ttlMs / 1000 });
    if (before !== '') await this.#end(before, token);
    return true;
  }

  /** The token before a new login is ended, so that none outlives its use. */
  async #end(before: string, now: string): Promise<void> {
    const { client, log } = this.#options;
    client.token = before;
    try {
      await client.revokeSelf();
    } catch (error) {
      // Most often it has ended by itself.
      log.debug('earlier token not revoked', { reason: reasonOf(error) });
    } finally {
      client.token = now;
    }
  }

  #leftMs(): number {
    return (this.#held?.endsMs ?? 0) - this.#options.clock.now().getTime();
  }
}

/** Nothing was decided: the same request may succeed later. */
export function isAway({ fault }: VaultError): boolean {
  return fault === 'unreachable' || fault === 'unavailable';
}

/** What may be told of an error: the words of ours, the name of any other. */
export function reasonOf(error: unknown): string {
  if (error instanceof VaultError || error instanceof FilesError) return error.message;
  return error instanceof Error ? error.name : 'unknown';
}
