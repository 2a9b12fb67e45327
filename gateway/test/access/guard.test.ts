import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, request as send, type IncomingMessage, type ServerResponse } from 'node:http';
import { createLogger, type Logger } from '@weatherline/runtime';
import { createVirtualClock } from '@weatherline/testkit';
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import {
  createApiKeys,
  createGuard,
  createJwtVerifier,
  isAccessProblem,
  limitedClient,
  newApiKey,
  type AccessProblem,
  type Guard,
  type Identity,
} from '../../src/access/index.ts';
import { AUDIENCE, createIssuer, createKey, ISSUER, tokenOf, type Issuer } from './issuer.ts';

const random = (bytes: number): Uint8Array => randomBytes(bytes);
const READER = newApiKey({ random });
const OPERATOR = newApiKey({ random, scopes: ['ops:read'] });
const EXPIRED = newApiKey({ random, expiresAt: new Date('2026-11-22T00:00:00Z') });
const EC = await createKey('ec-1', 'ES256');
const CHALLENGE = 'Bearer realm="weatherline", scope="products:read"';

type Answer = Identity | AccessProblem;
type Guarded = {
  readonly guard: Guard;
  readonly issuer: Issuer;
  readonly lines: string[];
  readonly token: (claims?: Readonly<Record<string, unknown>>) => Promise<string>;
  /** Sends headers as they are, as pairs, over a real socket. */
  readonly ask: (headers: readonly string[], path?: string) => Promise<Answer>;
};

async function guarded(t: ExecutionContext, accepts: { apiKeys?: boolean; jwt?: boolean } = {}): Promise<Guarded> {
  const clock = createVirtualClock();
  const lines: string[] = [];
  const destination = { write: (line: string) => lines.push(line) };
  const log: Logger = createLogger({ service: 'weatherline.gateway', version: '1.2.3', level: 'debug', destination });
  const issuer = await createIssuer(t, EC);
  const read = (): string => JSON.stringify([READER.entry, OPERATOR.entry, EXPIRED.entry]);
  const { apiKeys = true, jwt = true } = accepts;
  const guard = createGuard({
    apiKeys: apiKeys ? createApiKeys({ read, clock, log }) : undefined,
    jwt: jwt
      ? createJwtVerifier({
          issuer: ISSUER,
          audience: AUDIENCE,
          jwksUrl: issuer.url,
          algorithms: ['ES256'],
          clock,
          log,
        })
      : undefined,
    scope: 'products:read',
  });
  const ask = await socketTo(t, (request) => guard.authenticate(request));
  const token = async (claims = {}): Promise<string> => tokenOf(EC, { now: clock.now(), claims });
  return { guard, issuer, lines, token, ask };
}

/** What a guard says of requests as Node parses them. */
async function socketTo(
  t: ExecutionContext,
  authenticate: (request: IncomingMessage) => Answer | Promise<Answer>,
): Promise<Guarded['ask']> {
  const reply = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    response.end(JSON.stringify(await authenticate(request)));
  };
  const server = createServer((request, response) => {
    void reply(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return async (headers, path = '/v1/products') => {
    const request = send({ port, path, headers: ['host', 'gateway', ...headers], agent: false }).end();
    const [response]: IncomingMessage[] = await once(request, 'response');
    let body = '';
    for await (const chunk of response ?? []) body += String(chunk);
    return JSON.parse(body);
  };
}

function unauthorized(detail: RegExp, error: string): (t: ExecutionContext, answer: Answer) => void {
  return (t, answer) => {
    t.like(answer, { status: 401, slug: 'unauthorized', headers: { 'WWW-Authenticate': `${CHALLENGE}${error}` } });
    t.regex(isAccessProblem(answer) ? answer.detail : '', detail);
  };
}

test('with nothing configured everybody is anonymous, whatever they send', async (t) => {
  const { guard, ask } = await guarded(t, { apiKeys: false, jwt: false });
  t.false(guard.isClosed);
  t.deepEqual(await ask(['authorization', 'Bearer x', 'x-api-key', 'y']), { kind: 'anonymous' });
});

test('an API key is taken from either header, at once', async (t) => {
  const { guard, ask } = await guarded(t);
  const holder = { kind: 'api-key', client: `key:${READER.entry.id}` };
  t.true(guard.isClosed);
  t.deepEqual(await ask(['x-api-key', READER.key]), holder);
  t.deepEqual(await ask(['Authorization', `Bearer ${READER.key}`]), holder);
  t.deepEqual(await ask(['Authorization', `bearer  ${READER.key}`]), holder);
  const request = { headers: { 'x-api-key': READER.key }, rawHeaders: ['X-Api-Key', READER.key], url: '/' };
  t.deepEqual(guard.authenticate(request), holder as Identity);
});

test('a token is a promise the first time and is known at once after that', async (t) => {
  const { guard, ask, token } = await guarded(t);
  const authorization = `Bearer ${await token()}`;
  t.deepEqual(await ask(['authorization', authorization]), { kind: 'token', client: 'sub:mapper' });
  const request = { headers: { authorization }, rawHeaders: ['Authorization', authorization], url: '/' };
  t.deepEqual(guard.authenticate(request), { kind: 'token', client: 'sub:mapper' });
});

test('who sends nothing, or a scheme that is not understood, is told which is', async (t) => {
  const { ask } = await guarded(t);
  const expected = unauthorized(/^a credential is needed/, '');
  expected(t, await ask([]));
  expected(t, await ask(['authorization', 'Basic dXNlcjpwYXNz']));
  expected(t, await ask(['authorization', 'Basic bearer x']));
});

test('a credential that is no good is told so', async (t) => {
  const { ask, token } = await guarded(t);
  const error = ', error="invalid_token"';
  unauthorized(/not one of ours/, error)(t, await ask(['x-api-key', `${READER.key}x`]));
  unauthorized(/not one of ours/, error)(t, await ask(['x-api-key', '']));
  unauthorized(/unknown/, error)(t, await ask(['x-api-key', newApiKey({ random }).key]));
  unauthorized(/key has expired/, error)(t, await ask(['x-api-key', EXPIRED.key]));
  unauthorized(/not valid here/, error)(t, await ask(['authorization', 'Bearer']));
  unauthorized(/not valid here/, error)(t, await ask(['authorization', `Bearer ${await token({ aud: 'other' })}`]));
  unauthorized(/token has expired/, error)(t, await ask(['authorization', `Bearer ${await token({ exp: 1 })}`]));
});

test('what is not configured is not accepted', async (t) => {
  const tokens = await guarded(t, { apiKeys: false });
  const keys = await guarded(t, { jwt: false });
  const error = ', error="invalid_token"';
  unauthorized(/API keys are not accepted/, error)(t, await tokens.ask(['x-api-key', READER.key]));
  unauthorized(/API keys are not accepted/, error)(t, await tokens.ask(['authorization', `Bearer ${READER.key}`]));
  unauthorized(/tokens are not accepted/, error)(t, await keys.ask(['authorization', `Bearer ${await keys.token()}`]));
});

test('a credential for something else is no credential for this', async (t) => {
  const { ask, token } = await guarded(t);
  const expected = {
    status: 403,
    slug: 'insufficient-scope',
    detail: 'the credential does not allow products:read',
    headers: { 'WWW-Authenticate': `${CHALLENGE}, error="insufficient_scope"` },
  };
  t.deepEqual(await ask(['x-api-key', OPERATOR.key]), expected as AccessProblem);
  for (const scope of ['', 'products', 'products:read:x', 'ops:read']) {
    t.deepEqual(await ask(['authorization', `Bearer ${await token({ scope })}`]), expected as AccessProblem);
  }
});

test('several credentials are refused, also of one kind and also when all are good', async (t) => {
  const { ask, token } = await guarded(t);
  const bearer = `Bearer ${await token()}`;
  for (const headers of [
    ['x-api-key', READER.key, 'authorization', bearer],
    ['x-api-key', READER.key, 'authorization', `Bearer ${READER.key}`],
    ['x-api-key', READER.key, 'X-API-Key', READER.key],
    ['authorization', bearer, 'Authorization', bearer],
    ['authorization', bearer, 'AUTHORIZATION', 'Bearer other'],
  ]) {
    t.like(await ask(headers), { status: 400, slug: 'invalid-parameter', headers: {} });
  }
});

test('a credential in the address is refused, also beside a good one', async (t) => {
  const { ask, token } = await guarded(t);
  const text = await token();
  for (const query of [
    `?api_key=${READER.key}`,
    '?limit=1&apikey=x',
    '?X-Api-Key=x',
    '?key=x',
    `?access_token=${text}`,
    '?token=x',
    `?whatever=${READER.key}`,
    `?whatever=${text}`,
    '?%61pi_key=x',
    `?a=%77l_live_${READER.key.slice(8)}`,
  ]) {
    t.like(await ask([], `/v1/products${query}`), { status: 400, slug: 'invalid-parameter' }, query);
    t.like(await ask(['x-api-key', READER.key], `/v1/products${query}`), { status: 400 }, query);
  }
  for (const query of ['?limit=1&location=keyport', '?cursor=eyJ2IjoxfQ', '?location=monkey&f=json', '?a=%E0%A4%A']) {
    t.like(await ask(['x-api-key', READER.key], `/v1/products${query}`), { kind: 'api-key' }, query);
  }
});

test('an issuer whose keys cannot be fetched is no fault of the caller', async (t) => {
  const { ask, issuer, token } = await guarded(t);
  issuer.answer((response) => response.writeHead(500).end());
  t.deepEqual(await ask(['authorization', `Bearer ${await token()}`]), {
    status: 503,
    slug: 'keys-unavailable',
    detail: 'the keys that tokens are checked with cannot be fetched just now',
    headers: { 'Retry-After': '5' },
  });
  t.like(await ask(['x-api-key', READER.key]), { kind: 'api-key' });
});

test('no header, whatever is in it, throws or lets anybody in', async (t) => {
  const { guard } = await guarded(t);
  const text = fc.oneof(
    fc.string({ unit: 'binary-ascii' }),
    fc.string().map((rest) => `Bearer ${rest}`),
    fc.tuple(fc.base64String(), fc.base64String(), fc.base64String()).map((parts) => `Bearer ${parts.join('.')}`),
    fc.string().map((rest) => `Bearer ${READER.key.slice(0, 20)}${rest}`),
  );
  await fc.assert(
    fc.asyncProperty(text, text, fc.string(), async (authorization, apiKey, url) => {
      for (const headers of [{ authorization }, { 'x-api-key': apiKey }]) {
        const answer = await guard.authenticate({ headers, rawHeaders: Object.entries(headers).flat(), url });
        t.true(isAccessProblem(answer));
      }
    }),
  );
});

test('names that an issuer chooses cannot stand for an address or a key', (t) => {
  t.is(limitedClient({ kind: 'anonymous', client: undefined }, '192.0.2.1'), 'ip:192.0.2.1');
  t.is(limitedClient({ kind: 'token', client: 'sub:ip:192.0.2.1' }, '192.0.2.9'), 'sub:ip:192.0.2.1');
});

test('no credential reaches a log, a detail or a header', async (t) => {
  const { ask, issuer, lines, token } = await guarded(t);
  const broken = createVirtualClock();
  let file = JSON.stringify([READER.entry]);
  const destination = { write: (line: string) => lines.push(line) };
  const log = createLogger({ service: 'weatherline.gateway', version: '1.2.3', level: 'debug', destination });
  const keys = createApiKeys({ read: () => file, clock: broken, log });
  for (const text of [READER.key, `[{"id":"${READER.key}"}]`, `[{"${READER.key}":1}]`, `["${READER.key}"]`]) {
    file = text;
    broken.advance(1000);
    keys.verify(READER.key);
  }
  const canaries = [
    READER.key,
    OPERATOR.key,
    EXPIRED.key,
    newApiKey({ random }).key,
    await token(),
    await token({ exp: 1 }),
  ];
  canaries.push(await token({ aud: 'canary' }), await tokenOf({ ...EC, kid: 'canary-kid' }, { now: new Date() }));
  const said: string[] = [];
  for (const how of [() => {}, undefined]) {
    issuer.answer(how === undefined ? undefined : (response) => response.writeHead(500).end());
    for (const canary of canaries) {
      for (const headers of [
        ['x-api-key', canary],
        ['x-api-key', `${canary}x`],
        ['authorization', `Bearer ${canary}`],
        ['authorization', `Bearer ${canary}`, 'x-api-key', canary],
        ['authorization', canary],
      ]) {
        said.push(JSON.stringify(await ask(headers)));
      }
      said.push(JSON.stringify(await ask([], `/?key=${canary}`)));
    }
  }
  const all = [...said, ...lines].join('\n');
  t.true(lines.length >= 5, 'there are logs to look into');
  for (const canary of canaries) {
    // Also none of its secret parts: the whole of a key but its id, each part of a token.
    const parts = canary.startsWith('wl_') ? [canary.slice(17, 49), canary.slice(-6)] : canary.split('.').slice(1);
    for (const secret of [canary, ...parts]) t.false(all.includes(secret), secret);
  }
});
