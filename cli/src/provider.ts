import { createRecorded, openConfiguredProvider } from '@weatherline/adapters/providers';
import type { Environment, WeatherProvider } from '@weatherline/runtime';
import { createRecordedUpstream } from '@weatherline/testkit/upstream';
import type { Config } from './config.ts';

/** The provider that the configuration names; the recorded one answers inside this process, without a port. */
export function openProvider(config: Config, env: Environment): WeatherProvider & AsyncDisposable {
  if (config.provider !== 'recorded') return openConfiguredProvider(config, env);
  return createRecorded({ answer: createRecordedUpstream({ recordedDt: config.recordedDt }).answer });
}
