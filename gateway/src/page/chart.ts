import { html, type Html } from './html.ts';
import { fixed, flagWord } from './values.ts';

export type Value = { readonly at: Date; readonly value: number | null; readonly flag: number };

export type Line = { readonly name: string; readonly values: readonly Value[]; readonly isDashed?: boolean };

export type ChartOptions = {
  readonly title: string;
  readonly unit: string;
  readonly lines: readonly Line[];
  readonly from: Date;
  readonly to: Date;
  readonly decimals: number;
  /** Where the scale begins, and what it never goes beyond: no rain is 0 mm, and nothing is wetter than 100 %. */
  readonly bounds?: readonly [least: number, most: number];
};

const [WIDTH, HEIGHT] = [640, 200];
const [LEFT, RIGHT, TOP, BOTTOM] = [44, 10, 12, 24];
const DAY_MS = 86_400_000;
/** A value that is more than this many steps after the last one begins a new line: what is missing is not drawn. */
const GAP = 1.6;

/** A chart with its unit, days in UTC, gaps where values are missing and a mark on each that did not pass. */
export function chart(options: ChartOptions): Html {
  const { title, unit, lines, from, to, decimals } = options;
  const numbers = lines.flatMap(({ values }) => values.flatMap(({ value }) => (value === null ? [] : [value])));
  if (numbers.length === 0)
    return html`<figure class="chart">
      <figcaption>${title}</figcaption>
      <p class="soft">No values in these days.</p>
    </figure>`;
  const { ticks, least, most } = scaleOf(numbers, options.bounds);
  const x = (at: Date): number =>
    LEFT + ((at.getTime() - from.getTime()) / (to.getTime() - from.getTime())) * (WIDTH - LEFT - RIGHT);
  const y = (value: number): number => TOP + ((most - value) / (most - least)) * (HEIGHT - TOP - BOTTOM);
  const levels = ticks.map(
    (tick) =>
      html`<path class="rule" d="M${LEFT} ${y(tick).toFixed(1)}H${WIDTH - RIGHT}" /><text
          x="${LEFT - 6}"
          y="${(y(tick) + 4).toFixed(1)}"
          text-anchor="end"
          >${fixed(tick, tickDecimals(ticks))}</text
        >`,
  );
  const drawn = lines.map(
    ({ values, isDashed = false }, at) =>
      html`<path
          class="line line${at}${isDashed ? ' dashed' : ''}"
          d="${pathOf(values, x, y)}"
        />${marks(values, x, y)}`,
  );
  const names = lines.length < 2 ? '' : lines.map(({ name }, at) => html`<span class="key key${at}">${name}</span>`);
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  const said = `${title} in ${unit}, ${numbers.length} values from ${fixed(low, decimals)} to ${fixed(high, decimals)}`;
  return html`<figure class="chart" data-chart="${forScript(options, [least, most])}">
    <figcaption><b>${title}</b> <span class="soft">${unit}</span> ${names}</figcaption>
    <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${said}">${days(from, to, x)}${levels}${drawn}</svg>
  </figure>`;
}

/** The same values for a chart that can be read off, where scripts run. */
function forScript({ lines, unit, decimals }: ChartOptions, range: readonly [number, number]): string {
  const times = lines[0]?.values.map(({ at }) => at.getTime() / 1000) ?? [];
  return JSON.stringify({
    times,
    unit,
    decimals,
    range,
    lines: lines.map(({ name, values }) => ({
      name,
      values: values.map(({ value }) => value),
      flags: values.map(({ flag }) => flag),
    })),
  });
}

/** A small chart of one place in a table: its shape, without axes. */
export function sparkline(values: readonly Value[], name: string): Html {
  const numbers = values.flatMap(({ value }) => (value === null ? [] : [value]));
  if (numbers.length < 2) return html`<span class="soft">–</span>`;
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  const first = values[0]?.at.getTime() ?? 0;
  const length = Math.max(1, (values.at(-1)?.at.getTime() ?? 0) - first);
  const x = (at: Date): number => 2 + ((at.getTime() - first) / length) * 96;
  const y = (value: number): number => (high === low ? 12 : 21 - ((value - low) / (high - low)) * 18);
  const said = `${name}, 7 days: ${fixed(low, 1)} to ${fixed(high, 1)}`;
  return html`<svg class="spark" viewBox="0 0 100 24" role="img" aria-label="${said}">
    <path class="line" d="${pathOf(values, x, y)}" />
    ${marks(values, x, y)}
  </svg>`;
}

type Scale = (value: number) => number;

function pathOf(values: readonly Value[], x: (at: Date) => number, y: Scale): string {
  const steps = values.slice(1).map(({ at }, index) => at.getTime() - (values[index]?.at.getTime() ?? 0));
  const step = steps.toSorted((a, b) => a - b)[Math.floor(steps.length / 2)] ?? 0;
  let path = '';
  let last: number | undefined;
  for (const { at, value } of values) {
    if (value === null) {
      last = undefined;
      continue;
    }
    const joins = last !== undefined && at.getTime() - last <= step * GAP;
    path += `${joins ? 'L' : 'M'}${x(at).toFixed(1)} ${y(value).toFixed(1)}`;
    // A value alone is a dot, which a line of no length with round ends draws.
    if (!joins) path += 'h0';
    last = at.getTime();
  }
  return path;
}

/** Suspect is an open triangle, failed a cross: told by their shape, explained by their title. */
function marks(values: readonly Value[], x: (at: Date) => number, y: Scale): Html[] {
  return values.flatMap(({ at, value, flag }) => {
    if (value === null || (flag !== 3 && flag !== 4)) return [];
    const [cx, cy] = [x(at).toFixed(1), y(value).toFixed(1)];
    const shape = flag === 3 ? 'M-4 3 0-4 4 3z' : 'M-4-4 4 4M-4 4 4-4';
    const { word, tone } = flagWord(flag);
    return [
      html`<path class="mark ${tone}" transform="translate(${cx} ${cy})" d="${shape}"><title>${word}</title></path>`,
    ];
  });
}

function days(from: Date, to: Date, x: (at: Date) => number): Html[] {
  const lines: Html[] = [];
  for (let at = Math.ceil(from.getTime() / DAY_MS) * DAY_MS; at <= to.getTime(); at += DAY_MS) {
    const day = new Date(at);
    const place = x(day);
    const name = day.toLocaleDateString('en-GB', { weekday: 'short', day: 'numeric', timeZone: 'UTC' });
    const label = place + 40 > WIDTH ? '' : html`<text x="${(place + 3).toFixed(1)}" y="${HEIGHT - 8}">${name}</text>`;
    lines.push(html`<path class="day" d="M${place.toFixed(1)} ${TOP}V${HEIGHT - BOTTOM + 6}" />${label}`);
  }
  return lines;
}

/** Four to six round levels around the values. */
function scaleOf(
  numbers: readonly number[],
  bounds?: readonly [number, number],
): { ticks: number[]; least: number; most: number } {
  const [low, high] = [bounds?.[0] ?? Math.min(...numbers), Math.max(...numbers)];
  const rough = Math.max(high - low, 1) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((size) => size >= rough) ?? rough;
  const least = bounds?.[0] ?? Math.floor(low / step) * step;
  let most = Math.min(bounds?.[1] ?? Number.POSITIVE_INFINITY, Math.ceil(high / step) * step);
  if (most <= least) most = least + step;
  const ticks: number[] = [];
  for (let tick = least; tick <= most + step / 1000; tick += step) ticks.push(Math.round(tick * 1e6) / 1e6);
  return { ticks, least, most };
}

function tickDecimals(ticks: readonly number[]): number {
  return [0, 1].find((digits) => ticks.every((tick) => Math.abs(tick - Number(tick.toFixed(digits))) < 1e-9)) ?? 2;
}
