import { createRecorded, openConfiguredHistory, openConfiguredProvider } from '@weatherline/adapters/providers';
import type { Environment, WeatherProvider } from '@weatherline/runtime';
import { createRecordedUpstream } from '@weatherline/testkit/upstream';
import type { Config } from './config.ts';

/** The provider that the configuration names; the recorded one answers inside this process, without a port. */
export function openProvider(config: Config, env: Environment): WeatherProvider & AsyncDisposable {
  if (config.provider !== 'recorded') return openConfiguredProvider(config, env);
  return createRecorded({ answer: createRecordedUpstream({ recordedDt: config.recordedDt }).answer });
}

/** Who is asked about slots that have ended; the recorded provider needs nobody for that. */
export function openHistory(config: Config, env: Environment): (WeatherProvider & AsyncDisposable) | undefined {
  return config.provider === 'recorded' ? undefined : openConfiguredHistory(config, env);
}
