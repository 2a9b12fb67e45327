import { createOpenMeteo, createOpenWeather, createRecorded } from '@weatherline/adapters/providers';
import { ConfigurationError, type Environment, type WeatherProvider } from '@weatherline/runtime';
import { createRecordedUpstream } from '@weatherline/testkit/upstream';
import { readFileSync } from 'node:fs';
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
  return createOpenWeather({ url: openweatherUrl, key: keyReader(config.openweatherKey, env), callsPerMinute });
}

/** The key as it is now: a file that has changed is picked up, one that is gone for a moment does no harm. */
function keyReader(atStart: string, env: Environment): () => string {
  const file = env['OPENWEATHER_API_KEY_FILE'];
  if (file === undefined) return () => atStart;
  let last = atStart;
  return () => {
    try {
      last = readFileSync(file, 'utf8').trim() || last;
    } catch {
      // A secret that is being replaced: the last one stays good until the file is back.
    }
    return last;
  };
}
