import * as v from 'valibot';
import { bodyReader, celsius, direction, metresPerSecond, type Measurement, type Units } from './measurement.ts';
import { conditionsOf, Dt, lightOf, Weather } from './openweather-format.ts';

const number = v.nullish(v.number());

/** `/data/2.5/weather`: what is read of it, each member as it has been seen since 2013; others are let through. */
const Body = v.looseObject({
  coord: v.nullish(v.looseObject({ lat: number, lon: number })),
  weather: Weather,
  main: v.looseObject({
    temp: number,
    temp_min: number,
    temp_max: number,
    feels_like: number,
    pressure: number,
    sea_level: number,
    grnd_level: number,
    humidity: number,
  }),
  visibility: number,
  wind: v.nullish(v.looseObject({ speed: number, deg: number, gust: number })),
  clouds: v.nullish(v.looseObject({ all: number })),
  rain: v.nullish(v.looseObject({ '1h': number })),
  snow: v.nullish(v.looseObject({ '1h': number })),
  dt: Dt,
  sys: v.nullish(v.looseObject({ country: v.nullish(v.string()), sunrise: number, sunset: number })),
  timezone: number,
});

const bodyOf = bodyReader(Body);

/** Reads OpenWeather's current weather; throws an InvalidBody that names every violation. */
export function parseOpenWeather(text: string, units: Units): Measurement {
  const body = bodyOf(text);
  const { main, wind, sys, coord, weather } = body;
  const windSpeed = metresPerSecond(wind?.speed ?? null, units);
  return {
    observedAt: body.dt,
    utcOffset: body.timezone ?? null,
    country: sys?.country ?? null,
    lat: coord?.lat ?? null,
    lon: coord?.lon ?? null,
    temp: celsius(main.temp ?? null, units),
    tempMin: celsius(main.temp_min ?? null, units),
    tempMax: celsius(main.temp_max ?? null, units),
    feelsLike: celsius(main.feels_like ?? null, units),
    humidity: main.humidity ?? null,
    pressure: main.sea_level ?? main.pressure ?? null,
    plainPressure: main.sea_level === undefined || main.sea_level === null ? null : (main.pressure ?? null),
    stationPressure: main.grnd_level ?? null,
    windSpeed,
    windDeg: direction(wind?.deg ?? null, windSpeed),
    windGust: metresPerSecond(wind?.gust ?? null, units),
    visibility: body.visibility ?? null,
    cloudCover: body.clouds?.all ?? null,
    rain1h: body.rain?.['1h'] ?? null,
    snow1h: body.snow?.['1h'] ?? null,
    conditions: conditionsOf(weather),
    light: lightOf(weather),
    // 0 is what polar day and night look like on the wire.
    sunrise: sys?.sunrise || null,
    sunset: sys?.sunset || null,
  };
}
