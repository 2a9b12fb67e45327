import { randomBytes } from 'node:crypto';
import { createVirtualClock } from '@weatherline/testkit';
import type { VirtualClock } from '@weatherline/testkit';
import test from 'ava';
import fc from 'fast-check';
import { createApiKeys, newApiKey, type ApiKeyEntry, type ApiKeys } from '../../src/access/index.ts';

type Held = {
  readonly keys: ApiKeys;
  readonly clock: VirtualClock;
  readonly logged: string[];
  put(text: unknown): void;
};

function hold(first: unknown): Held {
  const clock = createVirtualClock();
  const logged: string[] = [];
  let file = textOf(first);
  const note = (message: string, fields?: unknown): void => {
    logged.push(`${message} ${JSON.stringify(fields)}`);
  };
  const read = (): string => {
    if (file === 'GONE') throw new Error('ENOENT canary');
    return file;
  };
  const keys = createApiKeys({ read, clock, log: { info: note, error: note } });
  return {
    keys,
    clock,
    logged,
    put(text) {
      file = textOf(text);
    },
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const random = (bytes: number): Uint8Array => randomBytes(bytes);
const A = newApiKey({ random });
const B = newApiKey({ random, scopes: ['products:read', 'ops:read'], name: 'maps' });

test('a key is known by its digest alone', (t) => {
  const { keys } = hold([A.entry, B.entry]);
  t.deepEqual(keys.verify(A.key), { ok: true, client: A.entry.id, scopes: ['products:read'] });
  t.deepEqual(keys.verify(B.key), { ok: true, client: B.entry.id, scopes: ['products:read', 'ops:read'] });
  t.deepEqual(keys.verify(newApiKey({ random }).key), { ok: false, reason: 'unknown' });
  t.false(JSON.stringify([A.entry, B.entry]).includes(A.key.slice(17, 49)));
});

test('a key of which only the id is known is not let in', (t) => {
  const other = newApiKey({ random });
  const { keys } = hold([{ ...other.entry, id: A.entry.id }]);
  t.deepEqual(keys.verify(A.key), { ok: false, reason: 'unknown' });
});

test('every new key has the form that scanners look for, and passes its own check', (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 200, maxLength: 200 }), (bytes) => {
      let at = 0;
      // Also bytes that are no even choice; then others that are.
      const source = (count: number): Uint8Array =>
        Uint8Array.from({ length: count }, () => bytes[at++] ?? (at * 7) % 248);
      const { key, entry } = newApiKey({ random: source });
      t.regex(key, /^wl_live_[0-9A-Za-z]{8}_[0-9A-Za-z]{32}_[0-9A-Za-z]{6}$/);
      t.true(hold([entry]).keys.verify(key).ok);
    }),
  );
});

test('any one mistyped or exchanged character is a typo, told without a look-up', (t) => {
  const { keys } = hold([A.entry]);
  const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_- ';
  fc.assert(
    fc.property(fc.nat(A.key.length - 1), fc.constantFrom(...alphabet.split('')), (at, character) => {
      fc.pre(A.key[at] !== character);
      const typo = A.key.slice(0, at) + character + A.key.slice(at + 1);
      t.deepEqual(keys.verify(typo), { ok: false, reason: 'malformed' });
    }),
  );
  fc.assert(
    fc.property(fc.string(), (text) => {
      t.deepEqual(keys.verify(text), { ok: false, reason: 'malformed' });
    }),
  );
});

test('a key expires at the millisecond', (t) => {
  const clock = createVirtualClock();
  const { key, entry } = newApiKey({ random, expiresAt: new Date(clock.now().getTime() + 1000) });
  const held = hold([entry]);
  held.clock.advance(999);
  t.true(held.keys.verify(key).ok);
  held.clock.advance(1);
  t.deepEqual(held.keys.verify(key), { ok: false, reason: 'expired' });
});

test('a changed file is in force within a second of the next request, and is not read more often', (t) => {
  const held = hold([A.entry]);
  held.put([B.entry]);
  held.clock.advance(999);
  t.true(held.keys.verify(A.key).ok);
  held.clock.advance(1);
  t.false(held.keys.verify(A.key).ok);
  t.true(held.keys.verify(B.key).ok);
  t.deepEqual(held.logged, ['API keys reloaded {"keys":1}']);
});

test('a broken file leaves the last good keys in force and is logged once for each change', (t) => {
  const held = hold([A.entry]);
  const look = (text: unknown): void => {
    held.put(text);
    for (let at = 0; at < 3; at += 1) {
      held.clock.advance(1000);
      t.true(held.keys.verify(A.key).ok);
    }
  };
  look(`[{"id": "${A.key}`);
  look([{ ...A.entry, sha256: A.key }]);
  look('GONE');
  look([A.entry, B.entry]);
  t.is(held.logged.length, 4, held.logged.join('\n'));
  t.true(held.keys.verify(B.key).ok);
  t.false(held.logged.join('\n').includes(A.key));
  t.false(held.logged.join('\n').includes('canary'));
});

const bad: readonly (readonly [string, unknown, RegExp])[] = [
  ['no JSON', 'wl_live_canary', /expected a JSON array, got text that is no JSON/],
  ['no array', { keys: [] }, /expected a JSON array of/],
  ['no object', [null], /entry 1: expected an object/],
  ['no id', [{ sha256: A.entry.sha256, scopes: ['ops:read'] }], /entry 1: id: expected the 8/],
  ['unknown field', [A.entry, { ...B.entry, scope: 'x' }], /entry 2 \(\w{8}\): there is no field scope; there are id,/],
  ['no digest', [{ ...A.entry, sha256: A.key }], /entry 1 \(\w{8}\): sha256: expected the 64 hex digits/],
  ['no scopes', [{ ...A.entry, scopes: [] }], /scopes: expected an array of one or more of products:read/],
  ['unknown scope', [{ ...A.entry, scopes: ['product:read'] }], /scopes: expected an array/],
  ['a day that is none', [{ ...A.entry, expires_at: '2027-02-30T00:00:00Z' }], /expires_at: expected an RFC 3339/],
  ['a day without time', [{ ...A.entry, expires_at: '2027-02-03' }], /expires_at: expected an RFC 3339/],
  ['a time without zone', [{ ...A.entry, expires_at: '2027-02-03T00:00:00' }], /expires_at: expected an RFC 3339/],
  ['a name that is no text', [{ ...A.entry, name: 1 }], /name: expected text/],
  ['one id twice', [A.entry, { ...B.entry, id: A.entry.id }], /entry 2 \(\w{8}\): id is that of another entry/],
  ['one digest twice', [A.entry, { ...B.entry, sha256: A.entry.sha256 }], /sha256 is that of another entry/],
];

for (const [what, file, message] of bad) {
  test(`a file with ${what} is refused at the start, by entry and field`, (t) => {
    const error = t.throws(() => hold(file), { name: 'ConfigurationError', code: 'CONFIGURATION', message });
    const shown = `${error?.message} ${error?.stack} ${String(error?.cause)}`;
    t.false(shown.includes(A.key));
    t.false(shown.includes('canary'));
  });
}

test('a field whose name is a key is refused without its name', (t) => {
  const file = [{ ...A.entry, [A.key]: true }];
  const error = t.throws(() => hold(file), { message: /a name that is not shown/ });
  t.false(error?.stack?.includes(A.key));
});

test('times with any offset are taken', (t) => {
  const entries: ApiKeyEntry[] = [{ ...A.entry, expires_at: '2026-11-23T08:00:00.5+01:00' }];
  const { keys, clock } = hold(entries);
  clock.advance(3_600_499);
  t.true(keys.verify(A.key).ok);
  clock.advance(1);
  t.false(keys.verify(A.key).ok);
});
