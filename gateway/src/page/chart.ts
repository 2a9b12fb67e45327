import { barPath, linePath, marks, type Plane } from './chart-draw.ts';
import { soundNumbers, type Value } from './chart-points.ts';
import { type Bounds, type ChartScale, scaleOf, timeTicks } from './chart-scale.ts';
import { valuesTable } from './chart-table.ts';
import { html, type Html } from './html.ts';
import { fixed } from './values.ts';

export type { Value } from './chart-points.ts';

export type Line = { readonly name: string; readonly values: readonly Value[] };

export type ChartOptions = {
  readonly title: string;
  readonly unit: string;
  /** What the unit alone does not say. */
  readonly about?: string;
  readonly lines: readonly Line[];
  readonly from: Date;
  readonly to: Date;
  readonly decimals: number;
  readonly bounds: Bounds;
  /** Sums are bars: a line between two of them would say what fell in between. */
  readonly form?: 'line' | 'bar';
};

/** Small, so that its text is not: a phone shows it almost at this size. */
const [WIDTH, HEIGHT] = [360, 150];
const [LEFT, RIGHT, TOP, BOTTOM] = [48, 10, 10, 24];

/** A line that has values; its tone is its place among all of the chart's lines. */
type Drawn = Line & { readonly tone: number };

/** A chart with its unit, times in UTC, gaps where values are missing and a mark on each that did not pass. */
export function chart(options: ChartOptions): Html {
  const { title, unit, from, to, bounds, form = 'line' } = options;
  const about = options.about === undefined ? unit : `${unit} ${options.about}`;
  const lines = options.lines
    .map((line, tone): Drawn => ({ ...line, tone }))
    .filter(({ values }) => values.some(({ value }) => value !== null));
  if (lines.length === 0)
    return html`<figure class="chart">
      <figcaption><b>${title}</b> <span class="soft">${about}</span></figcaption>
      <p class="soft">No values in these days.</p>
    </figure>`;
  const sound = lines.flatMap(({ values }) => soundNumbers(values));
  // Where nothing is sound, the failed values are all that there is to show.
  const scale = scaleOf(sound.length > 0 ? sound : lines.flatMap(({ values }) => present(values)), bounds);
  const plane = planeOf(scale, from, to);
  const drawn = lines.map(
    ({ values, tone }, at) =>
      html`${form === 'bar' ? html`<path class="bar bar${tone}" d="${barPath(values, plane, [at, lines.length])}" />` : html`<path class="line line${tone}" d="${linePath(values, plane)}" />`}${marks(values, plane, options)}`,
  );
  return html`<figure class="chart" data-chart="${forScript(options, lines, scale)}">
    <figcaption><b>${title}</b> <span class="soft">${about}</span> ${keys(options, lines)}</figcaption>
    <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${summary(options)}">
      ${timeAxis(plane, from, to)}${valueAxis(plane, scale)}${drawn}
    </svg>
    ${valuesTable({ ...options, lines })}
  </figure>`;
}

function present(values: readonly Value[]): number[] {
  return values.flatMap(({ value }) => (value === null ? [] : [value]));
}

function planeOf({ least, most }: ChartScale, from: Date, to: Date): Plane {
  const [length, base] = [to.getTime() - from.getTime(), HEIGHT - BOTTOM];
  return {
    x: (at) => LEFT + ((at.getTime() - from.getTime()) / length) * (WIDTH - LEFT - RIGHT),
    y: (value) => TOP + ((most - value) / (most - least)) * (base - TOP),
    top: TOP,
    base,
    left: LEFT,
    right: WIDTH - RIGHT,
  };
}

/** Which line is which; one without values is named all the same, since it may be asked for. */
function keys({ lines, form }: ChartOptions, drawn: readonly Drawn[]): Html | '' {
  if (lines.length < 2) return '';
  const shape = form === 'bar' ? ' box' : '';
  return html`${lines.map(({ name }, tone) =>
    drawn.some((line) => line.tone === tone)
      ? html`<span class="key key${tone}${shape}">${name}</span>`
      : html`<span class="soft none">${name}: no values</span>`,
  )}`;
}

/** Each line for itself: what two of them have in common says nothing of either. */
function summary({ title, unit, lines, decimals }: ChartOptions): string {
  const each = lines.map(({ name, values }) => {
    const [all, sound] = [present(values), soundNumbers(values)];
    const failed = all.length === sound.length ? '' : `, ${all.length - sound.length} failed`;
    if (sound.length === 0) return `${name}: no values${failed}`;
    const [low, high] = [Math.min(...sound), Math.max(...sound)];
    return `${name}: ${sound.length} values from ${fixed(low, decimals)} to ${fixed(high, decimals)}${failed}`;
  });
  return `${title} in ${unit}. ${each.join('; ')}`;
}

/** The same values, scale and days for a chart that can be read off, where scripts run. */
function forScript(
  { unit, decimals, from, to, form }: ChartOptions,
  lines: readonly Drawn[],
  scale: ChartScale,
): string {
  return JSON.stringify({
    span: [from, to].map((at) => at.getTime() / 1000),
    times: lines[0]?.values.map(({ at }) => at.getTime() / 1000) ?? [],
    unit,
    decimals,
    isBar: form === 'bar',
    range: [scale.least, scale.most],
    levels: scale.levels,
    lines: lines.map(({ name, tone, values }) => ({
      name,
      tone,
      values: values.map(({ value }) => value),
      flags: values.map(({ flag }) => flag),
    })),
  });
}

function valueAxis({ y, right }: Plane, { levels }: ChartScale): Html[] {
  return levels.map(
    ({ value, label }) =>
      html`<path class="rule" d="M${LEFT} ${y(value).toFixed(1)}H${right}" /><text
          x="${LEFT - 6}"
          y="${(y(value) + 4).toFixed(1)}"
          text-anchor="end"
          >${label}</text
        >`,
  );
}

function timeAxis({ x, top, base }: Plane, from: Date, to: Date): Html {
  const ticks = timeTicks(from, to).map(({ at, label }, index) => {
    const place = x(at);
    const hasRoom = label !== '' && place + 18 <= WIDTH;
    const name = hasRoom
      ? html`<text
          x="${place.toFixed(1)}"
          y="${HEIGHT - 6}"
          text-anchor="middle"
          class="${index % 2 === 0 ? '' : 'odd'}"
          >${label}</text
        >`
      : '';
    return html`<path class="day" d="M${place.toFixed(1)} ${top}V${base + 5}" />${name}`;
  });
  return html`${ticks}<text x="1" y="${HEIGHT - 6}">UTC</text>`;
}

/** A small chart of one place in a table: its shape, without axes. */
export function sparkline(values: readonly Value[], name: string): Html {
  const numbers = soundNumbers(values);
  if (numbers.length < 2) return html`<span class="soft">–</span>`;
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  const first = values[0]?.at.getTime() ?? 0;
  const length = Math.max(1, (values.at(-1)?.at.getTime() ?? 0) - first);
  const plane: Plane = {
    x: (at) => 2 + ((at.getTime() - first) / length) * 96,
    y: (value) => (high === low ? 12 : 21 - ((value - low) / (high - low)) * 18),
    top: 3,
    base: 21,
    left: 2,
    right: 98,
  };
  const said = `${name}, 7 days: ${fixed(low, 1)} to ${fixed(high, 1)}`;
  return html`<svg class="spark" viewBox="0 0 100 24" role="img" aria-label="${said}">
    <path class="line" d="${linePath(values, plane)}" />
    ${marks(values, plane, { unit: '', decimals: 1 })}
  </svg>`;
}
