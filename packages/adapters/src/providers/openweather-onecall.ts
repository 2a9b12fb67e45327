import type { WeatherProvider } from '@weatherline/runtime';
import { HISTORY_PROVIDERS } from './history.ts';
import { createHttpCaller } from './http-call.ts';
import { judge, refuseEmpty } from './judge.ts';
import { withKey } from './openweather-key.ts';
import { coordinates, type OpenWeatherOptions } from './openweather.ts';

/**
 * OpenWeather's One Call 3.0 for one past instant ("timemachine"), by coordinates, in metric units.
 *
 * It is a product with a subscription of its own on the key of {@link createOpenWeather}, whose budget it shares.
 */
export function createOneCall({
  url = 'https://api.openweathermap.org',
  key,
  callsPerMinute = 60,
  timeouts,
}: OpenWeatherOptions): WeatherProvider & AsyncDisposable {
  const caller = createHttpCaller(timeouts);
  const { reach, price } = HISTORY_PROVIDERS['openweather-onecall'];
  return {
    id: 'openweather-onecall',
    history: true,
    callsPerMinute,
    budgetId: 'openweather',
    reach,
    price,
    async read(location, slot, signal) {
      const dt = String(Math.floor(slot.getTime() / 1000));
      const body = await withKey(key, async (appid) => {
        const address = new URL(`${url}/data/3.0/onecall/timemachine`);
        address.search = new URLSearchParams({ ...coordinates(location), dt, units: 'metric', appid }).toString();
        return judge(await caller.get(address, signal));
      });
      refuseEmpty(body, ['data', 0, 'temp']);
      return { units: 'metric', body };
    },
    [Symbol.asyncDispose]: async () => caller[Symbol.dispose](),
  };
}
