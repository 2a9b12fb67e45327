import { readFileSync } from 'node:fs';
import type { Location } from '@weatherline/events';
import { sunTimes } from './sun.ts';

type Day = { precipitation: number; max: number; min: number; wind: number; weather: string };
type SeriesPlace = { readonly place: Location; readonly column: string };

/** Places with four years of daily observations, from which an hour can be reconstructed. */
const PLACES: readonly SeriesPlace[] = [
  { column: 'New York', place: { id: 'new-york', name: 'New York', lat: 40.73, lon: -73.99, country: 'US' } },
  { column: 'Seattle', place: { id: 'seattle', name: 'Seattle', lat: 47.61, lon: -122.33, country: 'US' } },
];

export function seriesPlaces(): readonly Location[] {
  return PLACES.map(({ place }) => place);
}

let days: Map<string, Day> | undefined;

function dayOf(column: string, date: string): Day | undefined {
  days ??= readDays();
  return days.get(`${column} ${date}`);
}

function readDays(): Map<string, Day> {
  const text = readFileSync(new URL('../../data/series/daily-2012-2015.csv', import.meta.url), 'utf8');
  const read = new Map<string, Day>();
  for (const line of text.split('\n').slice(1)) {
    const [column, date, precipitation, max, min, wind, weather = ''] = line.split(',');
    if (date === undefined) continue;
    const day = {
      precipitation: Number(precipitation),
      max: Number(max),
      min: Number(min),
      wind: Number(wind),
      weather,
    };
    read.set(`${column} ${date}`, day);
  }
  return read;
}

const CONDITIONS: Readonly<Record<string, readonly [id: number, main: string, description: string, clouds: number]>> = {
  sun: [800, 'Clear', 'clear sky', 0],
  fog: [741, 'Fog', 'fog', 75],
  drizzle: [300, 'Drizzle', 'light intensity drizzle', 90],
  rain: [500, 'Rain', 'light rain', 100],
  snow: [600, 'Snow', 'light snow', 100],
};

/**
 * The answer that OpenWeather would have given, reconstructed from the daily observations of the same calendar day in
 * 2012 to 2015 (year modulo 4). Metric units. Undefined for a place without a series.
 *
 * Temperature: a cosine through the lowest value at sunrise and the highest at 15 h solar time. Dew point: the day's
 * lowest temperature (FAO-56, chapter 3), from which the humidity follows (Magnus). Precipitation: spread evenly over
 * the day. What the observations do not have (pressure, gusts, visibility, direction) is left out, not made up.
 */
export function seriesBody(id: string, at: Date): Record<string, unknown> | undefined {
  const found = PLACES.find(({ place }) => place.id === id);
  if (found === undefined) return undefined;
  const { place, column } = found;
  const day = dayOf(column, recordedDate(at, place.lon));
  const sun = sunTimes(place.lat, place.lon, at);
  if (day === undefined || sun === undefined) return undefined;
  const dt = Math.floor(at.getTime() / 1000);
  const temp = temperature(day, sun.rise, dt, place.lon);
  const [code, main, description, clouds] = CONDITIONS[day.weather] ?? [801, 'Clouds', 'few clouds', 20];
  const hourly = Math.round((day.precipitation / 24) * 100) / 100;
  const night = dt < sun.rise || dt >= sun.set;
  return {
    coord: { lon: place.lon, lat: place.lat },
    weather: [{ id: code, main, description, icon: night ? '01n' : '01d' }],
    base: 'reconstruction',
    main: { temp, humidity: humidity(temp, Math.min(day.min, temp)) },
    wind: { speed: day.wind },
    clouds: { all: clouds },
    ...(hourly > 0 ? { [day.weather === 'snow' ? 'snow' : 'rain']: { '1h': hourly } } : {}),
    dt,
    sys: { country: place.country, sunrise: sun.rise, sunset: sun.set },
    timezone: Math.round(place.lon / 15) * 3600,
    id: 0,
    name: place.name,
    cod: 200,
  };
}

/** The local calendar day in the recorded year that has the same place in the leap cycle. */
function recordedDate(at: Date, lon: number): string {
  const local = new Date(at.getTime() + (lon / 15) * 3_600_000);
  const year = 2012 + (local.getUTCFullYear() % 4);
  return `${year}${local.toISOString().slice(4, 10)}`;
}

function temperature({ min, max }: Day, rise: number, dt: number, lon: number): number {
  const solarHour = (seconds: number): number => (((seconds / 3600 + lon / 15) % 24) + 24) % 24;
  const low = solarHour(rise);
  const high = 15;
  const hour = solarHour(dt);
  const mean = (min + max) / 2;
  const half = (max - min) / 2;
  const rising = hour >= low && hour <= high;
  const sinceHigh = (hour - high + 24) % 24;
  const phase = rising ? (hour - high) / (high - low) : sinceHigh / (24 - high + low);
  return Math.round((mean + half * Math.cos(Math.PI * phase)) * 100) / 100;
}

/** Relative humidity in % from temperature and dew point in °C (Magnus, WMO-No. 8). */
function humidity(temp: number, dewPoint: number): number {
  return Math.round((100 * vapour(dewPoint)) / vapour(temp));
}

function vapour(celsius: number): number {
  return Math.exp((17.62 * celsius) / (243.12 + celsius));
}
