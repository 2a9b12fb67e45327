import test from 'ava';
import fc from 'fast-check';
import type { PassShown, StageShown } from '../src/results/runs.ts';
import { noPaint } from '../src/runs/paint.ts';
import { chosen, MOST_PARTS_DRAWN, waterfall } from '../src/runs/waterfall.ts';

const START = Date.parse('2026-11-23T06:00:00.000Z');
const at = (ms: number): string => new Date(START + ms).toISOString();

type Times = readonly (readonly [waited: number, took: number])[];

/** A part whose stages waited and worked so long, one after another. */
function part(index: number, count: number, times: Times, begins = 0): PassShown['parts'][number] {
  const name = [index, count].map((number) => String(number).padStart(5, '0')).join('-of-');
  let now = begins;
  const bare = { state: 'done', attempts: 1, times: 1 } as const;
  const asked = {
    ...bare,
    stage: 'trigger',
    started_at: at(now),
    ended_at: at(now),
    waited_ms: null,
    duration_ms: null,
  };
  const stages: StageShown[] = [asked as StageShown];
  for (const [which, [waited, took]] of times.entries()) {
    const stage = (['fetch', 'transform', 'upload'] as const)[which] ?? 'upload';
    const ends = now + waited + took;
    stages.push({
      ...bare,
      stage,
      started_at: at(now + waited),
      ended_at: at(ends),
      waited_ms: waited,
      duration_ms: took,
    });
    now = ends;
  }
  return { part: name, outcome: 'created', stages };
}

function pass(parts: PassShown['parts']): PassShown {
  const instants = parts.flatMap(({ stages }) => stages.flatMap(({ ended_at: end }) => (end === null ? [] : [end])));
  const last = instants.toSorted().at(-1) ?? at(0);
  return {
    replay: null,
    mode: null,
    lane: 'live',
    started_at: at(0),
    ended_at: last,
    duration_ms: Date.parse(last) - START,
    parts,
    sums: [],
  };
}

test('each stage begins where the one before it ended, with the wait between them', (t) => {
  const times: Times = [
    [10, 30],
    [0, 40],
    [20, 20],
  ];
  // 41 columns of words leave 24 cells for 120 ms.
  t.deepEqual(waterfall(pass([part(1, 1, times)]), 65, noPaint), [
    'PART  STAGE      WAITED   TOOK  STATE    0                 120 ms',
    '1/1   trigger                   done     ▏',
    '      fetch       10 ms  30 ms  done     ░░██████',
    '      transform    0 ms  40 ms  done             ████████',
    '      upload      20 ms  20 ms  created                  ░░░░████',
  ]);
});

test('what gave up, what waits and what was not reached have no bar of work', (t) => {
  const whole = part(1, 1, [
    [0, 50],
    [0, 50],
  ]);
  const bare = { started_at: null, waited_ms: null, duration_ms: null, attempts: null, times: 0 } as const;
  const stages: StageShown[] = [
    ...whole.stages.slice(0, 2),
    { ...bare, stage: 'transform', state: 'dead_letter', ended_at: at(100), attempts: 3 },
    { ...bare, stage: 'upload', state: 'not_reached', ended_at: null },
  ];
  const lines = waterfall({ ...pass([whole]), parts: [{ ...whole, stages }] }, 80, noPaint);
  t.regex(lines[3] ?? '', /transform +dead letter, 3 tries +░+✗$/);
  t.regex(lines[4] ?? '', /upload +not reached$/);
});

test('no line is wider than the terminal, and no bar leaves its axis', (t) => {
  const times = fc.array(fc.tuple(fc.nat(100_000_000), fc.nat(100_000_000)), { minLength: 0, maxLength: 3 });
  fc.assert(
    fc.property(
      fc.array(fc.tuple(times, fc.nat(1_000_000)), { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 60, max: 300 }),
      (parts, width) => {
        const drawn = waterfall(
          pass(parts.map(([ofPart, begins], which) => part(which + 1, parts.length, ofPart, begins))),
          width,
          noPaint,
        );
        const [head = ''] = drawn;
        const axis = head.indexOf('0');
        for (const line of drawn) {
          t.true(line.length <= Math.max(width, axis + 10), line);
          const first = line.search(/[█░▏✗]/);
          t.true(first < 0 || first >= axis, line);
        }
      },
    ),
  );
});

test('of many parts those that are not done are drawn, then those that took longest, and the others are summed up', (t) => {
  const count = 100;
  const parts = Array.from({ length: count }, (_, which) => part(which + 1, count, [[0, which + 1]]));
  const stuck = part(7, count, [[0, 1]]);
  const [asked] = stuck.stages;
  const waiting = { ...asked, stage: 'fetch', state: 'waiting', ended_at: null } as StageShown;
  parts[6] = { ...stuck, stages: [asked as StageShown, waiting] };
  const { drawn, left } = chosen(parts);
  t.deepEqual(
    drawn.map(({ part: name }) => Number(name.slice(0, 5))),
    [7, 92, 93, 94, 95, 96, 97, 98, 99, 100],
  );
  t.is(left.length, 90);
  t.regex(
    waterfall(pass(parts), 80, noPaint).join('\n'),
    /^and 90 parts more: all done, 1 ms to 91 ms, median 47 ms$/m,
  );
  t.is(chosen(parts.slice(0, MOST_PARTS_DRAWN)).left.length, 0, 'of few all are drawn');
});
