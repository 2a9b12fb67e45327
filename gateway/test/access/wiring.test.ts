import { GATEWAY_VARIABLES, systemClock } from '@weatherline/runtime';
import { createHash, randomBytes } from 'node:crypto';
import test from 'ava';
import { ACCESS_SETTINGS, newApiKey, openAccess, type AccessConfig } from '../../src/access/index.ts';
import { fetch } from '../contract.ts';
import { record, serve, storeProduct } from '../support.ts';

const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const BASE: AccessConfig = {
  rateLimit: 'off',
  trustedProxies: 0,
  apiKeys: undefined,
  jwtIssuer: undefined,
  jwtAudience: undefined,
  jwtJwksUrl: undefined,
  jwtAlgorithms: ['RS256'],
  corsOrigins: undefined,
};
const LATEST = '/v1/products/latest';

test('every variable of the table is known to every deployable', (t) => {
  t.deepEqual(
    Object.values(ACCESS_SETTINGS).map(({ env }) => env),
    [...GATEWAY_VARIABLES],
  );
});

test('a client that asks too often waits; an answer without content costs nothing', async (t) => {
  const config: AccessConfig = { ...BASE, rateLimit: { limit: 5, windowMs: 60_000 } };
  const served = await serve(t, { access: openAccess({ config, env: {}, clock: systemClock, log }) });
  await storeProduct(served, '20261123T060000Z', [record('a')]);
  const first = await fetch(`${served.url}${LATEST}`);
  t.truthy(first.headers.get('ratelimit'));
  t.truthy(first.headers.get('ratelimit-policy'));
  const etag = first.headers.get('etag') ?? '';
  for (let at = 0; at < 20; at += 1)
    t.is((await fetch(`${served.url}${LATEST}`, { headers: { 'if-none-match': etag } })).status, 304);
  const statuses: number[] = [];
  for (let at = 0; at < 6; at += 1) statuses.push((await fetch(`${served.url}${LATEST}`)).status);
  t.deepEqual(statuses, [200, 200, 200, 200, 429, 429]);
  const refused = await fetch(`${served.url}${LATEST}`);
  t.true(Number(refused.headers.get('retry-after')) >= 1);
  t.like(await refused.json(), { type: '/problems/rate-limited' });
});

test('with keys, data needs one, answers are private, and what shows no data stays open', async (t) => {
  const { key, entry } = newApiKey({ random: (size: number) => randomBytes(size) });
  t.is(entry.sha256, createHash('sha256').update(key).digest('hex'));
  const config: AccessConfig = { ...BASE, apiKeys: JSON.stringify([entry]) };
  const served = await serve(t, { access: openAccess({ config, env: {}, clock: systemClock, log }) });
  await storeProduct(served, '20261123T060000Z', [record('a')]);
  const url = `${served.url}${LATEST}`;
  const none = await fetch(url);
  t.is(none.status, 401);
  t.regex(none.headers.get('www-authenticate') ?? '', /^Bearer realm="weatherline"/);
  t.is((await fetch(url, { headers: { 'x-api-key': `${key.slice(0, -1)}!` } })).status, 401);
  const good = await fetch(url, { headers: { authorization: `Bearer ${key}` } });
  t.is(good.status, 200);
  t.regex(good.headers.get('cache-control') ?? '', /^private/);
  t.is((await fetch(url)).status, 401, 'also once the answer is kept');
  t.is((await fetch(`${served.url}/health`)).status, 200);
  t.is((await fetch(`${served.url}/openapi.json`)).status, 200);
  t.is((await fetch(`${served.url}/products`)).status, 401);
  t.false(served.logged.some((line) => line.includes(key)));
});

test('a page of an origin that is named may read, and ask first', async (t) => {
  const config: AccessConfig = { ...BASE, corsOrigins: ['https://maps.example'] };
  const served = await serve(t, { access: openAccess({ config, env: {}, clock: systemClock, log }) });
  await storeProduct(served, '20261123T060000Z', [record('a')]);
  const url = `${served.url}${LATEST}`;
  const named = await fetch(url, { headers: { origin: 'https://maps.example' } });
  t.is(named.headers.get('access-control-allow-origin'), 'https://maps.example');
  const other = await fetch(url, { headers: { origin: 'https://other.example' } });
  t.is(other.headers.get('access-control-allow-origin'), null);
  t.regex(other.headers.get('vary') ?? '', /Origin/);
  const headers = { origin: 'https://maps.example', 'access-control-request-method': 'GET' };
  const preflight = await fetch(url, { method: 'OPTIONS', headers });
  t.is(preflight.status, 204);
  t.regex(preflight.headers.get('access-control-allow-methods') ?? '', /GET/);
});
