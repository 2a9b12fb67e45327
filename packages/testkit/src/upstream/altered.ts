import { objectOf } from './convert.ts';
import type { FaultKind } from './script.ts';

type Json = Record<string, unknown>;

/** A good answer made wrong, in the format that it has: current weather, one instant, or a day in hours. */
export function altered(body: Json, fault: FaultKind): Json {
  if (Array.isArray(body['data'])) {
    return { ...body, data: fault === 'malformed' ? 'none' : body['data'].map((one) => instant(objectOf(one), fault)) };
  }
  return 'hourly' in body ? archive(body, fault) : current(body, fault);
}

function current(body: Json, fault: FaultKind): Json {
  const wind = objectOf(body['wind']);
  const main = objectOf(body['main']);
  if (fault === 'stale-dt') return { ...body, dt: stale(body['dt']) };
  if (fault === 'gust-below-speed') return { ...body, wind: { ...wind, speed: 8, gust: 3.5 } };
  if (fault === 'swapped-units') return { ...body, main: { ...main, temp: kelvin(main['temp']) } };
  return { ...body, weather: [{ icon: '10d' }], main: 'none' };
}

function instant(body: Json, fault: FaultKind): Json {
  if (fault === 'stale-dt') return { ...body, dt: stale(body['dt']) };
  if (fault === 'gust-below-speed') return { ...body, wind_speed: 8, wind_gust: 3.5 };
  return { ...body, temp: kelvin(body['temp']) };
}

function archive(body: Json, fault: FaultKind): Json {
  const hourly = objectOf(body['hourly']);
  const column = (name: string, change: (value: unknown) => unknown): Json => ({
    ...body,
    hourly: { ...hourly, [name]: Array.isArray(hourly[name]) ? hourly[name].map(change) : [] },
  });
  if (fault === 'stale-dt') return column('time', stale);
  if (fault === 'swapped-units') return column('temperature_2m', kelvin);
  if (fault === 'gust-below-speed') return column('wind_gusts_10m', () => 0);
  return { ...body, hourly_units: 'none' };
}

function stale(dt: unknown): number {
  return Number(dt) - 3 * 86_400;
}

function kelvin(celsius: unknown): number {
  return Number(celsius ?? 0) + 273.15;
}
