import { chmodSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createMetrics, type Metrics } from '@weatherline/runtime';
import { VAULT_FAULT_KINDS } from '@weatherline/testkit/vault';
import test, { type ExecutionContext } from 'ava';
import { refreshMetrics } from '../src/metrics.ts';
import { Refresher } from '../src/refresh.ts';
import type { Session } from '../src/session.ts';
import { assertClean, CANARY, createWorld, PATH, WANTED, type World } from './support/world.ts';

type Kept = { readonly refresher: Refresher; readonly session: Session; readonly metrics: Metrics };

function refresherOf(world: World, timeoutMs = 5_000): Kept {
  const clock = { now: () => new Date(world.server.state.now()), sleep: async () => {} };
  const session = world.session({ clock, timeoutMs });
  const metrics = createMetrics({ service: 'test', version: '0' });
  const refresher = new Refresher({
    wanted: WANTED,
    directory: world.directory,
    everyMs: 30_000,
    session,
    clock,
    log: world.log,
    metrics: refreshMetrics(metrics.registry),
    random: () => 0.5,
    keepSecret: () => {},
  });
  return { refresher, session, metrics };
}

async function metric(metrics: Metrics, name: string): Promise<number> {
  const line = (await metrics.text()).split('\n').find((text) => text.startsWith(name));
  return Number(line?.split(' ').at(-1));
}

function loginsOf({ server }: World): number {
  return server.requests.filter(({ path }) => path === 'auth/kubernetes/login').length;
}

function isReady(checks: readonly { readonly ok: boolean }[]): boolean {
  return checks.every(({ ok }) => ok);
}

test.serial('a file is rewritten when its secret changes, and left alone when it does not', async (t) => {
  const world = await createWorld(t);
  const { refresher, metrics } = refresherOf(world);
  await refresher.look();
  const { ino } = statSync(join(world.directory, 'OPENWEATHER_API_KEY'));
  await refresher.look();
  t.is(statSync(join(world.directory, 'OPENWEATHER_API_KEY')).ino, ino);
  world.server.seed(PATH, { api_key: CANARY, note: 'a version with the same field' });
  await refresher.look();
  t.is(statSync(join(world.directory, 'OPENWEATHER_API_KEY')).ino, ino, 'another version, the same content');
  world.server.seed(PATH, { api_key: 'rotated-value' });
  await refresher.look();
  t.is(world.content(), 'rotated-value');
  t.is(world.mode('OPENWEATHER_API_KEY'), 0o400);
  t.is(await metric(metrics, 'weatherline_secret_refreshes_total{result="rewritten"}'), 2);
  t.is(await metric(metrics, 'weatherline_secret_refreshes_total{result="unchanged"}'), 2);
  t.is(world.lines().split('secret rewritten').length - 1, 2);
});

test.serial('a file that somebody removed or changed is put right', async (t) => {
  const world = await createWorld(t);
  const { refresher } = refresherOf(world);
  await refresher.look();
  rmSync(join(world.directory, 'OPENWEATHER_API_KEY'));
  t.false(isReady(await refresher.checks()));
  await refresher.look();
  t.is(world.content(), CANARY);
  t.true(isReady(await refresher.checks()));
});

test.serial('while Vault is away the files stay, readiness stays, and the log tells it once', async (t) => {
  const world = await createWorld(t);
  const { refresher, metrics } = refresherOf(world);
  await refresher.look();
  const loadedAt = await metric(metrics, 'weatherline_secret_loaded_timestamp_seconds');
  world.server.seal();
  world.server.advance(60_000);
  for (let look = 0; look < 5; look += 1) await refresher.look();
  t.is(world.content(), CANARY);
  const checks = await refresher.checks();
  t.true(isReady(checks));
  t.like(checks.at(-1), { name: 'vault', ok: true, degraded: true });
  t.is(await metric(metrics, 'weatherline_secret_refreshes_total{result="failed"}'), 5);
  t.is(await metric(metrics, 'weatherline_secret_loaded_timestamp_seconds'), loadedAt);
  world.server.unseal();
  await refresher.look();
  await refresher.look();
  t.is(world.lines().split('secrets not refreshed').length - 1, 1);
  t.is(world.lines().split('secrets are refreshed again').length - 1, 1);
  t.like((await refresher.checks()).at(-1), { degraded: false });
});

test.serial('a secret whose field is gone leaves the file as it is', async (t) => {
  const world = await createWorld(t);
  const { refresher } = refresherOf(world);
  await refresher.look();
  world.server.seed(PATH, { renamed: 'x' });
  await refresher.look();
  t.is(world.content(), CANARY);
  t.regex(world.lines(), /\(version 2\) has no field 'api_key'/);
});

test.serial('the age of a secret counts from the version in use', async (t) => {
  const world = await createWorld(t);
  const { refresher, metrics } = refresherOf(world);
  const before = world.server.state.now() / 1000;
  world.server.advance(86_400_000 * 0.003);
  await refresher.look();
  const name = 'weatherline_secret_created_timestamp_seconds{secret="OPENWEATHER_API_KEY"}';
  t.true(Math.abs((await metric(metrics, name)) - before) < 5);
  world.server.seed(PATH, { api_key: 'rotated-value' });
  await refresher.look();
  t.true((await metric(metrics, name)) > before + 200);
});

test.serial('one login lasts: its token is renewed, and had anew before its maximum', async (t) => {
  const world = await createWorld(t);
  const { refresher, session } = refresherOf(world);
  for (let minute = 0; minute < 9; minute += 1) {
    await refresher.look();
    // The projected token lasts ten minutes; nothing but a new login reads it.
    world.server.advance(60_000);
  }
  t.is(loginsOf(world), 1);
  t.true(world.server.requests.some(({ path }) => path === 'auth/token/renew-self'));
  await session.close();
  t.is(world.server.state.tokens.live(world.server.state.now()).length, 1, 'only root is left');
});

test.serial('near its maximum a token is replaced, and the one before is ended', async (t) => {
  const world = await createWorld(t);
  world.server.seedRole('fetch', {
    policy: world.server.state.policies.get('fetch') ?? '',
    ttlMs: 60_000,
    maxTtlMs: 120_000,
  });
  const { refresher } = refresherOf(world);
  for (let look = 0; look < 15; look += 1) {
    await refresher.look();
    t.true(world.server.state.tokens.live(world.server.state.now()).length <= 2, 'root and one of ours');
    world.server.advance(20_000);
  }
  t.true(loginsOf(world) >= 3 && loginsOf(world) <= 6, `${loginsOf(world)} logins`);
  t.notRegex(world.lines(), /not refreshed/);
});

test.serial('a token that was revoked is replaced in the same look', async (t) => {
  const world = await createWorld(t);
  const { refresher } = refresherOf(world);
  await refresher.look();
  world.server.state.tokens.revokeAll();
  world.server.seed(PATH, { api_key: 'rotated-value' });
  await refresher.look();
  t.is(world.content(), 'rotated-value');
  t.is(loginsOf(world), 2);
});

test.serial('no fault shows a secret in a log line, a metric or a check, and each is got over', async (t) => {
  const world = await createWorld(t);
  const { refresher, metrics } = refresherOf(world, 1_000);
  await refresher.look();
  for (const fault of VAULT_FAULT_KINDS) {
    for (const path of ['secret/', 'auth/']) {
      world.server.setScript([{ fault, path, ms: 2_000, to: 'http://127.0.0.1:9' }]);
      world.server.state.tokens.revokeAll();
      await refresher.look();
      world.server.setScript([]);
      await refresher.look();
      assertFault(t, world, await refresher.checks(), fault);
    }
  }
  assertClean(t, await metrics.text(), world.canaries(), 'the metrics');
  assertClean(t, world.lines(), world.canaries(), 'the log');
});

function assertFault(t: ExecutionContext, world: World, checks: readonly unknown[], fault: string): void {
  t.is(world.content(), CANARY, fault);
  assertClean(t, JSON.stringify(checks), world.canaries(), `readiness after ${fault}`);
  t.like(checks.at(-1), { degraded: false }, fault);
}

test.serial('a directory that cannot be written to is told, and nothing is lost', async (t) => {
  const world = await createWorld(t);
  const { refresher } = refresherOf(world);
  await refresher.look();
  if (process.getuid?.() === 0) {
    t.pass('root may write anywhere');
    return;
  }
  chmodSync(world.directory, 0o500);
  world.server.seed(PATH, { api_key: 'rotated-value' });
  await refresher.look();
  chmodSync(world.directory, 0o700);
  t.is(world.content(), CANARY);
  t.regex(world.lines(), /cannot be written \(EACCES\)/);
});
