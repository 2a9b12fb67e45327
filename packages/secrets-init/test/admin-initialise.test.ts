import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError } from '@weatherline/runtime';
import test from 'ava';
import { initialise, readKeys } from '../src/admin/initialise.ts';
import { readPublicKey } from '../src/admin/pgp.ts';
import type { VaultClient } from '../src/vault-client.ts';
import { VaultError } from '../src/vault-error.ts';
import { armoredKey, createAdminWorld, HOLDERS, keyDirectory, type AdminWorld } from './support/admin-world.ts';

async function run(
  world: AdminWorld,
  peers: readonly VaultClient[] = [],
): Promise<{ result: string; printed: string[] }> {
  const printed: string[] = [];
  const result = await initialise({
    client: world.client(),
    peers,
    keys: readKeys(keyDirectory(world.folder), armoredKey('root')),
    print: (line) => void printed.push(line),
    clock: world.clock,
    log: world.log,
    timeoutMs: 30_000,
    signal: new AbortController().signal,
    random: () => 0.5,
  });
  return { result, printed };
}

test('a new Vault is initialised, and each holder gets one encrypted share', async (t) => {
  const world = await createAdminWorld(t, { isNew: true, isPlain: true });
  const { result, printed } = await run(world);
  t.is(result, 'initialised');
  t.true(world.server.state.isInitialised);
  const lines = printed.map((line) => JSON.parse(line));
  t.deepEqual(
    lines.map(({ holder }) => holder),
    [...HOLDERS, 'root'],
  );
  t.is(new Set(lines.slice(0, 5).map(({ recovery_key: key }) => key)).size, 5);
});

test('nothing that was given out can be read in what is printed or logged', async (t) => {
  const world = await createAdminWorld(t, { isNew: true, isPlain: true });
  const { printed } = await run(world);
  const all = `${printed.join('\n')}\n${world.lines()}`;
  const { rootToken, recoveryKeys } = world.issued;
  t.true(rootToken.length > 10 && recoveryKeys.length === 5);
  for (const secret of [rootToken, ...recoveryKeys]) {
    for (const form of [
      secret,
      Buffer.from(secret).toString('base64'),
      Buffer.from(secret, 'base64').toString('hex'),
    ]) {
      t.false(all.includes(form));
    }
  }
});

test('an initialised Vault is left alone, with a line that says so', async (t) => {
  const world = await createAdminWorld(t, { isPlain: true });
  const { result, printed } = await run(world);
  t.is(result, 'already');
  t.deepEqual(printed, []);
  t.regex(world.lines(), /initialised already, nothing is done/);
  t.deepEqual(
    world.server.requests.map(({ method }) => method),
    ['GET'],
  );
});

test('a node that lost its volume is not initialised while another node knows better', async (t) => {
  const lost = await createAdminWorld(t, { isNew: true, isPlain: true });
  const whole = await createAdminWorld(t, { isPlain: true });
  const { result } = await run(lost, [whole.client()]);
  t.is(result, 'already');
  t.false(lost.server.state.isInitialised);
});

test('a node that does not answer is waited for, and then nothing is initialised', async (t) => {
  const world = await createAdminWorld(t, { isNew: true, isPlain: true });
  const away = await createAdminWorld(t, { isPlain: true });
  const peer = away.client();
  await away.server[Symbol.asyncDispose]();
  const error = await t.throwsAsync(run(world, [peer]), { instanceOf: VaultError });
  t.is(error?.fault, 'unreachable');
  t.true(world.slept.reduce((sum, ms) => sum + ms, 0) >= 29_000);
  t.false(world.server.state.isInitialised);
});

test('an answer that is lost is not asked for again, and the error says what that means', async (t) => {
  const world = await createAdminWorld(t, { isNew: true, isPlain: true });
  world.server.setScript([{ fault: 'reset-after', path: 'sys/init', after: 1 }]);
  const error = await t.throwsAsync(run(world), { instanceOf: VaultError });
  t.regex(error?.message ?? '', /its keys are lost.*initialised anew, on empty volumes/);
  t.is(world.server.requests.filter(({ method }) => method === 'POST').length, 1);
});

test('what Vault gave out in clear text is not printed', async (t) => {
  const world = await createAdminWorld(t, { isNew: true, isPlain: true });
  const client = world.client();
  const asked = client.request.bind(client);
  // A Vault that forgets the keys, as an older version or something in between would.
  client.request = async (method, path, body, what) =>
    asked(method, path, method === 'POST' ? { recovery_shares: 5, recovery_threshold: 3 } : body, what);
  const printed: string[] = [];
  const error = await t.throwsAsync(
    initialise({
      client,
      peers: [],
      keys: readKeys(keyDirectory(world.folder), armoredKey('root')),
      print: (line) => void printed.push(line),
      clock: world.clock,
      log: world.log,
      timeoutMs: 1_000,
      signal: new AbortController().signal,
      random: () => 0.5,
    }),
  );
  t.deepEqual(printed, []);
  t.regex(error?.message ?? '', /did not encrypt/);
  t.false(`${error?.message}${world.lines()}`.includes(world.issued.rootToken));
});

const REFUSED: Readonly<Record<string, readonly [(directory: string) => void, RegExp]>> = {
  'four keys': [(directory) => writeFileSync(join(directory, '.emma'), ''), /expected 5 public PGP keys.*found 4/],
  'the same key twice': [
    (directory) => writeFileSync(join(directory, 'emma.asc'), armoredKey('amelie.asc')),
    /two holders have the same PGP key/,
  ],
  'a private key': [
    (directory) =>
      writeFileSync(
        join(directory, 'emma.asc'),
        armoredKey('emma').replaceAll('PUBLIC KEY BLOCK', 'PRIVATE KEY BLOCK'),
      ),
    /emma.asc: is a private key, which must never be here/,
  ],
  'a key without armor': [
    (directory) => writeFileSync(join(directory, 'emma.asc'), 'emma'),
    /emma.asc: expected one public key, armored/,
  ],
  'a key cut short': [
    (directory) =>
      writeFileSync(join(directory, 'emma.asc'), armoredKey('emma').replace('-----END', '=AAAA\n-----END')),
    /emma.asc: its checksum is wrong/,
  ],
};

for (const [what, [change, told]] of Object.entries(REFUSED)) {
  test(`${what} instead of five public keys is refused`, async (t) => {
    const world = await createAdminWorld(t, { isNew: true, isPlain: true });
    const directory = keyDirectory(world.folder, what === 'four keys' ? HOLDERS.slice(0, 4) : HOLDERS);
    change(directory);
    const error = t.throws(() => readKeys(directory, armoredKey('root')), { instanceOf: ConfigurationError });
    t.regex(error?.message ?? '', told);
  });
}

test('a key that GnuPG wrote is read, with its headers and its checksum', (t) => {
  const text = readFileSync(new URL('support/gnupg-public-key.asc', import.meta.url), 'utf8');
  const { base64 } = readPublicKey('gnupg', text.replace('BLOCK-----\n', 'BLOCK-----\nComment: a header\n'));
  t.true(base64.length > 200);
  t.regex(base64, /^[A-Za-z0-9+/]+=*$/);
  t.throws(() => readPublicKey('gnupg', text.replace(/\n([A-Za-z0-9+/])/, '\nx$1')), {
    message: /checksum|something else/,
  });
});
