import { openConfiguredHistory, openConfiguredProvider, PROVIDER_SETTINGS } from '@weatherline/adapters/providers';
import { openConfiguredS3 } from '@weatherline/adapters/s3/deferred';
import { DEPLOYABLE_VARIABLES, KAFKA_SETTINGS, S3_SETTINGS } from '@weatherline/adapters/settings';
import { secretReader, serveFunction } from '@weatherline/runtime';
import manifest from './package.json' with { type: 'json' };
import { createFetch } from './src/fetch.ts';

await serveFunction(
  {
    name: 'fetch',
    version: manifest.version,
    settings: { ...KAFKA_SETTINGS, ...S3_SETTINGS, ...PROVIDER_SETTINGS },
    known: DEPLOYABLE_VARIABLES,
    // The key as it was and as it is now: both must stay out of the log.
    secrets: ({ openweatherKey = '' }) => [
      openweatherKey,
      secretReader('OPENWEATHER_API_KEY', openweatherKey, process.env)(),
    ],
    open: async ({ config, env, clock, log, resources }) => {
      // The client is loaded while the process already answers its probes.
      const { openConfiguredKafka } = await import('@weatherline/adapters/kafka');
      const provider = resources.use(openConfiguredProvider(config, env));
      const history = openConfiguredHistory(config, env);
      if (history !== undefined) resources.use(history);
      const store = resources.use(openConfiguredS3(config));
      const broker = resources.use(openConfiguredKafka({ config, env, log, clientId: 'weatherline.fetch' }));
      return { broker, function: createFetch({ provider, history, store, clock, lane: config.lane }) };
    },
  },
  process,
);
