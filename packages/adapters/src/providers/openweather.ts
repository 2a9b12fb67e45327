import type { WeatherProvider } from '@weatherline/runtime';
import { createHttpCaller, type Timeouts } from './http-call.ts';
import { judge } from './judge.ts';
import { withKey } from './openweather-key.ts';

export type OpenWeatherOptions = {
  readonly url?: string;
  /** The key as it is now: asked at each call, so that a changed secret file is picked up. */
  readonly key: () => string;
  /** What the key's plan allows. */
  readonly callsPerMinute?: number;
  readonly timeouts?: Timeouts;
};

/** OpenWeather's Current Weather 2.5, by coordinates, in metric units. It knows only the present. */
export function createOpenWeather({
  url = 'https://api.openweathermap.org',
  key,
  callsPerMinute = 60,
  timeouts,
}: OpenWeatherOptions): WeatherProvider & AsyncDisposable {
  const caller = createHttpCaller(timeouts);
  const ask = async (place: { lat: number; lon: number }, secret: string, signal: AbortSignal): Promise<string> => {
    const address = new URL(`${url}/data/2.5/weather`);
    address.search = new URLSearchParams({ ...coordinates(place), units: 'metric', appid: secret }).toString();
    return judge(await caller.get(address, signal));
  };
  return {
    id: 'openweather',
    history: false,
    callsPerMinute,
    async read(location, _slot, signal) {
      return { units: 'metric', body: await withKey(key, async (secret) => ask(location, secret, signal)) };
    },
    [Symbol.asyncDispose]: async () => caller[Symbol.dispose](),
  };
}

/** OpenWeather works with four decimals, about 10 m. */
export function coordinates({ lat, lon }: { readonly lat: number; readonly lon: number }): {
  lat: string;
  lon: string;
} {
  return { lat: String(Number(lat.toFixed(4))), lon: String(Number(lon.toFixed(4))) };
}
