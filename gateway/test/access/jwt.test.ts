import { createHmac } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { createVirtualClock, type VirtualClock } from '@weatherline/testkit';
import test, { type ExecutionContext } from 'ava';
import { exportJWK, exportSPKI } from 'jose';
import { createJwtVerifier, type JwtAlgorithm, type JwtOptions, type JwtVerifier } from '../../src/access/index.ts';
import {
  AUDIENCE,
  createIssuer,
  createKey,
  ISSUER,
  tokenOf,
  type Issuer,
  type Key,
  type TokenOptions,
} from './issuer.ts';

const RSA = await createKey('rsa-1', 'RS256');
const EC = await createKey('ec-1', 'ES256');
const LATER = await createKey('rsa-2', 'RS256');

type Checked = {
  readonly issuer: Issuer;
  readonly clock: VirtualClock;
  readonly jwt: JwtVerifier;
  readonly logged: string[];
  readonly token: (key?: Key, options?: Partial<TokenOptions>) => Promise<string>;
};

async function check(t: ExecutionContext, change: Partial<JwtOptions> = {}): Promise<Checked> {
  const issuer = await createIssuer(t, RSA, EC);
  const clock = createVirtualClock();
  const logged: string[] = [];
  const jwt = createJwtVerifier({
    issuer: ISSUER,
    audience: AUDIENCE,
    jwksUrl: issuer.url,
    algorithms: ['RS256', 'ES256'],
    clock,
    log: { warn: (message, fields) => logged.push(`${message} ${JSON.stringify(fields)}`) },
    ...change,
  });
  return {
    issuer,
    clock,
    jwt,
    logged,
    token: async (key = RSA, options = {}) => tokenOf(key, { now: clock.now(), ...options }),
  };
}

const GOOD = { ok: true, client: 'mapper', scopes: ['products:read'] } as const;
const INVALID = { ok: false, reason: 'invalid' } as const;
const UNAVAILABLE = { ok: false, reason: 'unavailable' } as const;

test('tokens that the issuer signed with RSA or ECDSA are good, and one fetch of its keys is enough', async (t) => {
  const { issuer, jwt, token } = await check(t);
  const tokens = await Promise.all([token(RSA), token(EC)]);
  const verdicts = await Promise.all(tokens.map(async (text) => jwt.verify(text)));
  t.deepEqual(verdicts, [GOOD, GOOD]);
  t.is(issuer.fetches(), 1);
});

test('nothing is fetched before there is a token to check', async (t) => {
  const { issuer, jwt } = await check(t);
  t.deepEqual(await jwt.verify('no token'), INVALID);
  t.deepEqual(await jwt.verify(`a.b.${'c'.repeat(9000)}`), INVALID);
  t.is(issuer.fetches(), 0);
});

const refused: readonly (readonly [string, Partial<TokenOptions>])[] = [
  ['for another audience', { claims: { aud: 'other' } }],
  ['of another issuer', { claims: { iss: 'https://issuer.example.evil' } }],
  ['without an audience', { without: ['aud'] }],
  ['without an issuer', { without: ['iss'] }],
  ['without an end', { without: ['exp'] }],
  ['that begins later', { claims: { nbf: Date.parse('2026-11-23T06:00:06Z') / 1000 } }],
  ['with an extension that is not understood', { header: { crit: ['x'], x: 1 } }],
];

for (const [what, options] of refused) {
  test(`a token ${what} is refused`, async (t) => {
    const { jwt, clock } = await check(t);
    const text = await tokenOf(RSA, { now: clock.now(), ...options }).catch(async () => handMade(options, clock));
    t.deepEqual(await jwt.verify(text), INVALID);
  });
}

/** A token that jose would not make. */
async function handMade({ header }: Partial<TokenOptions>, clock: VirtualClock): Promise<string> {
  const [, payload = ''] = (await tokenOf(RSA, { now: clock.now() })).split('.');
  const input = `${encoded({ alg: 'RS256', kid: 'rsa-1', ...header })}.${payload}`;
  const signature = await crypto.subtle.sign('RSASSA-PKCS1-v1_5', RSA.privateKey, Buffer.from(input));
  return `${input}.${Buffer.from(signature).toString('base64url')}`;
}

function encoded(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

test('a token is good until it ends, give or take the tolerance', async (t) => {
  const { jwt, clock, token } = await check(t, { clockToleranceS: 5 });
  const text = await token(RSA, { lifeS: 100 });
  clock.advance(104_000);
  t.deepEqual(await jwt.verify(text), GOOD);
  clock.advance(1000);
  t.deepEqual(await jwt.verify(text), { ok: false, reason: 'expired' });
});

test('a token that was changed or signed by somebody else is refused', async (t) => {
  const { jwt, token } = await check(t);
  const [header = '', payload = '', signature = ''] = (await token()).split('.');
  const more = encoded({ ...JSON.parse(Buffer.from(payload, 'base64url').toString()), scope: 'ops:write' });
  t.deepEqual(await jwt.verify(`${header}.${more}.${signature}`), INVALID);
  t.deepEqual(await jwt.verify(await token({ ...LATER, kid: 'rsa-1' })), INVALID);
});

test('a token without a signature is refused', async (t) => {
  const { jwt, token } = await check(t);
  const [, payload = '', signature = ''] = (await token()).split('.');
  for (const alg of ['none', 'None', 'NONE', '']) {
    const header = encoded({ alg, kid: 'rsa-1' });
    t.deepEqual(await jwt.verify(`${header}.${payload}.`), INVALID);
    t.deepEqual(await jwt.verify(`${header}.${payload}.${signature}`), INVALID);
  }
});

test('a public key is no HMAC secret', async (t) => {
  const { jwt, token } = await check(t);
  const [, payload = ''] = (await token()).split('.');
  const jwk = await exportJWK(RSA.publicKey);
  for (const secret of [await exportSPKI(RSA.publicKey), JSON.stringify(jwk), jwk.n ?? '']) {
    const input = `${encoded({ alg: 'HS256', kid: 'rsa-1' })}.${payload}`;
    const signature = createHmac('sha256', secret).update(input).digest('base64url');
    t.deepEqual(await jwt.verify(`${input}.${signature}`), INVALID);
  }
});

test('an algorithm that is not asked for is refused, also when its key is published', async (t) => {
  const { jwt, token } = await check(t, { algorithms: ['ES256'] });
  t.deepEqual(await jwt.verify(await token(RSA)), INVALID);
  t.deepEqual(await jwt.verify(await token(EC)), GOOD);
});

test('neither HMAC nor none can be asked for', async (t) => {
  for (const name of ['HS256', 'none', '']) {
    const algorithms = [name as JwtAlgorithm];
    await t.throwsAsync(async () => check(t, { algorithms }), {
      name: 'ConfigurationError',
      message: /^JWT algorithms/,
    });
  }
  await t.throwsAsync(async () => check(t, { clockToleranceS: 61 }), { name: 'ConfigurationError' });
  await t.throwsAsync(async () => check(t, { jwksUrl: 'nowhere' }), { name: 'ConfigurationError' });
});

test('scopes may be a text or a list, and a holder the subject or a client', async (t) => {
  const { jwt, token } = await check(t);
  const scopesFor = async (claims: Record<string, unknown>): Promise<unknown> => {
    const verdict = await jwt.verify(
      await token(RSA, { claims, without: claims['scope'] === undefined ? ['scope'] : [] }),
    );
    return verdict.ok && [verdict.client, ...verdict.scopes];
  };
  t.deepEqual(await scopesFor({ scope: 'a  products:read' }), ['mapper', 'a', 'products:read']);
  t.deepEqual(await scopesFor({ scp: ['products:read', 7, 'b'] }), ['mapper', 'products:read', 'b']);
  t.deepEqual(await scopesFor({ scp: 'products:read b' }), ['mapper', 'products:read', 'b']);
  t.deepEqual(await scopesFor({}), ['mapper']);
  t.deepEqual(await scopesFor({ sub: undefined, client_id: 'robot' }), ['robot']);
  t.deepEqual(await scopesFor({ sub: undefined }), [undefined]);
  const long = await scopesFor({ sub: 'x'.repeat(1000) });
  t.regex(String(long), /^[0-9a-f]{64}$/);
});

test('a good token is remembered for a minute, and never beyond its end', async (t) => {
  const { jwt, clock, token } = await check(t);
  const long = await token();
  const short = await token(EC, { lifeS: 30 });
  t.is(jwt.recall(long), undefined);
  await jwt.verify(long);
  await jwt.verify(short);
  clock.advance(29_999);
  t.deepEqual(jwt.recall(short), GOOD);
  clock.advance(1);
  t.is(jwt.recall(short), undefined);
  clock.advance(29_999);
  t.deepEqual(jwt.recall(long), GOOD);
  clock.advance(1);
  t.is(jwt.recall(long), undefined);
  t.is(jwt.recall(`${long}x`), undefined);
});

test('a new key is fetched when a token names it, and one that was withdrawn goes with that', async (t) => {
  const { issuer, jwt, clock, token } = await check(t);
  t.deepEqual(await jwt.verify(await token(RSA)), GOOD);
  await issuer.publish(LATER);
  clock.advance(30_000);
  t.deepEqual(await jwt.verify(await token(LATER)), GOOD);
  t.is(issuer.fetches(), 2);
  t.deepEqual(await jwt.verify(await token(RSA, { claims: { jti: 'again' } })), INVALID);
});

test('keys are fetched anew every ten minutes, and nobody waits for it', async (t) => {
  const { issuer, jwt, clock, token } = await check(t);
  t.deepEqual(await jwt.verify(await token(RSA)), GOOD);
  await issuer.publish(LATER);
  clock.advance(600_000);
  t.deepEqual(await jwt.verify(await token(RSA)), GOOD);
  while ((await jwt.verify(await token(RSA))).ok) await turn();
  t.is(issuer.fetches(), 2);
  t.deepEqual(await jwt.verify(await token(LATER)), GOOD);
});

test('key ids that nobody knows fetch once in half a minute', async (t) => {
  const { issuer, jwt, clock, token } = await check(t);
  const invented = await Promise.all(Array.from({ length: 40 }, async (_, at) => token({ ...RSA, kid: `no ${at}` })));
  const verdicts = await Promise.all(invented.map(async (text) => jwt.verify(text)));
  t.true(verdicts.every(({ ok }) => !ok));
  t.is(issuer.fetches(), 1);
  for (const text of invented) {
    clock.advance(1000);
    t.deepEqual(await jwt.verify(text), INVALID);
  }
  t.is(issuer.fetches(), 2);
});

test('known keys go on working while their endpoint is away, for a day', async (t) => {
  const { issuer, jwt, clock, logged, token } = await check(t);
  await jwt.verify(await token());
  issuer.answer((response) => response.writeHead(500).end('down'));
  for (let hour = 1; hour < 24; hour += 1) {
    clock.advance(3_600_000);
    t.deepEqual(await jwt.verify(await token(RSA)), GOOD);
    while (logged.length < hour) await turn();
  }
  // Whether it is a new key cannot be told now.
  t.deepEqual(await jwt.verify(await token(LATER)), UNAVAILABLE);
  clock.advance(3_600_000);
  t.deepEqual(await jwt.verify(await token(RSA)), UNAVAILABLE);
  t.regex(logged[0] ?? '', /^JWT keys could not be fetched .*got 500.*"has_keys":true/);
  issuer.answer(undefined);
  clock.advance(5000);
  t.deepEqual(await jwt.verify(await token(RSA)), GOOD);
});

const broken: readonly (readonly [string, RegExp, Parameters<Issuer['answer']>[0]])[] = [
  ['breaks off', /fetch failed|terminated/, (response) => response.destroy()],
  ['redirects', /got 302/, (response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()],
  ['sends no JSON', /as JSON/, (response) => response.end('<html>')],
  ['sends no key set', /malformed/, (response) => response.end('{"keys":7}')],
  [
    'sends without end',
    /at most 262144 bytes/,
    (response) => {
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
      };
      response.on('drain', more);
      more();
    },
  ],
];

for (const [what, reason, how] of broken) {
  test(`an endpoint that ${what} has no keys, is asked once in 5 s, and recovers`, async (t) => {
    const { issuer, jwt, clock, logged, token } = await check(t);
    issuer.answer(how);
    const text = await token();
    t.deepEqual(await jwt.verify(text), UNAVAILABLE);
    t.deepEqual(await jwt.verify(text), UNAVAILABLE);
    t.is(issuer.fetches(), 1);
    t.is(logged.length, 1);
    t.regex(logged[0] ?? '', reason);
    issuer.answer(undefined);
    clock.advance(5000);
    t.deepEqual(await jwt.verify(text), GOOD);
  });
}

test('the memory for good tokens is bounded', async (t) => {
  const { jwt, token } = await check(t);
  const first = await token(EC);
  await jwt.verify(first);
  t.deepEqual(jwt.recall(first), GOOD);
  for (let from = 0; from < 10_000; from += 500) {
    const some = Array.from({ length: 500 }, async (_, at) =>
      jwt.verify(await token(EC, { claims: { jti: `${from + at}` } })),
    );
    await Promise.all(some);
  }
  t.is(jwt.recall(first), undefined);
});
