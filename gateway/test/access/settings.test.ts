import { randomBytes } from 'node:crypto';
import { loadConfig, showConfig } from '@weatherline/runtime';
import test from 'ava';
import { ACCESS_SETTINGS, checkAccess, newApiKey, type AccessConfig } from '../../src/access/index.ts';

const { key, entry } = newApiKey({ random: (bytes) => randomBytes(bytes) });

function load(env: Readonly<Record<string, string>> = {}): AccessConfig {
  return loadConfig(ACCESS_SETTINGS, env);
}

test('with nothing set a client has 600 requests a minute, and there are no keys, tokens, proxies or origins', (t) => {
  const config = load();
  t.deepEqual(config, {
    rateLimit: { limit: 600, windowMs: 60_000 },
    trustedProxies: 0,
    apiKeys: undefined,
    jwtIssuer: undefined,
    jwtAudience: undefined,
    jwtJwksUrl: undefined,
    jwtAlgorithms: ['RS256', 'ES256'],
    corsOrigins: undefined,
  });
  t.deepEqual(checkAccess(config), { jwt: undefined });
});

const good: readonly (readonly [string, string, unknown])[] = [
  ['RATE_LIMIT', '10/s', { limit: 10, windowMs: 1000 }],
  ['RATE_LIMIT', '20000/h', { limit: 20_000, windowMs: 3_600_000 }],
  ['RATE_LIMIT', 'off', 'off'],
  ['TRUSTED_PROXIES', '5', 5],
  ['JWT_JWKS_URL', 'https://issuer.example/keys?p=1', 'https://issuer.example/keys?p=1'],
  ['JWT_JWKS_URL', 'http://127.0.0.1:8200/keys', 'http://127.0.0.1:8200/keys'],
  ['JWT_JWKS_URL', 'http://[::1]:8200/keys', 'http://[::1]:8200/keys'],
  ['JWT_ALGORITHMS', 'EdDSA, PS512', ['EdDSA', 'PS512']],
  ['CORS_ORIGINS', '*', '*'],
  ['CORS_ORIGINS', 'https://a.example, http://localhost:5173', ['https://a.example', 'http://localhost:5173']],
];

for (const [name, text, value] of good) {
  test(`${name} may be ${text}`, (t) => {
    const values: unknown[] = Object.values(load({ [`WEATHERLINE_${name}`]: text }));
    t.true(values.some((loaded) => JSON.stringify(loaded) === JSON.stringify(value)));
  });
}

const bad: readonly (readonly [string, string])[] = [
  ['RATE_LIMIT', '600'],
  ['RATE_LIMIT', '0/m'],
  ['RATE_LIMIT', '600/d'],
  ['RATE_LIMIT', '1000001/s'],
  ['RATE_LIMIT', '-1/s'],
  ['TRUSTED_PROXIES', '6'],
  ['TRUSTED_PROXIES', 'true'],
  ['API_KEYS', '{}'],
  ['JWT_JWKS_URL', 'http://issuer.example/keys'],
  ['JWT_JWKS_URL', 'http://127.0.0.1.evil.example/keys'],
  ['JWT_JWKS_URL', 'http://localhost.evil.example/keys'],
  ['JWT_JWKS_URL', 'https://user:canary@issuer.example/keys'],
  ['JWT_JWKS_URL', 'file:///keys'],
  ['JWT_ALGORITHMS', 'HS256'],
  ['JWT_ALGORITHMS', 'RS256,none'],
  ['JWT_ALGORITHMS', 'RS256,'],
  ['CORS_ORIGINS', 'https://a.example/'],
  ['CORS_ORIGINS', 'https://a.example:443'],
  ['CORS_ORIGINS', 'a.example'],
  ['CORS_ORIGINS', 'https://*.a.example'],
  ['CORS_ORIGINS', '*, https://a.example'],
  ['CORS_ORIGINS', 'null'],
];

for (const [name, text] of bad) {
  test(`${name} may not be ${text}`, (t) => {
    const error = t.throws(() => load({ [`WEATHERLINE_${name}`]: text }), { name: 'ConfigurationError' });
    t.true(error?.message.startsWith(`bad configuration\n  WEATHERLINE_${name}: `), error?.message);
    t.regex(error?.message ?? '', /expected/);
    t.false(error?.message.includes('canary'));
  });
}

test('an issuer, its audience and its key set come as three', (t) => {
  const all = {
    WEATHERLINE_JWT_ISSUER: 'https://issuer.example',
    WEATHERLINE_JWT_AUDIENCE: 'weatherline',
    WEATHERLINE_JWT_JWKS_URL: 'https://issuer.example/keys',
  };
  t.deepEqual(checkAccess(load(all)), {
    jwt: {
      issuer: 'https://issuer.example',
      audience: 'weatherline',
      jwksUrl: 'https://issuer.example/keys',
      algorithms: ['RS256', 'ES256'],
    },
  });
  const names = Object.keys(all);
  for (let chosen = 1; chosen < 7; chosen += 1) {
    const some = Object.fromEntries(Object.entries(all).filter((_, at) => (chosen & (1 << at)) !== 0));
    const error = t.throws(() => checkAccess(load(some)), { name: 'ConfigurationError' });
    for (const name of names) t.is(error?.message.includes(`${name}: is required`), !(name in some), name);
  }
});

test('keys are checked at the start with the other settings, and never shown', (t) => {
  t.is(load({ WEATHERLINE_API_KEYS: JSON.stringify([entry]) }).apiKeys, JSON.stringify([entry]));
  const env = { WEATHERLINE_API_KEYS: JSON.stringify([{ ...entry, sha256: key }]), WEATHERLINE_RATE_LIMIT: 'x' };
  const error = t.throws(() => load(env), {
    message: /WEATHERLINE_RATE_LIMIT: [^]*WEATHERLINE_API_KEYS: API keys: entry 1/,
  });
  t.false(error?.stack?.includes(key));
  const shown = showConfig(ACCESS_SETTINGS, env).find(({ env: name }) => name === 'WEATHERLINE_API_KEYS');
  t.is(shown?.value, '(hidden)');
});
