import { InvalidBody, type Condition } from './measurement.ts';

/** How to bring a value into the unit of the record, by the name that Open-Meteo gives its unit. */
export type Factors = Readonly<Record<string, (value: number) => number>>;

export const TEMPERATURE: Factors = { '°C': (value) => value, '°F': (value) => (value - 32) / 1.8 };
export const SPEED: Factors = {
  'm/s': (value) => value,
  'km/h': (value) => value / 3.6,
  'mp/h': (value) => value * 0.44704,
  kn: (value) => (value * 1852) / 3600,
};
export const PRESSURE: Factors = { hPa: (value) => value };
export const LENGTH: Factors = { m: (value) => value, ft: (value) => value * 0.3048 };
export const RAIN: Factors = { mm: (value) => value, inch: (value) => value * 25.4 };
export const PERCENT: Factors = { '%': (value) => value };
export const DEGREES: Factors = { '°': (value) => value };

/** A value in the unit of the record; one in an unknown unit is refused, for it would still look like weather. */
export function inUnit(
  name: string,
  value: number | null | undefined,
  unit: string | undefined,
  factors: Factors,
): number | null {
  if (value === null || value === undefined) return null;
  const convert = factors[unit ?? ''];
  if (convert === undefined) {
    const expected = Object.keys(factors).join(' or ');
    throw new InvalidBody('UNKNOWN_UNIT', `${name}: expected ${expected}, got '${(unit ?? 'nothing').slice(0, 20)}'`);
  }
  return convert(value);
}

/** Unix seconds of a time that is a unix time, or local time without an offset. */
export function unixTime(name: string, time: number | string, offset: number): number {
  const unix = typeof time === 'number' ? time : Date.parse(`${time}Z`) / 1000 - offset;
  if (!Number.isInteger(unix) || unix < 0 || unix > 4_102_444_800)
    throw new InvalidBody('INVALID_BODY', `${name}: expected a time, got '${String(time).slice(0, 40)}'`);
  return unix;
}

const GROUPS: readonly (readonly [from: number, group: string, text: string])[] = [
  [95, 'Thunderstorm', 'thunderstorm'],
  [85, 'Snow', 'snow showers'],
  [80, 'Rain', 'rain showers'],
  [70, 'Snow', 'snow'],
  [66, 'Rain', 'freezing rain'],
  [60, 'Rain', 'rain'],
  [50, 'Drizzle', 'drizzle'],
  [45, 'Fog', 'fog'],
  [3, 'Clouds', 'overcast'],
  [1, 'Clouds', 'partly cloudy'],
  [0, 'Clear', 'clear sky'],
];

/** WMO 4677, as far as Open-Meteo uses it. */
export function conditionOf(code: number | null | undefined): Condition[] {
  if (code === null || code === undefined) return [];
  const found = GROUPS.find(([from]) => code >= from);
  return found === undefined ? [] : [{ code, group: found[1], text: found[2] }];
}
