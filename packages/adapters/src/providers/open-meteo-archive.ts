import type { WeatherProvider } from '@weatherline/runtime';
import { HISTORY_PROVIDERS } from './history.ts';
import { createHttpCaller } from './http-call.ts';
import { judge, refuseEmpty } from './judge.ts';
import type { OpenMeteoOptions } from './open-meteo.ts';
import { coordinates } from './openweather.ts';

/** What a record holds of it; no visibility, which the archive does not have. */
const HOURLY = [
  'temperature_2m',
  'relative_humidity_2m',
  'apparent_temperature',
  'rain',
  'weather_code',
  'cloud_cover',
  'pressure_msl',
  'surface_pressure',
  'wind_speed_10m',
  'wind_direction_10m',
  'wind_gusts_10m',
  'is_day',
].join(',');

/**
 * Open-Meteo's reanalysis of the past, by the hour: no key, SI units, unix times.
 *
 * The archive is asked for whole UTC days (its documentation has `start_hour` for forecasts only): an answer holds 24
 * hours, about 3 KB. Open-Meteo counts calls by caller over all that it offers: one budget with the present.
 */
export function createOpenMeteoArchive({
  url = 'https://archive-api.open-meteo.com',
  timeouts,
}: OpenMeteoOptions = {}): WeatherProvider & AsyncDisposable {
  const caller = createHttpCaller(timeouts);
  const { reach, price, callsPerMinute } = HISTORY_PROVIDERS['open-meteo-archive'];
  return {
    id: 'open-meteo-archive',
    history: true,
    callsPerMinute,
    budgetId: 'open-meteo',
    reach,
    price,
    async read(location, slot, signal) {
      const { lat, lon } = coordinates(location);
      const day = slot.toISOString().slice(0, 10);
      const address = new URL(`${url}/v1/archive`);
      address.search = new URLSearchParams({
        latitude: lat,
        longitude: lon,
        start_date: day,
        end_date: day,
        hourly: HOURLY,
        wind_speed_unit: 'ms',
        timeformat: 'unixtime',
        timezone: 'GMT',
      }).toString();
      const body = judge(await caller.get(address, signal));
      refuseEmpty(body, ['hourly', 'temperature_2m', slot.getUTCHours()]);
      return { units: 'metric', body };
    },
    [Symbol.asyncDispose]: async () => caller[Symbol.dispose](),
  };
}
