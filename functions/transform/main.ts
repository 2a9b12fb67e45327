import { KAFKA_SETTINGS, openConfiguredKafka } from '@weatherline/adapters/kafka';
import { DEPLOYABLE_VARIABLES } from '@weatherline/adapters/settings';
import { serveFunction } from '@weatherline/runtime';
import manifest from './package.json' with { type: 'json' };
import { transform } from './src/transform.ts';

await serveFunction(
  {
    name: 'transform',
    version: manifest.version,
    settings: KAFKA_SETTINGS,
    known: DEPLOYABLE_VARIABLES,
    open: async ({ config, env, log, resources }) => ({
      broker: resources.use(openConfiguredKafka({ config, env, log, clientId: 'weatherline.transform' })),
      function: transform,
    }),
  },
  process,
);
