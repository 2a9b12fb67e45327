import * as v from 'valibot';
import { flag, list, type Parameter } from '../contract/parameter.ts';
import type { Line, Row } from '../store/record-lines.ts';

export const location = list(
  'Location ids, joined by commas',
  /^[a-z0-9][a-z0-9-]{0,62}$/,
  'a location id such as luxembourg (lower case, digits, hyphens)',
  1_000,
);

export type Box = readonly [west: number, south: number, east: number, north: number];

const MUST = 'must be west,south,east,north in degrees, such as 5.7,49.4,6.6,50.2';

/** As in GeoJSON and the OGC APIs; a west that is greater than the east lies across the 180th meridian. */
export const bbox: Parameter<Box> = {
  description: 'Only places within west,south,east,north (degrees)',
  schema: v.pipe(
    v.strictTuple(
      [180, 90, 180, 90].map((most) => v.pipe(v.number(MUST), v.minValue(-most, MUST), v.maxValue(most, MUST))),
      MUST,
    ),
    v.rawTransform(({ dataset, addIssue, NEVER }): Box => {
      const [west = 0, south = 0, east = 0, north = 0] = dataset.value;
      if (south <= north) return [west, south, east, north];
      addIssue({ message: MUST });
      return NEVER;
    }),
  ),
  decode: (text) => text.split(',').map((part) => (/^-?\d{1,3}(\.\d{1,10})?$/.test(part) ? Number(part) : part)),
  example: '5.7,49.4,6.6,50.2',
};

export const excel = flag('CSV only: put an apostrophe before text that a spreadsheet would run as a formula');

export function isWithin([west, south, east, north]: Box, { lat, lon }: Row): boolean {
  if (typeof lat !== 'number' || typeof lon !== 'number' || lat < south || lat > north) return false;
  return west <= east ? lon >= west && lon <= east : lon >= west || lon <= east;
}

export type Filters = {
  readonly location?: readonly string[] | undefined;
  readonly bbox?: Box | undefined;
};

/** Only the lines that are asked for; a line is read as an object only when it must be. */
export function filterLines(lines: readonly Line[], { location: places, bbox: box }: Filters): readonly Line[] {
  const wanted = places === undefined ? undefined : new Set(places);
  if (wanted === undefined && box === undefined) return lines;
  return lines.filter(
    (line) => (wanted?.has(line.locationId) ?? true) && (box === undefined || isWithin(box, line.record)),
  );
}
