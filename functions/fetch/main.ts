import { KAFKA_SETTINGS, openConfiguredKafka } from '@weatherline/adapters/kafka';
import { openConfiguredProvider, PROVIDER_SETTINGS } from '@weatherline/adapters/providers';
import { openConfiguredS3, S3_SETTINGS } from '@weatherline/adapters/s3';
import { DEPLOYABLE_VARIABLES } from '@weatherline/adapters/settings';
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
      const provider = resources.use(openConfiguredProvider(config, env));
      const store = resources.use(await openConfiguredS3(config));
      const broker = resources.use(openConfiguredKafka({ config, env, log, clientId: 'weatherline.fetch' }));
      return { broker, function: createFetch({ provider, store, clock, lane: config.lane }) };
    },
  },
  process,
);
