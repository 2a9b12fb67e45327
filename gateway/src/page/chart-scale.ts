import { fixed } from './values.ts';

export type Bounds = {
  /** What the scale shows at least, in the chart's unit: noise must not look like weather. */
  readonly leastSpan: number;
  /** Where the scale begins whatever the values are: no rain is 0 mm. */
  readonly least?: number;
  /** Where it ends whatever the values are: nothing is wetter than 100 %. */
  readonly most?: number;
};

export type Level = { readonly value: number; readonly label: string };

export type ChartScale = { readonly levels: readonly Level[]; readonly least: number; readonly most: number };

const STEPS = [1, 2, 2.5, 5, 10, 20, 25, 50];
const MOST_LEVELS = 6;
/** 0.6 / 0.2 is not quite 3. */
const TINY = 1e-9;

/** Four to six round levels around the values, which are in the middle where they hardly differ. */
export function scaleOf(numbers: readonly number[], { leastSpan, least, most }: Bounds): ChartScale {
  let low = least ?? Math.min(...numbers);
  let high = most ?? Math.max(...numbers);
  const lacking = Math.max(0, leastSpan - (high - low));
  if (least === undefined) low -= lacking / 2;
  high += least === undefined ? lacking / 2 : lacking;
  const { first, last, step } = levelsOf(low, high);
  const ticks = Array.from({ length: last - first + 1 }, (_, at) => Math.round((first + at) * step * 1e6) / 1e6);
  const digits =
    [0, 1].find((count) => ticks.every((tick) => Math.abs(tick - Number(tick.toFixed(count))) < TINY)) ?? 2;
  const levels = ticks.map((value) => ({ value, label: fixed(value, digits) }));
  return { levels, least: ticks[0] ?? low, most: ticks.at(-1) ?? high };
}

/** The smallest round step that has few enough levels: half of it has seven or more, so that it has four at least. */
function levelsOf(low: number, high: number): { first: number; last: number; step: number } {
  const power = 10 ** Math.floor(Math.log10((high - low) / (MOST_LEVELS - 1)));
  const all = STEPS.map((factor) => {
    const step = factor * power;
    return { step, first: Math.floor(low / step + TINY), last: Math.ceil(high / step - TINY) };
  });
  return all.find(({ first, last }) => last - first < MOST_LEVELS) ?? { first: 0, last: 1, step: high };
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** A line at every midnight, in short spans every six hours; names only where they have room. */
export function timeTicks(from: Date, to: Date): readonly { readonly at: Date; readonly label: string }[] {
  const length = to.getTime() - from.getTime();
  const step = length > 3 * DAY_MS ? DAY_MS : 6 * HOUR_MS;
  const named = length > 2 * DAY_MS ? 2 * step : step;
  const ticks = [];
  for (let time = Math.ceil(from.getTime() / step) * step; time <= to.getTime(); time += step) {
    const isNamed = step === DAY_MS || time % named === 0;
    ticks.push({ at: new Date(time), label: isNamed ? timeLabel(new Date(time)) : '' });
  }
  return ticks;
}

function timeLabel(at: Date): string {
  if (at.getTime() % DAY_MS !== 0) return at.toISOString().slice(11, 16);
  return at.toLocaleDateString('en-GB', { weekday: 'short', day: 'numeric', timeZone: 'UTC' });
}
