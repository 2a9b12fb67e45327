import { DEPLOYABLE_VARIABLES, KAFKA_SETTINGS } from '@weatherline/adapters/settings';
import { serveFunction } from '@weatherline/runtime';
import manifest from './package.json' with { type: 'json' };
import { transform } from './src/transform.ts';

await serveFunction(
  {
    name: 'transform',
    version: manifest.version,
    settings: KAFKA_SETTINGS,
    known: DEPLOYABLE_VARIABLES,
    open: async ({ config, env, log, resources }) => {
      // The client is loaded while the process already answers its probes.
      const { openConfiguredKafka } = await import('@weatherline/adapters/kafka');
      const broker = resources.use(openConfiguredKafka({ config, env, log, clientId: 'weatherline.transform' }));
      return { broker, function: transform };
    },
  },
  process,
);
