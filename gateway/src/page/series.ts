import type { Value } from './chart.ts';
import type { PlaceView } from './model.ts';
import { flagOf, numberAt } from './values.ts';

/** One field of a place, slot by slot, for a chart. */
export function seriesOf({ samples }: PlaceView, field: string): Value[] {
  return samples.map(({ at, row }) => ({
    at,
    value: numberAt(row, field),
    flag: row === undefined ? 9 : flagOf(row, field),
  }));
}
