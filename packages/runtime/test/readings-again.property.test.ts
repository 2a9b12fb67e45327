import { readdirSync, readFileSync } from 'node:fs';
import { ReadingsFetched } from '@weatherline/events';
import test from 'ava';
import fc from 'fast-check';
import {
  decodeEvent,
  encodeEvent,
  encodeStructured,
  envelopeOf,
  gzip,
  readingsAgain,
  unpackReadings,
} from '../src/index.ts';

const GOLDEN = new URL('../../events/test/golden/', import.meta.url);
const sample = readdirSync(GOLDEN)
  .map((name) => JSON.parse(readFileSync(new URL(name, GOLDEN), 'utf8')))
  .find(({ type }) => type === ReadingsFetched.type);
const data = ReadingsFetched.parse(sample.data);
const archived = encodeStructured(envelopeOf(ReadingsFetched, data));
const replay = fc.record({ id: fc.string(), mode: fc.constantFrom('fill' as const, 'replace' as const) });

/** The definition: everything is read, and written again. */
function slowly(body: Uint8Array, again: { id: string; mode: 'fill' | 'replace' }) {
  return encodeEvent(envelopeOf(ReadingsFetched, { ...unpackReadings(body), replay: again }));
}

function outcome<Result>(work: () => Result): Result | string {
  try {
    return work();
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : 'no error';
  }
}

test('readings are begun again with the bytes that reading and writing them would give', (t) => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 50 }), replay, (name, again) => {
      const readings = data.readings.map((reading) => ({ ...reading, location: { ...reading.location, name } }));
      const body = gzip(encodeStructured(envelopeOf(ReadingsFetched, { ...data, readings })));
      t.deepEqual(readingsAgain(body, again), slowly(body, again));
    }),
  );
});

test('whatever else an archive holds, it becomes the same event, or is refused in the same words', (t) => {
  const odd = fc.constantFrom(
    '',
    ' ',
    '}',
    '{',
    '"',
    '\\',
    ',"a":{}',
    ',"data":{}',
    ',"data":null',
    '"data":{},',
    '"id":"",',
    '\u0000',
    'é',
    '😀',
    ',"replay":null',
    ',"replay":{"id":"a","mode":"fill"}',
    '"data":"a",',
    '"a":1,',
    '[]',
    '\n',
    ',"x":[1]',
  );
  fc.assert(
    fc.property(fc.nat(archived.length), fc.nat(6), odd, replay, (at, cut, put, again) => {
      // Most of all near the seams of the object.
      const seams = [
        1,
        archived.indexOf('"data"'),
        archived.indexOf('"data"') + 7,
        archived.length - 1,
        archived.length,
      ];
      const place = seams[at % (2 * seams.length)] ?? at;
      const body = gzip(archived.slice(0, place) + put + archived.slice(place + (cut > 3 ? 0 : cut)));
      const [there, here] = [outcome(() => readingsAgain(body, again)), outcome(() => slowly(body, again))];
      if (typeof there === 'string' || typeof here === 'string') return t.is(there, here);
      t.deepEqual(decodeEvent(there), decodeEvent(here));
      t.is(there.key, here.key);
    }),
    { numRuns: 3_000 },
  );
});

test('a replay that is replayed is of the later one', (t) => {
  const first = { id: 'first', mode: 'fill' } as const;
  const body = gzip(encodeStructured(envelopeOf(ReadingsFetched, { ...data, replay: first })));
  const message = readingsAgain(body, { id: 'second', mode: 'replace' });
  t.like(ReadingsFetched.parse(decodeEvent(message).data).replay, { id: 'second', mode: 'replace' });
  t.is(message.headers['ce_replayid'], 'second');
});
