import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { ExecutionContext } from 'ava';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWTPayload } from 'jose';

export const ISSUER = 'https://issuer.example';
export const AUDIENCE = 'weatherline';

export type Key = {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
};

export async function createKey(kid: string, alg: string): Promise<Key> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { kid, alg, privateKey, publicKey };
}

export type Issuer = {
  readonly url: string;
  /** How often the key set was asked for. */
  fetches(): number;
  publish(...keys: readonly Key[]): Promise<void>;
  /** Answers differently from now on; undefined = with the key set. */
  answer(how: ((response: ServerResponse) => void) | undefined): void;
};

/** An issuer's key set over real HTTP. */
export async function createIssuer(t: ExecutionContext, ...keys: readonly Key[]): Promise<Issuer> {
  let fetches = 0;
  let body = '';
  let how: ((response: ServerResponse) => void) | undefined;
  const publish = async (...published: readonly Key[]): Promise<void> => {
    const jwks = published.map(async ({ kid, alg, publicKey }) => ({
      ...(await exportJWK(publicKey)),
      kid,
      alg,
      use: 'sig',
    }));
    body = JSON.stringify({ keys: await Promise.all(jwks) });
  };
  await publish(...keys);
  const server = createServer((_request, response) => {
    fetches += 1;
    if (how !== undefined) how(response);
    else response.setHeader('content-type', 'application/json').end(body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/keys`,
    fetches: () => fetches,
    publish,
    answer(next) {
      how = next;
    },
  };
}

export type TokenOptions = {
  readonly now: Date;
  readonly claims?: JWTPayload;
  readonly header?: Readonly<Record<string, unknown>>;
  readonly lifeS?: number;
  /** Claims to leave out. */
  readonly without?: readonly string[];
};

/** A good token but for what the options change. */
export async function tokenOf(key: Key, options: TokenOptions): Promise<string> {
  const { now, claims = {}, header = {}, lifeS = 3600, without = [] } = options;
  const nowS = Math.floor(now.getTime() / 1000);
  const all: JWTPayload = {
    iss: ISSUER,
    aud: AUDIENCE,
    sub: 'mapper',
    scope: 'products:read',
    iat: nowS,
    exp: nowS + lifeS,
    ...claims,
  };
  const kept = Object.fromEntries(Object.entries(all).filter(([name]) => !without.includes(name)));
  return new SignJWT(kept).setProtectedHeader({ alg: key.alg, kid: key.kid, ...header }).sign(key.privateKey);
}
