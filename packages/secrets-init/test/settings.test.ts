import { COMMON, SECRETS_INIT_VARIABLES } from '@weatherline/runtime';
import test from 'ava';
import { REFRESH_SETTINGS, vaultAddress } from '../src/settings.ts';
import { parseWanted } from '../src/wanted.ts';

test('the variables that other deployables know are those of the table', (t) => {
  const common = new Set<string>(Object.values(COMMON).map(({ env }) => env));
  const own = Object.values(REFRESH_SETTINGS)
    .map(({ env }) => env)
    .filter((env) => !common.has(env));
  t.deepEqual(own.toSorted(), [...SECRETS_INIT_VARIABLES].toSorted());
});

test('http is for loopback only, and an address has no path, query or user', (t) => {
  for (const good of [
    'https://vault.vault.svc:8200',
    'http://127.0.0.1:8200',
    'http://localhost:8200',
    'http://[::1]:8200/',
  ]) {
    t.is(vaultAddress(good), new URL(good).origin);
  }
  for (const bad of [
    'http://vault:8200',
    'http://127.0.0.1.example.org',
    'http://localhost.example.org',
    'https://vault/v1',
    'https://user:word@vault',
    'ftp://vault',
    'vault:8200',
  ]) {
    t.throws(() => vaultAddress(bad), { instanceOf: RangeError }, bad);
  }
});

test('what to write is a list of path, field and file, and every mistake is named', (t) => {
  const entry = { path: 'secret/weatherline/prod/openweather', field: 'api_key', file: 'OPENWEATHER_API_KEY' };
  t.deepEqual(parseWanted(JSON.stringify([entry])), [entry]);
  for (const [change, said] of [
    [{ file: 'a/b' }, /0\.file file: expected a plain name/],
    [{ file: '.hidden' }, /plain name/],
    [{ file: '' }, /plain name/],
    [{ path: 'secret' }, /mount\/path/],
    [{ path: '/secret/a' }, /mount\/path/],
    [{ path: 'secret/data/a' }, /leave out the data\//],
    [{ path: 'secret/a/..' }, /no segment may be dots/],
    [{ path: 'secret/a?version=1' }, /mount\/path/],
    [{ field: '' }, /field: is empty/],
    [{ mode: 420 }, /mode/],
  ] as const) {
    t.throws(() => parseWanted(JSON.stringify([{ ...entry, ...change }])), { message: said }, JSON.stringify(change));
  }
  for (const text of ['', '[]', '{}', 'secret/a']) t.throws(() => parseWanted(text), { instanceOf: RangeError }, text);
});
