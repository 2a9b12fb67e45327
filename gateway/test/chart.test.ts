import test from 'ava';
import { chart, type ChartOptions, sparkline, type Value } from '../src/page/chart.ts';
import { derive } from '../../functions/transform/src/derive/index.ts';
import { Report } from '../../functions/transform/src/qc/report.ts';
import { DERIVED_FROM, pointsOf } from '../src/page/chart-points.ts';
import { scaleOf, timeTicks } from '../src/page/chart-scale.ts';

const FROM = Date.parse('2026-11-21T00:00:00Z');
const HOUR = 3_600_000;

type Given = number | null | readonly [value: number, flag: number];

/** One value every six hours from Saturday the 21st. */
function series(...given: readonly Given[]): Value[] {
  return given.map((item, index) => {
    const [value, flag] = typeof item === 'object' && item !== null ? item : [item, item === null ? 9 : 1];
    return { at: new Date(FROM + index * 6 * HOUR), value, flag };
  });
}

function drawn(options: Partial<ChartOptions>): string {
  return chart({
    title: 'Temperature',
    unit: '°C',
    decimals: 1,
    bounds: { leastSpan: 1 },
    from: new Date(FROM),
    to: new Date(FROM + 48 * HOUR),
    lines: [],
    ...options,
  }).text;
}

function pathOf(svg: string, kind: string): string {
  return new RegExp(`class="${kind}"\\s+d="([^"]*)"`).exec(svg)?.[1] ?? '';
}

function levelsOf(svg: string): string[] {
  return [...svg.matchAll(/text-anchor="end"\s*>([^<]+)</g)].map(([, label]) => label ?? '');
}

/** The heights in the drawing that a line runs through. */
function heights(path: string): number[] {
  return [...path.matchAll(/[ML][\d.]+ ([\d.]+)/g)].map(([, y]) => Number(y));
}

test('a slot without a value breaks the line in the drawing and is null for the script', (t) => {
  const svg = drawn({ lines: [{ name: 'air', values: series(1, 2, null, null, 3, 4) }] });
  t.is([...pathOf(svg, 'line line0').matchAll(/M/g)].length, 2);
  t.regex(svg, /&quot;values&quot;:\[1,2,null,null,3,4\]/);
});

test('a failed value neither sets the scale nor is joined, and is told at the edge', (t) => {
  const svg = drawn({ lines: [{ name: 'air', values: series(10, 11, [999, 4], 12, 13) }] });
  t.deepEqual(levelsOf(svg), ['10', '11', '12', '13']);
  t.is([...pathOf(svg, 'line line0').matchAll(/M/g)].length, 2);
  t.regex(svg, /class="mark bad" transform="translate\([\d.]+ 10\.0\)"[^>]*><title>failed: 999\.0 °C<\/title>/);
  t.regex(svg, /text-anchor="start"\s*>999\.0<\/text\s*>/);
  t.regex(svg, /air: 4 values from 10\.0 to 13\.0, 1 failed/);
});

test('a value between two gaps is a dot', (t) => {
  const svg = drawn({ lines: [{ name: 'air', values: series(1, 2, null, 3, null) }] });
  t.regex(pathOf(svg, 'line line0'), /^M[\d. ]+L[\d. ]+M[\d. ]+m-1 0a/);
});

test('where every value failed they are shown all the same', (t) => {
  const svg = drawn({ lines: [{ name: 'air', values: series([999, 4]) }] });
  t.is([...svg.matchAll(/class="mark bad"/g)].length, 1);
  t.regex(svg, /air: no values, 1 failed/);
});

test('sums are bars of an hour that end at the slot: nought is a tick, unknown is nothing', (t) => {
  const rain = drawn({
    title: 'Precipitation',
    unit: 'mm',
    decimals: 2,
    form: 'bar',
    bounds: { leastSpan: 1, least: 0 },
    to: new Date(FROM + 24 * HOUR),
    lines: [{ name: 'rain', values: series(null, 0.25, 0, null) }],
  });
  const bars = [...pathOf(rain, 'bar bar0').matchAll(/M([\d.]+) 126\.0v-([\d.]+)h([\d.]+)v/g)].map((bar) =>
    bar.slice(1).map(Number),
  );
  const hour = (360 - 48 - 10) / 24;
  t.is(bars.length, 2);
  const [[left = 0, height = 0, width = 0] = [], [, tick = 0] = []] = bars;
  t.true(Math.abs(width - hour) < 0.1 && Math.abs(left + width - (48 + 6 * hour)) < 0.2, `${left} ${width}`);
  t.true(height > tick && tick === 3);
  t.deepEqual(levelsOf(rain).slice(-1), ['1.0'], 'little rain is little on a scale of at least 1 mm');
  t.regex(rain, /rain: 2 values from 0\.00 to 0\.25/);
  t.notRegex(rain, /class="line/);
});

test('rain and snow of the same hour stand side by side', (t) => {
  const both = drawn({
    form: 'bar',
    lines: [
      { name: 'rain', values: series(null, 1) },
      { name: 'snow', values: series(null, 1) },
    ],
  });
  const [rain, snow] = ['bar bar0', 'bar bar1'].map((kind) => Number(/M([\d.]+)/.exec(pathOf(both, kind))?.[1]));
  t.true((snow ?? 0) - (rain ?? 0) > 2.9, `${rain} ${snow}`);
});

test('every scale has four to six levels that hold the values', (t) => {
  for (const low of [-31.7, -0.4, 0, 3.99, 12, 995.2])
    for (const span of [0, 0.03, 0.7, 1.1, 3, 7.7, 19, 64.2, 400]) {
      const { levels, least, most } = scaleOf([low, low + span], { leastSpan: 1 });
      t.true(levels.length >= 4 && levels.length <= 6, `${low} ${span}: ${levels.length}`);
      t.true(least <= low && most >= low + span, `${low} ${span}: ${least} ${most}`);
    }
});

test('a constant series lies in the middle of its scale', (t) => {
  for (const value of [10, 1012.5, -3.2]) {
    const [y = 0] = heights(pathOf(drawn({ lines: [{ name: 'air', values: series(value, value) }] }), 'line line0'));
    t.true(Math.abs(y - 68) < 20, `${value} at ${y}`);
  }
  t.deepEqual(
    scaleOf([55, 60], { leastSpan: 100, least: 0, most: 100 }).levels.map(({ label }) => label),
    ['0', '20', '40', '60', '80', '100'],
  );
});

test('short spans have ticks every six hours, long ones every day, and UTC is named', (t) => {
  const labels = (hours: number): string[] =>
    timeTicks(new Date(FROM + 7 * HOUR), new Date(FROM + (7 + hours) * HOUR)).map(({ label }) => label);
  t.deepEqual(labels(24), ['12:00', '18:00', 'Sun 22', '06:00']);
  t.deepEqual(labels(168).slice(0, 2), ['Sun 22', 'Mon 23']);
  t.is(labels(72).length, 12);
  t.regex(drawn({ lines: [{ name: 'air', values: series(1) }] }), /<text[^>]*>UTC<\/text>/);
});

test('each line is summed up for itself, and one without values has no line and no key', (t) => {
  const svg = drawn({
    lines: [
      { name: 'mean', values: series(5, 9) },
      { name: 'gust', values: series(null, null) },
    ],
  });
  t.regex(svg, /mean: 2 values from 5\.0 to 9\.0; gust: no values/);
  t.regex(svg, /class="key key0">mean</);
  t.notRegex(svg, /class="line line1"|key1/);
});

test('a derived value is as doubtful as the worst that it is computed from', (t) => {
  const at = new Date(FROM);
  const flagged = (fields: Record<string, number>, derived: object): number | undefined =>
    pointsOf({ samples: [{ at, row: { derived, qc: { fields } } }] }, 'derived.dew_point')[0]?.flag;
  t.is(flagged({ temp: 1, humidity: 3, wind_speed: 4 }, { dew_point: 2 }), 3);
  t.is(flagged({ temp: 1, humidity: 1 }, { dew_point: 2 }), 1);
  t.is(flagged({ temp: 4, humidity: 1 }, { dew_point: null }), 9);
});

test('the table of what derived values are computed from is that of the formulas', (t) => {
  const names = [...new Set(Object.values(DERIVED_FROM).flat())];
  const found: Record<string, string[]> = {};
  // No weather has a heat index and a wind chill at once.
  for (const temp of [5, 30]) {
    const base = { temp, humidity: 60, windSpeed: 5, windDeg: 90, stationPressure: 1000 };
    const measured = { ...base, pressure: 1010, observedAt: FROM / 1000 } as Parameters<typeof derive>[0];
    const without = (failed: string[]): Record<string, unknown> => {
      const report = new Report(() => true);
      report.fail('gross_range', failed, 4, '');
      return derive(measured, { lat: 50, lon: 6 }, report);
    };
    const whole = without([]);
    for (const name of names)
      for (const [field, value] of Object.entries(without([name])))
        if (value === null && whole[field] !== null) (found[field] ??= []).push(name);
  }
  const sorted = (table: Readonly<Record<string, readonly string[]>>): unknown =>
    Object.fromEntries(Object.entries(table).map(([field, from]) => [field, [...new Set(from)].toSorted()]));
  t.deepEqual(sorted(found), sorted(DERIVED_FROM));
});

test('the values are there as a table with the word of each flag', (t) => {
  const svg = drawn({ lines: [{ name: 'air', values: series(-1, [2, 3], [99, 4], null) }] });
  const rows = [...svg.matchAll(/<tr>[\s\S]*?<\/tr>/g)].map(([row]) =>
    row
      .replaceAll(/<[^>]+>/g, ' ')
      .replaceAll(/\s+/g, ' ')
      .trim(),
  );
  t.deepEqual(rows, [
    'Time, UTC air, °C Quality',
    '2026-11-21 00:00 −1.0 ✓ passed',
    '2026-11-21 06:00 2.0 ? suspect',
    '2026-11-21 12:00 99.0 ✗ failed',
    '2026-11-21 18:00 – ∅ missing',
  ]);
});

test('a small chart has the same gaps, and a failed value does not flatten it', (t) => {
  const svg = sparkline(series(1, 2, null, [999, 4], 3), 'Temperature of Oslo').text;
  t.is([...pathOf(svg, 'line').matchAll(/M/g)].length, 2);
  t.deepEqual(heights(pathOf(svg, 'line')), [21, 12, 3]);
  t.regex(svg, /1\.0 to 3\.0/);
});
