import * as v from 'valibot';
import { bodyReader, direction, InvalidBody, type Measurement } from './measurement.ts';
import {
  conditionOf,
  DEGREES,
  inUnit,
  PERCENT,
  PRESSURE,
  RAIN,
  SPEED,
  TEMPERATURE,
  unixTime,
  type Factors,
} from './open-meteo-format.ts';

const HOUR = 3600;

const column = v.nullish(v.array(v.nullable(v.number())));

const Body = v.looseObject({
  utc_offset_seconds: v.nullish(v.number()),
  hourly_units: v.record(v.string(), v.string()),
  hourly: v.looseObject({
    time: v.array(v.union([v.number(), v.string()])),
    temperature_2m: v.array(v.nullable(v.number())),
    relative_humidity_2m: column,
    apparent_temperature: column,
    rain: column,
    weather_code: column,
    cloud_cover: column,
    pressure_msl: column,
    surface_pressure: column,
    wind_speed_10m: column,
    wind_direction_10m: column,
    wind_gusts_10m: column,
    is_day: column,
  }),
});
type Body = v.InferOutput<typeof Body>;
type Name = 'temperature_2m' | Exclude<keyof typeof Body.entries.hourly.entries, 'time'>;

const bodyOf = bodyReader(Body);

/** Reads the hour at or before the slot (unix seconds) from Open-Meteo's archive; an unknown unit is refused. */
export function parseOpenMeteoArchive(body: string, slot: number): Measurement {
  const answer = bodyOf(body);
  const { hourly, hourly_units: units } = answer;
  const { row, observedAt } = hourOf(answer, slot);
  const at = (name: Name): number | null => hourly[name]?.[row] ?? null;
  const read = (name: Name, factors: Factors): number | null =>
    inUnit(`hourly_units.${name}`, at(name), units[name], factors);
  const windSpeed = read('wind_speed_10m', SPEED);
  const isDay = at('is_day');
  return {
    ...UNSAID,
    observedAt,
    temp: read('temperature_2m', TEMPERATURE),
    feelsLike: read('apparent_temperature', TEMPERATURE),
    humidity: read('relative_humidity_2m', PERCENT),
    pressure: read('pressure_msl', PRESSURE),
    stationPressure: read('surface_pressure', PRESSURE),
    windSpeed,
    windDeg: direction(read('wind_direction_10m', DEGREES), windSpeed),
    windGust: read('wind_gusts_10m', SPEED),
    cloudCover: read('cloud_cover', PERCENT),
    // The sum of the preceding hour.
    rain1h: read('rain', RAIN),
    conditions: conditionOf(at('weather_code')),
    light: isDay === 1 ? 'd' : isDay === 0 ? 'n' : null,
  };
}

const UNSAID = {
  // It is asked in GMT, so the offset that it gives is not the place's.
  utcOffset: null,
  country: null,
  // The middle of a grid cell: no check of what was asked.
  lat: null,
  lon: null,
  tempMin: null,
  tempMax: null,
  plainPressure: null,
  visibility: null,
  // The archive has centimetres of snow, not of water.
  snow1h: null,
  // It knows those of a UTC day, which need not be one day at the place.
  sunrise: null,
  sunset: null,
} as const;

/** The row of the slot's hour; a slot off the hour has the hour that has begun. */
function hourOf({ hourly, utc_offset_seconds: offset }: Body, slot: number): { row: number; observedAt: number } {
  const times = hourly.time.map((time) => unixTime('hourly.time', time, offset ?? 0));
  const row = times.findIndex((time) => time <= slot && slot < time + HOUR);
  const observedAt = times[row];
  if (observedAt === undefined) {
    const wanted = new Date(slot * 1000).toISOString();
    throw new InvalidBody('INVALID_BODY', `hourly.time: expected the hour of ${wanted} among ${times.length}`);
  }
  if (typeof hourly.temperature_2m[row] !== 'number') {
    throw new InvalidBody('INVALID_BODY', `hourly.temperature_2m: expected a number in row ${row}`);
  }
  return { row, observedAt };
}
