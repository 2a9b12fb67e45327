import { hash, timingSafeEqual } from 'node:crypto';
import { ConfigurationError, type Clock, type Logger } from '@weatherline/runtime';
import { parseApiKeys } from './api-key-file.ts';
import { idOfKey, type Scope } from './api-key.ts';

export type KeyVerdict =
  | { readonly ok: true; readonly client: string; readonly scopes: readonly Scope[] }
  | { readonly ok: false; readonly reason: 'malformed' | 'unknown' | 'expired' };

export type ApiKeys = {
  /** Never throws; tells nothing about other keys by the time it takes. */
  verify(text: string): KeyVerdict;
};

export type ApiKeysOptions = {
  /** The secrets file as it is now: see `secretReader`. */
  readonly read: () => string;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Pick<Logger, 'info' | 'error'>;
};

type Known = { readonly digest: Uint8Array; readonly scopes: readonly Scope[]; readonly expiresMs: number };
type KeySet = ReadonlyMap<string, Known>;

const LOOK_EVERY_MS = 1000;

/**
 * The keys of a secrets file, which is looked at again at most once a second. A file that became bad leaves the last good
 * keys in force and is logged once for each change. Throws a ConfigurationError when it is bad at the start.
 */
export function createApiKeys({ read, clock, log }: ApiKeysOptions): ApiKeys {
  let text = read();
  let keys = keySet(text);
  let lookedAt = clock.now().getTime();
  let isUnreadable = false;

  const reload = (): void => {
    try {
      const now = read();
      isUnreadable = false;
      if (now === text) return;
      text = now;
      keys = keySet(now);
      log.info('API keys reloaded', { keys: keys.size });
    } catch (error) {
      // Only our own messages are known to hold no text of the file.
      if (error instanceof ConfigurationError) log.error('API keys kept as they were', { reason: error.message });
      else if (!isUnreadable) log.error('API keys kept as they were', { reason: 'the file cannot be read' });
      isUnreadable = !(error instanceof ConfigurationError);
    }
  };

  return {
    verify(candidate) {
      const now = clock.now().getTime();
      // Also after the clock was set back.
      if (Math.abs(now - lookedAt) >= LOOK_EVERY_MS) {
        lookedAt = now;
        reload();
      }
      const id = idOfKey(candidate);
      if (id === undefined) return { ok: false, reason: 'malformed' };
      const known = keys.get(id);
      if (known === undefined || !timingSafeEqual(hash('sha256', candidate, 'buffer'), known.digest)) {
        return { ok: false, reason: 'unknown' };
      }
      if (known.expiresMs <= now) return { ok: false, reason: 'expired' };
      return { ok: true, client: id, scopes: known.scopes };
    },
  };
}

function keySet(text: string): KeySet {
  return new Map(
    parseApiKeys(text).map(({ id, sha256, scopes, expires_at: expiresAt }) => [
      id,
      {
        digest: Buffer.from(sha256, 'hex'),
        scopes,
        expiresMs: expiresAt === undefined ? Number.POSITIVE_INFINITY : Date.parse(expiresAt),
      },
    ]),
  );
}
