import test from 'ava';
import fc from 'fast-check';
import { round } from '../src/round.ts';

/** The definition: twelve digits, then a half to the even neighbour. */
function byDefinition(value: number, decimals: number): number {
  const factor = 10 ** decimals;
  const scaled = Number((value * factor).toPrecision(12));
  const below = Math.floor(scaled);
  const rest = scaled - below;
  return (rest > 0.5 || (rest === 0.5 && below % 2 !== 0) ? below + 1 : below) / factor + 0;
}

test('a half goes to the even neighbour, as written in decimals', (t) => {
  t.deepEqual(
    [0.125, 0.375, -0.125, 1.005, 2.675, -0.001, 0.5, 1.5].map((value) => round(value, 2)),
    [0.12, 0.38, -0.12, 1, 2.68, 0, 0.5, 1.5],
  );
  t.false(Object.is(round(-0.001, 2), -0));
});

test('the short way gives what the definition gives, most of all near a half', (t) => {
  const decimals = fc.integer({ min: 0, max: 4 });
  const nearHalf = fc
    .tuple(
      fc.integer({ min: -10_000_000, max: 10_000_000 }),
      fc.double({ min: -1e-5, max: 1e-5, noNaN: true }),
      decimals,
    )
    .map(([whole, off, places]) => (whole + 0.5) / 10 ** places + off);
  const value = fc.oneof(
    nearHalf,
    fc.double({ min: -1e9, max: 1e9, noNaN: true }),
    fc.double({ min: -200, max: 200, noNaN: true }),
    fc.integer({ min: -1_000_000, max: 1_000_000 }).map((thousandths) => thousandths / 1000),
  );
  fc.assert(
    fc.property(value, decimals, (number, places) => Object.is(round(number, places), byDefinition(number, places))),
    { numRuns: 20_000 },
  );
  t.pass();
});
