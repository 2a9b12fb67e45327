import type { Location } from '@weatherline/events';
import { BODIES, bodyText } from './bodies.ts';
import { inUnits, movedTo, objectOf } from './convert.ts';
import { seriesBody } from './series.ts';

type Json = Record<string, unknown>;

/** The current weather of a recorded place as it would have been said at an instant, in metric units. */
export function metricAt({ id }: Location, at: Date): Json {
  const series = seriesBody(id, at);
  if (series !== undefined) return series;
  const recorded = BODIES.find(({ place }) => place.id === id);
  if (recorded === undefined) return {};
  return movedTo(inUnits(objectOf(JSON.parse(bodyText(recorded.file))), recorded.units, 'metric'), at);
}

/** The same in the form of One Call's timemachine: one instant, names that lie flat. What was not recorded is left out. */
export function oneCallBody(current: Json): Json {
  const [coord, main, wind, sys] = [current['coord'], current['main'], current['wind'], current['sys']].map(objectOf);
  const instant = {
    dt: current['dt'],
    sunrise: sys?.['sunrise'],
    sunset: sys?.['sunset'],
    temp: main?.['temp'],
    feels_like: main?.['feels_like'],
    pressure: main?.['sea_level'] ?? main?.['pressure'],
    humidity: main?.['humidity'],
    clouds: objectOf(current['clouds'])['all'],
    visibility: current['visibility'],
    wind_speed: wind?.['speed'],
    wind_deg: wind?.['deg'],
    wind_gust: wind?.['gust'],
    rain: current['rain'] ?? undefined,
    snow: current['snow'] ?? undefined,
    weather: current['weather'],
  };
  return { lat: coord?.['lat'], lon: coord?.['lon'], timezone_offset: current['timezone'] ?? 0, data: [instant] };
}

type Variable = { readonly unit: string; readonly of: (current: Json) => unknown };

const from = (group: string, name: string) => (current: Json) => objectOf(current[group])[name];

/** What the archive is asked for, as Open-Meteo names it. */
const VARIABLES: Readonly<Record<string, Variable>> = {
  temperature_2m: { unit: '°C', of: from('main', 'temp') },
  apparent_temperature: { unit: '°C', of: from('main', 'feels_like') },
  relative_humidity_2m: { unit: '%', of: from('main', 'humidity') },
  pressure_msl: { unit: 'hPa', of: (now) => from('main', 'sea_level')(now) ?? from('main', 'pressure')(now) },
  surface_pressure: { unit: 'hPa', of: from('main', 'grnd_level') },
  wind_speed_10m: { unit: 'm/s', of: from('wind', 'speed') },
  wind_gusts_10m: { unit: 'm/s', of: from('wind', 'gust') },
  wind_direction_10m: { unit: '°', of: from('wind', 'deg') },
  cloud_cover: { unit: '%', of: from('clouds', 'all') },
  rain: { unit: 'mm', of: from('rain', '1h') },
  weather_code: { unit: 'wmo code', of: weatherCode },
  is_day: { unit: '', of: (now) => (String(firstOf(now)['icon']).endsWith('d') ? 1 : 0) },
};

export function unknownVariable(names: readonly string[]): string | undefined {
  return names.find((name) => VARIABLES[name] === undefined);
}

export type Wanted = {
  readonly variables: readonly string[];
  /** Else km/h, as Open-Meteo does when nobody says otherwise. */
  readonly metresPerSecond: boolean;
  readonly unixTime: boolean;
};

/** A day in the form of Open-Meteo's archive, in GMT: for each variable a value an hour, null where there is none. */
export function archiveBody({ lat, lon }: Location, hours: readonly Json[], wanted: Wanted): Json {
  const isKilometres = (name: string): boolean => VARIABLES[name]?.unit === 'm/s' && !wanted.metresPerSecond;
  const column = (name: string): unknown[] =>
    hours.map((current) => {
      const value = VARIABLES[name]?.of(current);
      if (typeof value !== 'number') return null;
      return isKilometres(name) ? Math.round(value * 36) / 10 : value;
    });
  const time = hours.map(({ dt }) => (wanted.unixTime ? dt : new Date(Number(dt) * 1000).toISOString().slice(0, 16)));
  const units = wanted.variables.map((name) => [name, isKilometres(name) ? 'km/h' : VARIABLES[name]?.unit]);
  return {
    latitude: lat,
    longitude: lon,
    generationtime_ms: 0.2,
    utc_offset_seconds: 0,
    timezone: 'GMT',
    timezone_abbreviation: 'GMT',
    hourly_units: { time: wanted.unixTime ? 'unixtime' : 'iso8601', ...Object.fromEntries(units) },
    hourly: { time, ...Object.fromEntries(wanted.variables.map((name) => [name, column(name)])) },
  };
}

function firstOf(current: Json): Json {
  return objectOf(Array.isArray(current['weather']) ? current['weather'][0] : undefined);
}

/** OpenWeather's code as one of WMO 4677, as near as that goes: [from, code], greatest first. */
const CODES = [
  [803, 3],
  [801, 2],
  [800, 0],
  [700, 45],
  [600, 71],
  [500, 61],
  [300, 51],
  [200, 95],
] as const;

function weatherCode(current: Json): number | undefined {
  const id = Number(firstOf(current)['id']);
  return CODES.find(([lowest]) => id >= lowest)?.[1];
}
