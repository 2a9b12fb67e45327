import { secretReader, type Clock, type Environment, type Logger } from '@weatherline/runtime';
import type { IncomingMessage } from 'node:http';
import type { Access, Admission } from '../access-port.ts';
import { Problem } from '../http/problem.ts';
import { createApiKeys } from './api-keys.ts';
import { clientAddress } from './client-address.ts';
import { createCors, type Cors } from './cors.ts';
import { createGuard, isAccessProblem, limitedClient, type AccessProblem, type Identity } from './guard.ts';
import { createJwtVerifier } from './jwt.ts';
import { createRateLimiter, rateLimitHeaders, type RateLimiter } from './rate-limit.ts';
import { ACCESS_SETTINGS, checkAccess, type AccessConfig } from './settings.ts';

export type OpenAccessOptions = {
  readonly config: AccessConfig;
  readonly env: Environment;
  readonly clock: Clock;
  readonly log: Logger;
};

/** How many clients are counted at once. */
const MOST_CLIENTS = 20_000;
const ANONYMOUS: Identity = { kind: 'anonymous', client: undefined };

/** Who may read and how much, as the settings have it. */
export function openAccess({ config, env, clock, log }: OpenAccessOptions): Access {
  const { jwt } = checkAccess(config);
  const keys = config.apiKeys;
  const read = keys === undefined ? undefined : secretReader(ACCESS_SETTINGS.apiKeys.env, keys, env);
  const guard = createGuard({
    apiKeys: read === undefined ? undefined : createApiKeys({ read, clock, log }),
    jwt: jwt === undefined ? undefined : createJwtVerifier({ ...jwt, clock, log }),
    scope: 'products:read',
  });
  const limiter =
    config.rateLimit === 'off'
      ? undefined
      : createRateLimiter({ ...config.rateLimit, clock, maxClients: MOST_CLIENTS });
  const cors = config.corsOrigins === undefined ? undefined : createCors(config.corsOrigins);
  const gate = new Gate({ limiter, cors, trustedProxies: config.trustedProxies, isClosed: guard.isClosed });
  return {
    isPrivate: guard.isClosed,
    admit(request, isOpen) {
      const preflight = cors?.preflight(request);
      if (preflight !== undefined) {
        return { headers: Object.entries(preflight.headers).flat(), answered: { status: preflight.status } };
      }
      if (isOpen) return gate.admit(request, ANONYMOUS);
      const outcome = guard.authenticate(request);
      return outcome instanceof Promise
        ? outcome.then((said) => gate.admit(request, said))
        : gate.admit(request, outcome);
    },
  };
}

type GateOptions = {
  readonly limiter: RateLimiter | undefined;
  readonly cors: Cors | undefined;
  readonly trustedProxies: number;
  readonly isClosed: boolean;
};

/** Counts the request, and puts the headers together that belong to its caller. */
class Gate {
  readonly #options: GateOptions;

  constructor(options: GateOptions) {
    this.#options = options;
  }

  admit(request: IncomingMessage, outcome: Identity | AccessProblem): Admission {
    const { limiter, cors, trustedProxies, isClosed } = this.#options;
    const headers: string[] = cors === undefined ? [] : Object.entries(cors.headers(request.headers.origin)).flat();
    if (isClosed) headers.push('vary', 'Authorization, X-Api-Key');
    const isRefused = isAccessProblem(outcome);
    // Who is refused is counted as well, by address: guessing keys is no faster than reading.
    const client = limitedClient(isRefused ? ANONYMOUS : outcome, clientAddress(request, trustedProxies));
    const verdict = limiter?.take(client);
    if (verdict !== undefined) headers.push(...Object.entries(rateLimitHeaders(verdict)).flat());
    if (verdict !== undefined && !verdict.allowed) {
      const retry = { 'retry-after': String(verdict.retryAfterS) };
      return {
        headers,
        refused: new Problem('rate-limited', `${verdict.limit} requests are allowed`, { headers: retry }),
      };
    }
    if (isRefused) {
      return { headers, refused: new Problem(outcome.slug, outcome.detail, { headers: lower(outcome.headers) }) };
    }
    return limiter === undefined ? { headers } : { headers, refund: () => limiter.refund(client) };
  }
}

function lower(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
