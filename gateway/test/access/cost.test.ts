import { randomBytes } from 'node:crypto';
import { systemClock } from '@weatherline/runtime';
import test from 'ava';
import {
  clientAddress,
  createApiKeys,
  createGuard,
  createJwtVerifier,
  createRateLimiter,
  newApiKey,
  rateLimitHeaders,
} from '../../src/access/index.ts';
import { AUDIENCE, createIssuer, createKey, ISSUER, tokenOf } from './issuer.ts';

const log = { info: () => {}, warn: () => {}, error: () => {} };

/** What is computed for nobody may not be computed at all. */
let sink: unknown;

/** Processor time of one call in microseconds: the least of five rounds, as a busy machine only ever adds. */
function costUs(call: (at: number) => unknown): number {
  const calls = 40_000;
  const rounds = Array.from({ length: 5 }, () => {
    const before = process.cpuUsage();
    for (let at = 0; at < calls; at += 1) sink = call(at);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / calls;
  });
  return Math.min(...rounds);
}

test('telling who calls and counting it costs microseconds', async (t) => {
  const clock = systemClock;
  const issuer = await createIssuer(t);
  const { key, entry } = newApiKey({ random: (bytes) => randomBytes(bytes) });
  const others = Array.from({ length: 999 }, () => newApiKey({ random: (bytes) => randomBytes(bytes) }).entry);
  const text = JSON.stringify([entry, ...others]);
  const signing = await createKey('ec-1', 'ES256');
  await issuer.publish(signing);
  const jwt = createJwtVerifier({
    issuer: ISSUER,
    audience: AUDIENCE,
    jwksUrl: issuer.url,
    algorithms: ['ES256'],
    clock,
    log,
  });
  const token = await tokenOf(signing, { now: clock.now() });
  t.true((await jwt.verify(token)).ok);
  const scope = 'products:read';
  const guard = createGuard({ apiKeys: createApiKeys({ read: () => text, clock, log }), jwt, scope });
  const open = createGuard({ scope });
  const limiter = createRateLimiter({ clock, limit: 600, windowMs: 60_000, maxClients: 10_000 });
  const clients = Array.from({ length: 5000 }, (_, at) => `ip:192.0.${at >> 8}.${at & 255}`);
  const requestWith = (header: string, value: string): Parameters<typeof guard.authenticate>[0] => ({
    headers: { host: 'gateway', accept: '*/*', [header]: value },
    rawHeaders: ['Host', 'gateway', 'Accept', '*/*', header, value],
    url: '/v1/products?limit=20',
  });
  const withKey = requestWith('x-api-key', key);
  const withToken = requestWith('authorization', `Bearer ${token}`);
  const forwarded = requestWith('x-forwarded-for', '203.0.113.9, 198.51.100.2');
  const addressed = { headers: forwarded.headers, socket: { remoteAddress: '::ffff:192.0.2.7' } };
  const six = { headers: {}, socket: { remoteAddress: '2001:db8:1:2:3:4:5:6' } };
  const verdict = limiter.take('headers');

  const costs = {
    'take, one client': costUs(() => limiter.take('ip:192.0.2.7')),
    'take, 5,000 clients': costUs((at) => limiter.take(clients[at % 5000] ?? '')),
    'take, every client new': costUs((at) => limiter.take(`ip:${at}`)),
    rateLimitHeaders: costUs((at) => rateLimitHeaders({ ...verdict, remaining: at })['RateLimit']?.at(-1)),
    'clientAddress, a proxy': costUs(() => clientAddress(addressed, 1)),
    'clientAddress, IPv6': costUs(() => clientAddress(six, 0)),
    'clientAddress, a socket': costUs(() => clientAddress(addressed, 0)),
    'authenticate, anonymous': costUs(() => open.authenticate(withKey)),
    'authenticate, one key of 1,000': costUs(() => guard.authenticate(withKey)),
    'authenticate, a token that is known': costUs(() => guard.authenticate(withToken)),
  };
  t.truthy(sink);
  t.deepEqual(guard.authenticate(withKey), { kind: 'api-key', client: `key:${entry.id}` });
  t.deepEqual(guard.authenticate(withToken), { kind: 'token', client: 'sub:mapper' });
  for (const [what, us] of Object.entries(costs)) {
    t.log(`${what}: ${us.toFixed(2)} µs`);
    // What is measured is a tenth of that; the bound is for slow machines under load.
    t.true(us < 40, `${what}: ${us} µs`);
  }
});
