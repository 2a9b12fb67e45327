import { createOpenMeteo, createOpenWeather, createRecorded } from '@weatherline/adapters/providers';
import { ConfigurationError, secretReader, type Environment, type WeatherProvider } from '@weatherline/runtime';
import { createRecordedUpstream } from '@weatherline/testkit/upstream';
import type { Config } from './config.ts';

/** The provider that the configuration names; the recorded one answers inside this process, without a port. */
export function openProvider(config: Config, env: Environment): WeatherProvider & AsyncDisposable {
  if (config.provider === 'recorded') {
    return createRecorded({ answer: createRecordedUpstream({ recordedDt: config.recordedDt }).answer });
  }
  if (config.provider === 'open-meteo') return createOpenMeteo({ url: config.openMeteoUrl });
  if (config.openweatherKey === undefined) {
    throw new ConfigurationError(
      'WEATHERLINE_PROVIDER is openweather, but there is no key: set OPENWEATHER_API_KEY_FILE to a file that holds one',
    );
  }
  const { callsPerMinute, openweatherUrl } = config;
  return createOpenWeather({
    url: openweatherUrl,
    key: secretReader('OPENWEATHER_API_KEY', config.openweatherKey, env),
    callsPerMinute,
  });
}
