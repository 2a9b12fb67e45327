import type { WeatherProvider } from '@weatherline/runtime';
import { createHttpCaller, type Timeouts } from './http-call.ts';
import { judge } from './judge.ts';
import { coordinates } from './openweather.ts';

const CURRENT = [
  'temperature_2m',
  'relative_humidity_2m',
  'apparent_temperature',
  'precipitation',
  'rain',
  'snowfall',
  'weather_code',
  'cloud_cover',
  'pressure_msl',
  'surface_pressure',
  'wind_speed_10m',
  'wind_direction_10m',
  'wind_gusts_10m',
  'visibility',
  'is_day',
].join(',');

export type OpenMeteoOptions = { readonly url?: string; readonly timeouts?: Timeouts };

/** Open-Meteo's current conditions: no key, SI units, unix times. 600 calls a minute are free. */
export function createOpenMeteo({
  url = 'https://api.open-meteo.com',
  timeouts,
}: OpenMeteoOptions = {}): WeatherProvider & AsyncDisposable {
  const caller = createHttpCaller(timeouts);
  return {
    id: 'open-meteo',
    history: false,
    callsPerMinute: 600,
    async read(location, _slot, signal) {
      const { lat, lon } = coordinates(location);
      const address = new URL(`${url}/v1/forecast`);
      address.search = new URLSearchParams({
        latitude: lat,
        longitude: lon,
        current: CURRENT,
        daily: 'sunrise,sunset',
        forecast_days: '1',
        wind_speed_unit: 'ms',
        timeformat: 'unixtime',
        timezone: 'auto',
      }).toString();
      return { units: 'metric', body: judge(await caller.get(address, signal)) };
    },
    [Symbol.asyncDispose]: async () => caller[Symbol.dispose](),
  };
}
