import { readdirSync, readFileSync } from 'node:fs';
import test from 'ava';
import fc from 'fast-check';
import * as v from 'valibot';
import { EVENTS } from '../src/index.ts';
import { quickCheckOf } from '../src/quick-check.ts';

const GOLDEN = new URL('golden/', import.meta.url);
const golden = readdirSync(GOLDEN).map((name) => JSON.parse(readFileSync(new URL(name, GOLDEN), 'utf8')));

type Change = (holder: Record<string, unknown>, name: string) => void;

/** What may be wrong, or only odd, with one member of an event. */
const change = fc.oneof(
  fc.constant<Change>((holder, name) => delete holder[name]),
  fc.constant<Change>((holder) => {
    // No JSON gives an array members with names.
    if (!Array.isArray(holder)) holder['added'] = 1;
  }),
  fc.constant<Change>((holder) => {
    if (!Array.isArray(holder))
      Object.defineProperty(holder, 'constructor', { value: 1, enumerable: true, configurable: true });
  }),
  fc
    .oneof(
      fc.constantFrom(undefined, null, true, '', 0, -1, 1.5, 1e6, Number.NaN, Infinity, 'x', [], {}, [[]], '9', 9),
      fc.constantFrom('2026-11-23T06:00:00Z', '20261123T060000Z', 'replay', 'sha256:', '\u0000', 'a'.repeat(300)),
      fc.anything(),
    )
    .map((value): Change => {
      return (holder, name) => {
        holder[name] = value;
      };
    }),
);

function places(value: unknown): [Record<string, unknown>, string][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => [
    [value as Record<string, unknown>, name] as [Record<string, unknown>, string],
    ...places(member),
  ]);
}

for (const event of EVENTS) {
  const sample = golden.find(({ type }) => type === event.type);
  const check = quickCheckOf(event.schema);

  test(`the quick check knows every kind of schema in ${event.type}`, (t) => {
    t.true(check(sample.data));
  });

  test(`what the quick check lets through is what valibot returns: ${event.type}`, (t) => {
    let refused = 0;
    fc.assert(
      fc.property(fc.nat(), change, (at, apply) => {
        const data: unknown = structuredClone(sample.data);
        const all = places(data);
        const [holder, name] = all[at % all.length] ?? [{}, ''];
        apply(holder, name);
        const answer = v.safeParse(event.schema, data);
        if (!check(data)) {
          refused += 1;
          return;
        }
        t.true(answer.success);
        t.deepEqual(answer.output, data);
      }),
      { numRuns: 3_000 },
    );
    t.true(refused > 500);
  });
}

test('members that an object keeps without a name in its schema are let through', (t) => {
  const schema = v.looseObject({ a: v.nullish(v.number()), b: v.pipe(v.array(v.looseObject({})), v.length(1)) });
  const value = { a: 1, b: [{ d: [] }], c: { e: 'f' } };
  t.true(quickCheckOf(schema)(value));
  t.deepEqual(v.parse(schema, value), value);
  t.false(quickCheckOf(schema)({ ...value, b: [] }));
});

test('what it does not know, it leaves to valibot', (t) => {
  const schemas: v.GenericSchema[] = [
    v.pipe(v.string(), v.trim()),
    v.pipe(v.string(), v.regex(/a/g)),
    v.pipe(
      v.string(),
      v.check((text) => text === 'a'),
    ),
    v.fallback(v.string(), 'b'),
    v.optional(v.string(), 'b'),
    v.union([v.string(), v.number()]),
    v.record(v.pipe(v.string(), v.maxLength(1)), v.string()),
  ];
  for (const schema of schemas)
    t.deepEqual([quickCheckOf(schema)('a'), quickCheckOf(schema)({ a: 'a' })], [false, false]);
});

test('valid members in excess where they are dropped, and names that valibot leaves out, are not let through', (t) => {
  const inner = v.record(v.string(), v.number());
  t.true(quickCheckOf(inner)({ a: 1 }));
  t.false(quickCheckOf(inner)(JSON.parse('{"__proto__":1}')));
  t.false(quickCheckOf(v.object({ a: v.number() }))({ a: 1, b: 2 }));
  t.false(quickCheckOf(v.looseObject({ a: v.optional(v.number()) }))([]));
  t.false(quickCheckOf(v.looseObject({ a: v.optional(v.number()) }))(JSON.parse('{"b":1,"__proto__":1}')));
});
