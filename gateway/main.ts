import { openConfiguredS3 } from '@weatherline/adapters/s3/deferred';
import { DEPLOYABLE_VARIABLES, S3_SETTINGS } from '@weatherline/adapters/settings';
import manifest from './package.json' with { type: 'json' };
import { serveGateway } from './src/serve.ts';

await serveGateway(
  {
    version: manifest.version,
    settings: S3_SETTINGS,
    known: DEPLOYABLE_VARIABLES,
    open: async (config) => openConfiguredS3(config),
  },
  process,
);
