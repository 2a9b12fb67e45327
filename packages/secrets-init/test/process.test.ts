import { rmSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { serviceAccountToken, VAULT_FAULT_KINDS } from '@weatherline/testkit/vault';
import test, { type ExecutionContext } from 'ava';
import { start, type Child } from './support/child.ts';
import { assertClean, CANARY, createWorld, PATH, type World } from './support/world.ts';

async function get(port: unknown, path: string): Promise<{ status: number; text: string }> {
  const answer = await fetch(`http://127.0.0.1:${String(port)}${path}`);
  return { status: answer.status, text: await answer.text() };
}

async function until(holds: () => boolean, child: Child): Promise<void> {
  for (let tries = 0; tries < 400; tries += 1) {
    if (holds()) return;
    await delay(25);
  }
  throw new Error(`it never came about\n${child.output()}`);
}

async function assertEnds(t: ExecutionContext, world: World, child: Child, code: number, says: RegExp): Promise<void> {
  t.is(await child.closed, code, child.output());
  t.regex(child.output(), says);
  assertClean(t, child.output(), world.canaries(), 'the output');
}

test.serial(
  'init as a process writes the files, ends its token and exits 0, also behind a proxy setting and DEBUG',
  async (t) => {
    const world = await createWorld(t);
    const child = start(
      t,
      ['init'],
      // What would make node-vault, axios and Node talk or go elsewhere.
      world.environment({
        DEBUG: '*',
        HTTPS_PROXY: 'http://127.0.0.1:9',
        NODE_USE_ENV_PROXY: '1',
        VAULT_SKIP_VERIFY: '1',
      }),
    );
    t.is(await child.closed, 0, child.output());
    t.is(world.content(), CANARY);
    t.is(world.server.state.tokens.live(world.server.state.now()).length, 1, 'only root is left');
  },
);

test.serial('no secret is in the output of init at debug level', async (t) => {
  const world = await createWorld(t);
  const child = start(t, ['init'], world.environment({ DEBUG: '*' }));
  t.is(await child.closed, 0, child.output());
  t.regex(child.output(), /secret written/);
  assertClean(t, child.output(), world.canaries(), 'the output');
});

test.serial('a role that is not there ends with 4, and says what to look at', async (t) => {
  const world = await createWorld(t);
  const child = start(
    t,
    ['init'],
    world.environment({ WEATHERLINE_VAULT_TIMEOUT: '1s', WEATHERLINE_VAULT_ROLE: 'gone' }),
  );
  await assertEnds(
    t,
    world,
    child,
    4,
    /logging in as role 'gone' at auth\/kubernetes: Vault answered 400, there is no such role/,
  );
});

test.serial('a Vault that is sealed, and one that is not there, end with 5', async (t) => {
  const world = await createWorld(t);
  world.server.seal();
  const sealed = start(t, ['init'], world.environment({ WEATHERLINE_VAULT_TIMEOUT: '500ms' }));
  await assertEnds(t, world, sealed, 5, /sealed/);
  const nobody = { WEATHERLINE_VAULT_TIMEOUT: '500ms', WEATHERLINE_VAULT_ADDR: 'https://127.0.0.1:9' };
  await assertEnds(t, world, start(t, ['init'], world.environment(nobody)), 5, /cannot be reached \(ECONNREFUSED\)/);
});

test.serial('what echoes the request back ends with 4 and without the token', async (t) => {
  const world = await createWorld(t);
  world.server.setScript([{ fault: 'echo' }]);
  const child = start(t, ['init'], world.environment({ WEATHERLINE_VAULT_TIMEOUT: '500ms' }));
  await assertEnds(t, world, child, 4, /Vault answered 400, it does not accept the request/);
});

test.serial('every setting that is wrong is named at once, with 78', async (t) => {
  const world = await createWorld(t);
  const extra = {
    WEATHERLINE_VAULT_ADDR: 'http://vault.vault.svc:8200',
    WEATHERLINE_VAULT_CA_FILE: '',
    WEATHERLINE_VAULT_CA: 'x',
    WEATHERLINE_VAULT_ADRR: 'x',
    WEATHERLINE_VAULT_SECRETS: '[{"path":"secret/a","field":"b","file":"../c"}]',
  };
  const child = start(t, ['init'], world.environment(extra));
  await assertEnds(t, world, child, 78, /http is for loopback only/);
  for (const says of [/certificates in PEM/, /did you mean WEATHERLINE_VAULT_ADDR\?/, /file: expected a plain name/]) {
    t.regex(child.output(), says);
  }
});

test.serial('a directory that is not there, and a field that the secret does not have, end with 78', async (t) => {
  const world = await createWorld(t);
  const nowhere = { WEATHERLINE_SECRETS_DIRECTORY: '/nonexistent/secrets' };
  await assertEnds(t, world, start(t, ['init'], world.environment(nowhere)), 78, /cannot be used \(ENOENT\)/);
  const other = JSON.stringify([{ path: PATH, field: 'key', file: 'c' }]);
  const wrong = { WEATHERLINE_VAULT_TIMEOUT: '0ms', WEATHERLINE_VAULT_SECRETS: other };
  await assertEnds(t, world, start(t, ['init'], world.environment(wrong)), 78, /has no field 'key'/);
});

test.serial('anything but init or refresh ends with 2', async (t) => {
  const world = await createWorld(t);
  for (const args of [[], ['init', 'now']]) {
    await assertEnds(t, world, start(t, args, world.environment()), 2, /expected one argument, init or refresh/);
  }
});

test.serial('init that is stopped while it waits ends at once', async (t) => {
  const world = await createWorld(t);
  world.server.seal();
  const child = start(t, ['init'], world.environment());
  await child.said('secrets not loaded yet');
  const since = Date.now();
  child.process.kill('SIGTERM');
  t.is(await child.closed, 130, child.output());
  t.true(Date.now() - since < 3_000);
});

test.serial(
  'refresh as a process follows a rotation, answers probes, and ends its token when it is stopped',
  async (t) => {
    const world = await createWorld(t);
    const child = start(t, ['refresh'], world.environment({ WEATHERLINE_SECRETS_REFRESH: '100ms' }));
    const { infra_port: port } = await child.said('listening');
    await child.said('secret rewritten');
    t.is((await get(port, '/healthz')).status, 200);
    t.is((await get(port, '/readyz')).status, 200);
    world.server.seed(PATH, { api_key: 'rotated-value-2f9c' });
    await until(() => world.content() === 'rotated-value-2f9c', child);
    world.server.seal();
    await child.said('secrets not refreshed, the files stay as they are');
    t.like(JSON.parse((await get(port, '/readyz')).text), { status: 'degraded' });
    world.server.unseal();
    await child.said('secrets are refreshed again');
    const metrics = await get(port, '/metrics');
    t.regex(metrics.text, /weatherline_secret_loaded_timestamp_seconds\{secret="OPENWEATHER_API_KEY"\} \d+/);
    t.regex(metrics.text, /weatherline_secret_refreshes_total\{result="rewritten"\} 2/);
    const since = Date.now();
    child.process.kill('SIGTERM');
    t.is(await child.closed, 0, child.output());
    t.true(Date.now() - since < 2_000, `it took ${Date.now() - since} ms`);
    t.is(world.server.state.tokens.live(world.server.state.now()).length, 1, 'only root is left');
    const canaries = [...world.canaries(), 'rotated-value-2f9c'];
    assertClean(t, child.output() + metrics.text, canaries, 'the output');
  },
);

test.serial('refresh that starts without Vault waits for it, unready until the files are there', async (t) => {
  const world = await createWorld(t);
  world.server.seal();
  const child = start(t, ['refresh'], world.environment({ WEATHERLINE_SECRETS_REFRESH: '100ms' }));
  const { infra_port: port } = await child.said('listening');
  await child.said('secrets not refreshed, the files stay as they are');
  t.is((await get(port, '/readyz')).status, 503);
  t.is((await get(port, '/healthz')).status, 200);
  world.server.unseal();
  await child.said('secret rewritten');
  t.is((await get(port, '/readyz')).status, 200);
});

test.serial('refresh goes on with the new authority and the new token when the mounted files change', async (t) => {
  const world = await createWorld(t);
  const good = { jwt: serviceAccountToken({ name: 'fetch', namespace: 'weatherline' }) };
  writeFileSync(world.jwtFile, serviceAccountToken({ name: 'fetch', namespace: 'weatherline', audience: 'other' }));
  const child = start(t, ['refresh'], world.environment({ WEATHERLINE_SECRETS_REFRESH: '100ms' }));
  await child.said('secrets not refreshed, the files stay as they are');
  rmSync(world.jwtFile);
  writeFileSync(world.jwtFile, good.jwt);
  await child.said('secret rewritten');
  assertClean(t, child.output(), [...world.canaries(), good.jwt], 'the output');
});

test.serial('refresh shows no secret at debug level, whatever happens to Vault', async (t) => {
  const world = await createWorld(t);
  const env = world.environment({ WEATHERLINE_SECRETS_REFRESH: '100ms', DEBUG: '*' });
  const child = start(t, ['refresh'], env);
  const { infra_port: port } = await child.said('listening');
  await child.said('secret rewritten');
  for (const fault of VAULT_FAULT_KINDS.filter((kind) => kind !== 'hang')) {
    world.server.setScript([{ fault, ms: 200, to: 'http://127.0.0.1:9' }]);
    world.server.state.tokens.revokeAll();
    await delay(300);
    assertClean(t, (await get(port, '/readyz')).text, world.canaries(), `readiness during ${fault}`);
  }
  world.server.setScript([]);
  world.server.seed(PATH, { api_key: 'rotated-value-2f9c' });
  await until(() => world.content() === 'rotated-value-2f9c', child);
  const metrics = await get(port, '/metrics');
  child.process.kill('SIGTERM');
  t.is(await child.closed, 0, child.output());
  t.regex(child.output(), /secrets not refreshed/);
  assertClean(t, child.output() + metrics.text, [...world.canaries(), 'rotated-value-2f9c'], 'the output');
});
