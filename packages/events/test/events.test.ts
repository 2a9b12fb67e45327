import { readdirSync, readFileSync } from 'node:fs';
import test from 'ava';
import fc from 'fast-check';
import {
  canonicalJson,
  EVENTS,
  InvalidEventData,
  parseProductKey,
  parseSlot,
  partName,
  productKey,
  productMetaKey,
  readingsKey,
  RunRequested,
  slotId,
  slotInstant,
} from '../src/index.ts';
import { parseSchedule } from '../src/schedule.ts';

const GOLDEN = new URL('golden/', import.meta.url);
const golden = (type: string) =>
  JSON.parse(readFileSync(new URL(`${type.replace('dev.weatherline.', '')}.json`, GOLDEN), 'utf8'));

test('there is a golden event of every type', (t) => {
  const files = readdirSync(GOLDEN).toSorted();
  t.deepEqual(files, EVENTS.map(({ type }) => `${type.replace('dev.weatherline.', '')}.json`).toSorted());
});

for (const event of EVENTS) {
  test(`the golden ${event.type} still parses, and its name and times follow from its data`, (t) => {
    const { data, ...attributes } = golden(event.type);
    const parsed = event.parse(data);
    t.deepEqual(parsed, data, 'nothing is lost');
    t.is(attributes.id, event.idOf(parsed as never));
    t.is(attributes.time, event.timeOf(parsed as never));
    t.is(attributes.subject, `${parsed.run.id}/${partName(parsed.part)}`);
    t.deepEqual(
      event.parse({ ...data, added: { later: true } }),
      { ...data, added: { later: true } },
      'an extra field is kept',
    );
  });
}

test('wrong data is refused with every violation named', (t) => {
  const { data } = golden('dev.weatherline.run.requested.v1');
  const error = t.throws(
    () => RunRequested.parse({ ...data, run: { ...data.run, id: 'x' }, locations: [], expiresAt: undefined }),
    {
      instanceOf: InvalidEventData,
    },
  );
  t.deepEqual(
    error?.violations.map((violation) => violation.split(':')[0]),
    ['run.id', 'locations', 'expiresAt'],
  );
});

const instants = fc.date({ min: new Date('1970-01-01'), max: new Date('2999-12-31'), noInvalidDate: true });
const parts = fc
  .integer({ min: 1, max: 400 })
  .chain((count) => fc.record({ count: fc.constant(count), index: fc.integer({ min: 1, max: count }) }));

test('a slot is found again from its id and from its product key', (t) => {
  fc.assert(
    fc.property(instants, parts, (instant, part) => {
      const id = slotId(instant);
      t.is(slotInstant(id)?.getTime(), Math.floor(instant.getTime() / 1000) * 1000);
      t.deepEqual(parseSlot(id), slotInstant(id) ?? new Date(0));
      t.deepEqual(parseProductKey(productKey(id, part)), { runId: id, part, kind: 'product' });
      t.deepEqual(parseProductKey(productMetaKey(id, part)), { runId: id, part, kind: 'meta' });
    }),
  );
});

test('keys sort by time, and a run of one part is spelt as the seed spelt it', (t) => {
  t.is(productKey('20261123T060000Z', { index: 1, count: 1 }), 'weather-products/2026/11/23/060000.jsonl');
  t.is(
    readingsKey('20261123T060000Z', { index: 2, count: 12 }),
    'weather-readings/2026/11/23/060000.00002-of-00012.json.gz',
  );
  t.is(parseProductKey('weather-products/2026/11/31/060000.jsonl'), undefined, 'no such day');
  t.is(parseProductKey('weather-products/2026/11/23/060000.parquet'), undefined);
  t.throws(() => parseSlot('2026-11-23'), { instanceOf: RangeError });
  t.throws(() => parseSlot('20261131T060000Z'), { instanceOf: RangeError });
});

test('canonical JSON does not depend on the order of members, and refuses what JSON has not', (t) => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const reversed = Object.fromEntries(Object.entries(value).toReversed());
      t.is(canonicalJson(reversed), canonicalJson(value));
      t.deepEqual(JSON.parse(canonicalJson(value)), JSON.parse(JSON.stringify(value)));
    }),
  );
  t.is(canonicalJson({ b: 1, a: undefined, é: [null, 1e21, -0] }), '{"b":1,"é":[null,1e+21,0]}');
  t.throws(() => canonicalJson({ a: Number.NaN }), { instanceOf: RangeError });
});

test('a schedule knows its slots in UTC, forwards and backwards', (t) => {
  const six = parseSchedule('0 */6 * * *');
  const now = new Date('2026-03-29T01:30:00Z');
  t.is(slotId(six.current(now)), '20260329T000000Z');
  t.is(slotId(six.next(now)), '20260329T060000Z');
  t.is(slotId(six.previous(six.current(now))), '20260328T180000Z');
  t.is(
    slotId(six.current(new Date('2026-03-29T06:00:00.000Z'))),
    '20260329T060000Z',
    'a slot is current from its first instant',
  );
  t.true(six.has(new Date('2026-03-29T06:00:00Z')));
  t.false(six.has(new Date('2026-03-29T06:00:01Z')));
  t.throws(() => parseSchedule('every now and then'), { instanceOf: RangeError });
});

test('objects that begin with the same name and go on otherwise are each written in their own order', (t) => {
  const all = [
    { a: 1, c: 2, b: 3 },
    { a: 1, b: 3, c: 2 },
    { a: 1 },
    { a: 1, c: 2, d: 3 },
    {},
    { '': 1 },
    { a: undefined },
  ];
  const expected = [
    '{"a":1,"b":3,"c":2}',
    '{"a":1,"b":3,"c":2}',
    '{"a":1}',
    '{"a":1,"c":2,"d":3}',
    '{}',
    '{"":1}',
    '{}',
  ];
  for (const _ of [1, 2]) t.deepEqual(all.map(canonicalJson), expected);
});

test('canonical text is JSON of the same value, whatever characters it holds', (t) => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
      const text = canonicalJson(value);
      t.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(value)));
      t.is(canonicalJson(JSON.parse(text)), text);
    }),
    { numRuns: 1_000 },
  );
});
