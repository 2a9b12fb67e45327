import { createHash } from 'node:crypto';
import test from 'ava';
import fc from 'fast-check';
import { uuidV5 } from '../src/index.ts';

/** RFC 9562 §5.5, step by step. */
function byTheBook(namespace: string, name: string): string {
  const bytes = createHash('sha1')
    .update(Buffer.from(namespace.replaceAll('-', ''), 'hex'))
    .update(name)
    .digest();
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes
    .subarray(0, 16)
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

test('the RFC names www.example.com in the DNS name space', (t) => {
  t.is(uuidV5('6ba7b810-9dad-11d1-80b4-00c04fd430c8', 'www.example.com'), '2ed6657d-e927-568b-95e1-2665a8aea6a2');
});

test('a name-based UUID is the one of the RFC, whatever the name space before, and however long the name', (t) => {
  const name = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme', minLength: 60, maxLength: 300 }));
  fc.assert(
    fc.property(fc.uuid(), name, (namespace, text) => {
      t.is(uuidV5(namespace, text), byTheBook(namespace, text));
    }),
  );
});
