import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '@weatherline/runtime';
import { serviceAccountToken, type VaultFaultKind } from '@weatherline/testkit/vault';
import test, { type ExecutionContext } from 'ava';
import { initialise } from '../src/init.ts';
import { FilesError } from '../src/files-error.ts';
import { VaultError } from '../src/vault-error.ts';
import { assertClean, CANARY, createWorld, PATH, POLICY, WANTED, type World } from './support/world.ts';

/** Real requests, and waits that only move the clock: `onSleep` is what happens meanwhile. */
function skippingClock(world: World, onSleep: (slept: number) => void = () => {}): Clock & { slept: number[] } {
  const slept: number[] = [];
  return {
    slept,
    now: () => new Date(world.server.state.now()),
    sleep: async (ms) => {
      slept.push(ms);
      world.server.advance(ms);
      onSleep(slept.length);
    },
  };
}

type Run = {
  readonly answerMs?: number;
  readonly clock?: Clock;
  readonly timeoutMs?: number;
  readonly wanted?: Parameters<typeof initialise>[0]['wanted'];
};

async function run(
  world: World,
  { answerMs = 5_000, clock = skippingClock(world), timeoutMs = 60_000, wanted = WANTED }: Run = {},
): Promise<void> {
  await initialise({
    wanted,
    directory: world.directory,
    timeoutMs,
    session: world.session({ clock, timeoutMs: answerMs }),
    clock,
    log: world.log,
    signal: new AbortController().signal,
    random: () => 0.5,
    keepSecret: () => {},
  });
}

/** The only token that is left is root's. */
function assertNoTokenLeft(t: ExecutionContext, { server }: World): void {
  t.deepEqual(
    server.state.tokens.live(server.state.now()).map(({ displayName }) => displayName),
    ['root'],
  );
}

test.serial('init writes each field as a file that only its owner reads, and ends its token', async (t) => {
  const world = await createWorld(t);
  await run(world);
  t.deepEqual(world.files(), ['OPENWEATHER_API_KEY']);
  t.is(world.content(), CANARY);
  t.is(world.mode('OPENWEATHER_API_KEY'), 0o400);
  assertNoTokenLeft(t, world);
  t.deepEqual(
    world.server.requests.map(({ path }) => path),
    ['auth/kubernetes/login', 'secret/data/weatherline/test/openweather', 'auth/token/revoke-self'],
  );
  assertClean(t, world.lines(), world.canaries(), 'the log');
});

test.serial('init run again replaces files, also one that a killed process left half written', async (t) => {
  const world = await createWorld(t);
  await run(world);
  writeFileSync(join(world.directory, '.OPENWEATHER_API_KEY.new'), 'half', { mode: 0o400 });
  world.server.seed(PATH, { api_key: 'another' });
  await run(world);
  t.deepEqual(world.files(), ['OPENWEATHER_API_KEY']);
  t.is(world.content(), 'another');
});

test.serial('a field that is no string is written as JSON', async (t) => {
  const world = await createWorld(t);
  world.server.seed(PATH, { api_key: [{ id: 'a' }] });
  await run(world);
  t.is(world.content(), '[{"id":"a"}]');
});

for (const fault of [
  'reset-before',
  'reset-after',
  'sealed',
  'standby',
  'dr-standby',
  'performance-standby',
  'internal',
  'bad-gateway',
  'not-initialised',
  'denied',
  'hang',
  'truncate',
  'html',
] satisfies VaultFaultKind[]) {
  for (const path of ['auth/kubernetes/login', 'secret/']) {
    test.serial(`init gets over '${fault}' at ${path}, which is told once`, async (t) => {
      const world = await createWorld(t);
      world.server.setScript([{ fault, path, times: 3 }]);
      await run(world, fault === 'hang' ? { answerMs: 300 } : {});
      t.is(world.content(), CANARY);
      t.is(world.lines().split('secrets not loaded yet').length - 1, 1, world.lines());
      assertClean(t, world.lines(), world.canaries(), 'the log');
    });
  }
}

test.serial('waits double, are jittered, and never pass ten seconds', async (t) => {
  const world = await createWorld(t);
  world.server.seal();
  const clock = skippingClock(world, (slept) => slept === 9 && world.server.unseal());
  await run(world, { clock, timeoutMs: 120_000 });
  t.deepEqual(clock.slept, [188, 375, 750, 1500, 3000, 6000, 7500, 7500, 7500]);
});

test.serial('a role, and then a policy, that are made while init waits are found', async (t) => {
  const world = await createWorld(t);
  world.server.state.auths.get('kubernetes')?.roles.clear();
  const clock = skippingClock(world, (slept) => {
    if (slept === 2) world.server.seedRole('fetch', { policy: '' });
    if (slept === 4) world.server.state.policies.set('fetch', POLICY);
  });
  await run(world, { clock });
  t.is(world.content(), CANARY);
});

test.serial('a token of the service account that the kubelet renews is read anew at each login', async (t) => {
  const world = await createWorld(t);
  world.server.advance(601_000);
  const clock = skippingClock(world, (slept) => {
    const nowMs = world.server.state.now();
    if (slept === 2)
      writeFileSync(world.jwtFile, serviceAccountToken({ name: 'fetch', namespace: 'weatherline', nowMs }));
  });
  await run(world, { clock });
  t.is(world.content(), CANARY);
});

test.serial(
  'a role that never comes ends as an error of authorisation, after the time-out and not before',
  async (t) => {
    const world = await createWorld(t);
    world.server.state.auths.get('kubernetes')?.roles.clear();
    const clock = skippingClock(world);
    const error = await t.throwsAsync(run(world, { clock, timeoutMs: 30_000 }), { instanceOf: VaultError });
    t.is(error.fault, 'denied');
    const waited = clock.slept.reduce((sum, ms) => sum + ms, 0);
    t.true(waited > 29_000 && waited <= 30_000, `${waited} ms`);
    t.deepEqual(world.files(), []);
  },
);

test.serial('a missing field is told by path and name, never by value, and nothing is written', async (t) => {
  const world = await createWorld(t);
  const wanted = [...WANTED, { path: PATH, field: 'apikey', file: 'OTHER' }];
  const error = await t.throwsAsync(run(world, { wanted, timeoutMs: 1_000 }), { instanceOf: VaultError });
  t.is(error.fault, 'missing');
  t.is(error.message, `${PATH} (version 1) has no field 'apikey'`);
  t.deepEqual(world.files(), [], 'all files or none');
  assertNoTokenLeft(t, world);
});

test.serial('an empty field, and a secret whose newest version is deleted, are missing too', async (t) => {
  const world = await createWorld(t);
  world.server.seed(PATH, { api_key: ' ' });
  const empty = await t.throwsAsync(run(world, { timeoutMs: 1_000 }), { instanceOf: VaultError });
  t.is(empty.message, `${PATH} (version 2) has an empty field 'api_key'`);
  world.server.state.mounts.get('secret')?.kv?.delete('weatherline/test/openweather', 0);
  const deleted = await t.throwsAsync(run(world, { timeoutMs: 1_000 }), { instanceOf: VaultError });
  t.is(deleted.message, `reading ${PATH}: Vault answered 404, nothing is there, or its newest version is deleted`);
});

test.serial('a directory that is not there is refused before Vault is asked', async (t) => {
  const world = await createWorld(t);
  await t.throwsAsync(run({ ...world, directory: join(world.directory, 'gone') }), { instanceOf: FilesError });
  t.is(world.server.requests.length, 0);
});

test.serial('a file that cannot be written is told by its name, and the token is ended', async (t) => {
  const world = await createWorld(t);
  mkdirSync(join(world.directory, 'OPENWEATHER_API_KEY', 'in-the-way'), { recursive: true });
  const error = await t.throwsAsync(run(world), { instanceOf: FilesError });
  t.regex(error.message, /OPENWEATHER_API_KEY cannot be written \(E\w+\)$/);
  t.deepEqual(world.files(), ['OPENWEATHER_API_KEY'], 'no temporary file is left');
  assertNoTokenLeft(t, world);
});

test.serial('a token that cannot be revoked is a warning: the files are good', async (t) => {
  const world = await createWorld(t);
  world.server.setScript([{ fault: 'internal', path: 'auth/token/revoke-self' }]);
  await run(world);
  t.is(world.content(), CANARY);
  t.regex(world.lines(), /token not revoked/);
});
