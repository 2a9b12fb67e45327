import type { Clock, Logger } from '@weatherline/runtime';
import type { JWTVerifyGetKey } from 'jose';
import type { RemoteJWKSet } from 'jose/jwks/remote';

/** Keys are fetched again after this long, in the background. */
const FRESH_MS = 10 * 60_000;
/** And serve for this long while their endpoint is away; a key that was withdrawn lives no longer than this. */
const STALE_MS = 24 * 3_600_000;
/** A key id that is not known asks the endpoint again, but not more often than this: anybody can invent one. */
const COOL_DOWN_MS = 30_000;
/** After a fetch that failed. */
const RETRY_MS = 5000;
const FETCH_TIMEOUT_MS = 5000;
const MAX_BYTES = 256 * 1024;

/** The key cannot be told to be unknown, as the endpoint cannot be asked. */
export class KeysUnavailable extends Error {
  override readonly name = 'KeysUnavailable';
}

export type KeySetOptions = {
  readonly url: string;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Pick<Logger, 'warn'>;
};

/**
 * The public keys of an issuer. jose fetches, parses and chooses them; when to fetch is decided here, so that keys which
 * are known go on working without their endpoint, and by our clock.
 */
export async function createKeySet({ url, clock, log }: KeySetOptions): Promise<JWTVerifyGetKey> {
  // Loaded only where tokens are accepted: it costs 20 ms of the start.
  const [{ createRemoteJWKSet, customFetch }, { JWKSNoMatchingKey }] = await Promise.all([
    import('jose/jwks/remote'),
    import('jose/errors'),
  ]);
  const remote: RemoteJWKSet = createRemoteJWKSet(new URL(url), {
    cacheMaxAge: Infinity,
    cooldownDuration: Infinity,
    timeoutDuration: FETCH_TIMEOUT_MS,
    [customFetch]: fetchSmall,
  });
  let fetchedAt = Number.NEGATIVE_INFINITY;
  let triedAt = Number.NEGATIVE_INFINITY;
  let hasFailed = false;
  let pending: Promise<boolean> | undefined;

  const fetchKeys = async (now: number): Promise<boolean> => {
    triedAt = now;
    try {
      await remote.reload();
      fetchedAt = now;
      hasFailed = false;
    } catch (error) {
      hasFailed = true;
      log.warn('JWT keys could not be fetched', { reason: reasonOf(error), has_keys: remote.jwks() !== undefined });
    } finally {
      pending = undefined;
    }
    return !hasFailed;
  };
  /** Joins a fetch under way or starts one, unless it is too early for another; tells whether one succeeded. */
  const refresh = async (now: number): Promise<boolean> => {
    const wait = hasFailed ? RETRY_MS : COOL_DOWN_MS;
    if (pending === undefined && Math.abs(now - triedAt) < wait) return false;
    pending ??= fetchKeys(now);
    return pending;
  };

  return async (header, token) => {
    const now = clock.now().getTime();
    const age = Math.abs(now - fetchedAt);
    if (age >= STALE_MS) {
      if (!(await refresh(now))) throw new KeysUnavailable('the keys of the issuer cannot be fetched');
    } else if (age >= FRESH_MS) {
      void refresh(now);
    }
    try {
      return await remote(header, token);
    } catch (error) {
      if (!(error instanceof JWKSNoMatchingKey)) throw error;
      if (await refresh(now)) return await remote(header, token);
      if (hasFailed) throw new KeysUnavailable('the keys of the issuer cannot be fetched', { cause: error });
      throw error;
    }
  };
}

/** Refuses a body that is larger than any key set, before it is all in memory. */
async function fetchSmall(url: string, options: RequestInit): Promise<Response> {
  const response = await fetch(url, options);
  if (response.status !== 200 || response.body === null) {
    await response.body?.cancel();
    throw new Error(`expected 200 with a key set, got ${response.status}`);
  }
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body) {
    bytes += chunk.byteLength;
    if (bytes > MAX_BYTES) throw new Error(`expected a key set of at most ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return new Response(Buffer.concat(chunks));
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
