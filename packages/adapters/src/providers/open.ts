import {
  COMMON,
  ConfigurationError,
  secretReader,
  type Environment,
  type Values,
  type WeatherProvider,
} from '@weatherline/runtime';
import { historyName } from './history.ts';
import { createOpenMeteoArchive } from './open-meteo-archive.ts';
import { createOpenMeteo } from './open-meteo.ts';
import { createOneCall } from './openweather-onecall.ts';
import { createOpenWeather } from './openweather.ts';

/** What a process that asks providers reads. */
export const PROVIDER_SETTINGS = {
  provider: COMMON.provider,
  history: COMMON.history,
  openweatherKey: COMMON.openweatherKey,
  openweatherUrl: COMMON.openweatherUrl,
  openMeteoUrl: COMMON.openMeteoUrl,
  openMeteoArchiveUrl: COMMON.openMeteoArchiveUrl,
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
  const key = keyOf('WEATHERLINE_PROVIDER is openweather', config, env);
  return createOpenWeather({ url: openweatherUrl, key, callsPerMinute });
}

/** The provider that is asked about slots that have ended, or undefined when the settings name none. */
export function openConfiguredHistory(
  config: ProviderConfig,
  env: Environment,
): (WeatherProvider & AsyncDisposable) | undefined {
  const { openweatherUrl: url, openMeteoArchiveUrl, callsPerMinute } = config;
  switch (historyName(config)) {
    case 'none':
      return undefined;
    case 'open-meteo-archive':
      return createOpenMeteoArchive({ url: openMeteoArchiveUrl });
    case 'openweather-onecall': {
      const key = keyOf('WEATHERLINE_HISTORY is openweather-onecall', config, env);
      return createOneCall({ url, key, callsPerMinute });
    }
  }
}

/** The key as it is at each call. */
function keyOf(why: string, { openweatherKey }: ProviderConfig, env: Environment): () => string {
  if (openweatherKey === undefined) {
    throw new ConfigurationError(`${why}, but there is no key: set OPENWEATHER_API_KEY_FILE to a file that holds one`);
  }
  return secretReader('OPENWEATHER_API_KEY', openweatherKey, env);
}
