import * as v from 'valibot';
import { direction, InvalidBody, jsonObject, type Condition, type Measurement } from './measurement.ts';

const number = v.nullish(v.number());

const Body = v.looseObject({
  utc_offset_seconds: v.nullish(v.number()),
  current_units: v.record(v.string(), v.string()),
  current: v.looseObject({
    time: v.union([v.number(), v.string()]),
    interval: number,
    temperature_2m: number,
    relative_humidity_2m: number,
    apparent_temperature: number,
    rain: number,
    weather_code: number,
    cloud_cover: number,
    pressure_msl: number,
    surface_pressure: number,
    wind_speed_10m: number,
    wind_direction_10m: number,
    wind_gusts_10m: number,
    visibility: number,
    is_day: number,
  }),
  daily: v.nullish(
    v.looseObject({ sunrise: v.nullish(v.array(v.unknown())), sunset: v.nullish(v.array(v.unknown())) }),
  ),
});

const TEMPERATURE: Factors = { '°C': (value) => value, '°F': (value) => (value - 32) / 1.8 };
const SPEED: Factors = {
  'm/s': (value) => value,
  'km/h': (value) => value / 3.6,
  'mp/h': (value) => value * 0.44704,
  kn: (value) => (value * 1852) / 3600,
};
const PRESSURE: Factors = { hPa: (value) => value };
const LENGTH: Factors = { m: (value) => value, ft: (value) => value * 0.3048 };
const RAIN: Factors = { mm: (value) => value, inch: (value) => value * 25.4 };
type Factors = Readonly<Record<string, (value: number) => number>>;

/** Reads Open-Meteo's current conditions; an unknown unit is refused, for it would still look like weather. */
export function parseOpenMeteo(body: string): Measurement {
  const result = v.safeParse(Body, jsonObject(body));
  if (!result.success) {
    const all = result.issues.map((issue) => `${v.getDotPath(issue) ?? 'body'}: ${issue.message}`);
    throw new InvalidBody('INVALID_BODY', all.slice(0, 8).join('; '));
  }
  const { current, current_units: units, daily, utc_offset_seconds: offset } = result.output;
  const read = (
    name: keyof typeof current & string,
    value: number | null | undefined,
    factors: Factors,
  ): number | null => {
    if (value === null || value === undefined) return null;
    const convert = factors[units[name] ?? ''];
    if (convert === undefined) {
      throw new InvalidBody(
        'UNKNOWN_UNIT',
        `current_units.${name}: expected ${Object.keys(factors).join(' or ')}, got '${(units[name] ?? 'nothing').slice(0, 20)}'`,
      );
    }
    return convert(value);
  };
  const windSpeed = read('wind_speed_10m', current.wind_speed_10m, SPEED);
  const isHourly = current.interval === 3600;
  return {
    observedAt: instant(current.time, offset ?? 0),
    utcOffset: offset ?? null,
    country: null,
    // The middle of a grid cell, up to 0.1 degrees away: no check of what was asked.
    lat: null,
    lon: null,
    temp: read('temperature_2m', current.temperature_2m, TEMPERATURE),
    tempMin: null,
    tempMax: null,
    feelsLike: read('apparent_temperature', current.apparent_temperature, TEMPERATURE),
    humidity: current.relative_humidity_2m ?? null,
    pressure: read('pressure_msl', current.pressure_msl, PRESSURE),
    plainPressure: null,
    stationPressure: read('surface_pressure', current.surface_pressure, PRESSURE),
    windSpeed,
    windDeg: direction(current.wind_direction_10m ?? null, windSpeed),
    windGust: read('wind_gusts_10m', current.wind_gusts_10m, SPEED),
    visibility: read('visibility', current.visibility, LENGTH),
    cloudCover: current.cloud_cover ?? null,
    // It is the sum over the preceding interval, usually 15 minutes: no amount of an hour follows from that.
    rain1h: isHourly ? read('rain', current.rain, RAIN) : null,
    // Centimetres of snow, not of water.
    snow1h: null,
    conditions: conditionOf(current.weather_code),
    light: current.is_day === 1 ? 'd' : current.is_day === 0 ? 'n' : null,
    sunrise: unixOf(daily?.sunrise?.[0]),
    sunset: unixOf(daily?.sunset?.[0]),
  };
}

/** Unix time, or local time without an offset. */
function instant(time: number | string, offset: number): number {
  const unix = typeof time === 'number' ? time : Date.parse(`${time}Z`) / 1000 - offset;
  if (!Number.isInteger(unix) || unix < 0 || unix > 4_102_444_800)
    throw new InvalidBody('INVALID_BODY', `current.time: expected a time, got '${String(time).slice(0, 40)}'`);
  return unix;
}

function unixOf(value: unknown): number | null {
  return typeof value === 'number' && value > 0 ? value : null;
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
function conditionOf(code: number | null | undefined): Condition[] {
  if (code === null || code === undefined) return [];
  const found = GROUPS.find(([from]) => code >= from);
  return found === undefined ? [] : [{ code, group: found[1], text: found[2] }];
}
