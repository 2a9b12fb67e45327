import type { PlaceView } from './model.ts';
import { flagOf, numberAt } from './values.ts';

/** What a place had at one slot of the schedule; null where there is no product, or no value in it. */
export type Value = { readonly at: Date; readonly value: number | null; readonly flag: number };

const [FAILED, MISSING] = [4, 9];
/** The worst first. */
const SEVERITY = [FAILED, 3, 1, 2];

/**
 * What each derived value is computed from. Only what was measured is checked, so that a derived value is as doubtful
 * as the worst of these; the formulas are in functions/transform/src/derive, which the gateway may not import.
 */
export const DERIVED_FROM: Readonly<Record<string, readonly string[]>> = {
  dew_point: ['temp', 'humidity'],
  heat_index: ['temp', 'humidity'],
  wind_chill: ['temp', 'wind_speed'],
  apparent_temp: ['temp', 'humidity', 'wind_speed'],
  humidex: ['temp', 'humidity'],
  wet_bulb: ['temp', 'humidity'],
  absolute_humidity: ['temp', 'humidity'],
  vapour_pressure_deficit: ['temp', 'humidity'],
  air_density: ['temp', 'humidity', 'station_pressure'],
  beaufort: ['wind_speed'],
  wind_sector: ['wind_deg'],
};

/** One field of a place over every slot: all that is drawn of it, in either form, is drawn from these. */
export function pointsOf({ samples }: Pick<PlaceView, 'samples'>, field: string): Value[] {
  return samples.map(({ at, row }) => {
    const value = numberAt(row, field);
    return { at, value, flag: value === null ? MISSING : worstFlag(row, field) };
  });
}

/** The flag of a field; of a derived one, the worst flag of what it was computed from. */
function worstFlag(row: Parameters<typeof flagOf>[0], field: string): number {
  const inputs = field.startsWith('derived.') ? DERIVED_FROM[field.slice('derived.'.length)] : undefined;
  const flags = new Set([...(inputs ?? []), field].map((name) => flagOf(row, name)));
  return SEVERITY.find((flag) => flags.has(flag)) ?? flagOf(row, field);
}

/** What was measured and may be true: a failed value is shown, but neither joined by a line nor part of the scale. */
export function soundNumbers(values: readonly Value[]): number[] {
  return values.flatMap(({ value, flag }) => (value === null || flag === FAILED ? [] : [value]));
}

/** The value that a line or a bar may be drawn through. */
export function drawable({ value, flag }: Value): number | null {
  return flag === FAILED ? null : value;
}
