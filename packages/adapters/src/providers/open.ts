import {
  COMMON,
  ConfigurationError,
  secretReader,
  type Environment,
  type Values,
  type WeatherProvider,
} from '@weatherline/runtime';
import { createOpenMeteo } from './open-meteo.ts';
import { createOpenWeather } from './openweather.ts';

/** What a process that asks providers reads. */
export const PROVIDER_SETTINGS = {
  provider: COMMON.provider,
  openweatherKey: COMMON.openweatherKey,
  openweatherUrl: COMMON.openweatherUrl,
  openMeteoUrl: COMMON.openMeteoUrl,
  callsPerMinute: COMMON.callsPerMinute,
} as const;

export type ProviderConfig = Values<typeof PROVIDER_SETTINGS>;

/** The provider that the settings name and that is asked over the network. */
export function openConfiguredProvider(config: ProviderConfig, env: Environment): WeatherProvider & AsyncDisposable {
  const { openweatherKey, openweatherUrl, openMeteoUrl, callsPerMinute } = config;
  const name = config.provider ?? (openweatherKey === undefined ? 'recorded' : 'openweather');
  if (name === 'open-meteo') return createOpenMeteo({ url: openMeteoUrl });
  if (name === 'recorded') {
    throw new ConfigurationError(
      'WEATHERLINE_PROVIDER: expected openweather or open-meteo, or OPENWEATHER_API_KEY_FILE; the recorded upstream is ' +
        "part of 'weatherline up', and a server of its own for others: 'npm run upstream', WEATHERLINE_OPENWEATHER_URL",
    );
  }
  if (openweatherKey === undefined) {
    throw new ConfigurationError(
      'WEATHERLINE_PROVIDER is openweather, but there is no key: set OPENWEATHER_API_KEY_FILE to a file that holds one',
    );
  }
  const key = secretReader('OPENWEATHER_API_KEY', openweatherKey, env);
  return createOpenWeather({ url: openweatherUrl, key, callsPerMinute });
}
