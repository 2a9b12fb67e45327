import { openConfiguredS3 } from '@weatherline/adapters/s3/deferred';
import { DEPLOYABLE_VARIABLES, KAFKA_SETTINGS, S3_SETTINGS } from '@weatherline/adapters/settings';
import { serveFunction } from '@weatherline/runtime';
import manifest from './package.json' with { type: 'json' };
import { createUpload } from './src/upload.ts';

const { version } = manifest;

await serveFunction(
  {
    name: 'upload',
    version,
    settings: { ...KAFKA_SETTINGS, ...S3_SETTINGS },
    known: DEPLOYABLE_VARIABLES,
    open: async ({ config, env, log, metrics, resources }) => {
      // The client is loaded while the process already answers its probes.
      const { openConfiguredKafka } = await import('@weatherline/adapters/kafka');
      const store = resources.use(openConfiguredS3(config));
      const broker = resources.use(openConfiguredKafka({ config, env, log, clientId: 'weatherline.upload' }));
      return { broker, function: createUpload({ store, version, observe: metrics.observeProduct }) };
    },
  },
  process,
);
