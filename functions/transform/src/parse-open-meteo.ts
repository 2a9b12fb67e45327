import * as v from 'valibot';
import { bodyReader, direction, type Measurement } from './measurement.ts';
import {
  conditionOf,
  inUnit,
  LENGTH,
  PRESSURE,
  RAIN,
  SPEED,
  TEMPERATURE,
  unixTime,
  type Factors,
} from './open-meteo-format.ts';

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

const bodyOf = bodyReader(Body);

/** Reads Open-Meteo's current conditions; an unknown unit is refused, for it would still look like weather. */
export function parseOpenMeteo(body: string): Measurement {
  const { current, current_units: units, daily, utc_offset_seconds: offset } = bodyOf(body);
  const read = (
    name: keyof typeof current & string,
    value: number | null | undefined,
    factors: Factors,
  ): number | null => inUnit(`current_units.${name}`, value, units[name], factors);
  const windSpeed = read('wind_speed_10m', current.wind_speed_10m, SPEED);
  const isHourly = current.interval === 3600;
  return {
    observedAt: unixTime('current.time', current.time, offset ?? 0),
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

function unixOf(value: unknown): number | null {
  return typeof value === 'number' && value > 0 ? value : null;
}
