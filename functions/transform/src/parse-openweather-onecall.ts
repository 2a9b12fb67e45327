import * as v from 'valibot';
import {
  bodyReader,
  celsius,
  direction,
  InvalidBody,
  metresPerSecond,
  type Measurement,
  type Units,
} from './measurement.ts';
import { conditionsOf, Dt, lightOf, Weather } from './openweather-format.ts';

const number = v.nullish(v.number());

/** One instant of One Call 3.0: the names of `/weather`, but flat, and `pressure` always that at sea level. */
const Instant = v.looseObject({
  dt: Dt,
  sunrise: number,
  sunset: number,
  temp: v.number(),
  feels_like: number,
  pressure: number,
  humidity: number,
  clouds: number,
  visibility: number,
  wind_speed: number,
  wind_deg: number,
  wind_gust: number,
  rain: v.nullish(v.looseObject({ '1h': number })),
  snow: v.nullish(v.looseObject({ '1h': number })),
  weather: Weather,
});

/** `/data/3.0/onecall/timemachine`. */
const Body = v.looseObject({
  lat: number,
  lon: number,
  timezone_offset: number,
  data: v.pipe(v.array(Instant), v.length(1)),
});

const bodyOf = bodyReader(Body);

/** Reads OpenWeather's answer about one past instant; throws an InvalidBody that names every violation. */
export function parseOneCall(body: string, units: Units): Measurement {
  const { lat = null, lon = null, timezone_offset: offset = null, data } = bodyOf(body);
  const [instant] = data;
  if (instant === undefined) throw new InvalidBody('INVALID_BODY', 'data: expected one instant, got none');
  const windSpeed = metresPerSecond(instant.wind_speed ?? null, units);
  return {
    observedAt: instant.dt,
    utcOffset: offset,
    country: null,
    lat,
    lon,
    temp: celsius(instant.temp, units),
    tempMin: null,
    tempMax: null,
    feelsLike: celsius(instant.feels_like ?? null, units),
    humidity: instant.humidity ?? null,
    pressure: instant.pressure ?? null,
    plainPressure: null,
    stationPressure: null,
    windSpeed,
    windDeg: direction(instant.wind_deg ?? null, windSpeed),
    windGust: metresPerSecond(instant.wind_gust ?? null, units),
    visibility: instant.visibility ?? null,
    cloudCover: instant.clouds ?? null,
    // Millimetres whatever the units.
    rain1h: instant.rain?.['1h'] ?? null,
    snow1h: instant.snow?.['1h'] ?? null,
    conditions: conditionsOf(instant.weather),
    light: lightOf(instant.weather),
    // 0 is what polar day and night look like on the wire.
    sunrise: instant.sunrise || null,
    sunset: instant.sunset || null,
  };
}
