import { KAFKA_SETTINGS, openConfiguredKafka } from '@weatherline/adapters/kafka';
import { openConfiguredS3, S3_SETTINGS } from '@weatherline/adapters/s3';
import { DEPLOYABLE_VARIABLES } from '@weatherline/adapters/settings';
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
      const store = resources.use(await openConfiguredS3(config));
      const broker = resources.use(openConfiguredKafka({ config, env, log, clientId: 'weatherline.upload' }));
      return { broker, function: createUpload({ store, version, observe: metrics.observeProduct }) };
    },
  },
  process,
);
