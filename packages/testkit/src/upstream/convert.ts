import type { Units } from './bodies.ts';

type Json = Record<string, unknown>;

/** Restates a body in other units; a body in the units it was recorded in is never touched. */
export function inUnits(body: Json, from: Units, to: Units): Json {
  if (from === to) return body;
  const main = changed(objectOf(body['main']), ['temp', 'feels_like', 'temp_min', 'temp_max'], (value) =>
    fromKelvin(toKelvin(value, from), to),
  );
  const wind = changed(objectOf(body['wind']), ['speed', 'gust'], (value) => fromMetres(toMetres(value, from), to));
  return { ...body, main, wind };
}

export function objectOf(value: unknown): Json {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}

function changed(object: Json, names: readonly string[], change: (value: number) => number): Json {
  return Object.fromEntries(
    Object.entries(object).map(([name, value]) =>
      names.includes(name) && typeof value === 'number' ? [name, Math.round(change(value) * 100) / 100] : [name, value],
    ),
  );
}

function toKelvin(value: number, units: Units): number {
  if (units === 'metric') return value + 273.15;
  return units === 'imperial' ? (value - 32) / 1.8 + 273.15 : value;
}

function fromKelvin(value: number, units: Units): number {
  if (units === 'metric') return value - 273.15;
  return units === 'imperial' ? (value - 273.15) * 1.8 + 32 : value;
}

/** OpenWeather gives m/s in metric and in standard units, miles an hour in imperial ones. */
function toMetres(value: number, units: Units): number {
  return units === 'imperial' ? value * 0.44704 : value;
}

function fromMetres(value: number, units: Units): number {
  return units === 'imperial' ? value / 0.44704 : value;
}

/** Moves the instant of the answer to the slot, and with it the sun by the same number of seconds. */
export function movedTo(body: Json, slot: Date): Json {
  const by = Math.floor(slot.getTime() / 1000) - Number(body['dt']);
  const sys = objectOf(body['sys']);
  const days = Math.round(by / 86_400) * 86_400;
  // 0 means polar day or night and stays; the sun keeps its time of day.
  const moved = (at: unknown): unknown => (typeof at === 'number' && at !== 0 ? at + days : at);
  const sun = { sunrise: moved(sys['sunrise']), sunset: moved(sys['sunset']) };
  return { ...body, dt: Number(body['dt']) + by, sys: { ...sys, ...sun } };
}
