import { drawable, type Value } from './chart-points.ts';
import { html, type Html } from './html.ts';
import { fixed, flagWord } from './values.ts';

/** Where a time and a value lie in a drawing, and the edges that nothing is drawn beyond. */
export type Plane = {
  readonly x: (at: Date) => number;
  readonly y: (value: number) => number;
  readonly top: number;
  readonly base: number;
  readonly left: number;
  readonly right: number;
};

/** A line that is broken where a value is missing or failed. */
export function linePath(values: readonly Value[], plane: Plane): string {
  let path = '';
  let isJoined = false;
  for (const [index, point] of values.entries()) {
    const [value, next] = [drawable(point), values[index + 1]];
    if (value === null) {
      isJoined = false;
      continue;
    }
    path += `${isJoined ? 'L' : 'M'}${plane.x(point.at).toFixed(1)} ${inside(plane, value).toFixed(1)}`;
    // No line leads to a value alone: it is a dot.
    if (!isJoined && (next === undefined || drawable(next) === null)) path += 'm-1 0a1 1 0 1 1 2 0a1 1 0 1 1-2 0';
    isJoined = true;
  }
  return path;
}

const HOUR_MS = 3_600_000;
const LEAST_WIDTH = 3;
const TICK = 3;

/** Sums of the hour before each slot: bars that end there, side by side; none is a tick, unknown is nothing. */
export function barPath(values: readonly Value[], plane: Plane, [place, count]: readonly [number, number]): string {
  const hour = plane.x(new Date(HOUR_MS)) - plane.x(new Date(0));
  const width = Math.max(hour / count, LEAST_WIDTH);
  return values
    .map((point) => {
      const value = drawable(point);
      if (value === null) return '';
      const start = plane.x(point.at) - width * (count - place);
      const left = Math.max(plane.left, start);
      const height = value === 0 ? TICK : plane.base - inside(plane, value);
      const wide = value === 0 ? 1 : start + width - left;
      // Of the hour before the span nothing is left but a hair.
      if (wide < 1) return '';
      return `M${left.toFixed(1)} ${plane.base.toFixed(1)}v${(-height).toFixed(1)}h${wide.toFixed(1)}v${height.toFixed(1)}z`;
    })
    .join('');
}

export type Said = { readonly unit: string; readonly decimals: number };

/** Suspect is an open triangle, failed a cross: told by their shape, explained by their title. */
export function marks(values: readonly Value[], plane: Plane, { unit, decimals }: Said): Html[] {
  return values.flatMap(({ at, value, flag }) => {
    if (value === null || (flag !== 3 && flag !== 4)) return [];
    const [x, y] = [plane.x(at), inside(plane, value)];
    const shape = flag === 3 ? 'M-4 3 0-4 4 3z' : 'M-4-4 4 4M-4 4 4-4';
    const { word, tone } = flagWord(flag);
    const read = fixed(value, decimals);
    const isBeyond = Math.abs(plane.y(value) - y) > 0.05;
    // Where it lies is not how much it is: a value beyond the scale is written beside its mark.
    const beside =
      isBeyond && unit !== ''
        ? html`<text
            x="${(x > plane.right - 60 ? x - 7 : x + 7).toFixed(1)}"
            y="${(y + 4).toFixed(1)}"
            text-anchor="${x > plane.right - 60 ? 'end' : 'start'}"
            >${read}</text
          >`
        : '';
    return [
      html`<path class="mark ${tone}" transform="translate(${x.toFixed(1)} ${y.toFixed(1)})" d="${shape}"
          ><title>${word}: ${read}${unit === '' ? '' : ` ${unit}`}</title></path
        >${beside}`,
    ];
  });
}

function inside({ y, top, base }: Plane, value: number): number {
  return Math.max(top, Math.min(base, y(value)));
}
