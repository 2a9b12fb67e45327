import type { Values } from '@weatherline/runtime';
import type { S3_SETTINGS } from './settings.ts';
import { openS3Store, type S3Store } from './store.ts';

/** The bucket that the settings name. */
export async function openConfiguredS3(config: Values<typeof S3_SETTINGS>): Promise<S3Store> {
  const { s3Bucket, s3Region, s3Endpoint, s3PathStyle } = config;
  return openS3Store({
    bucket: s3Bucket,
    forcePathStyle: s3PathStyle,
    ...(s3Region === undefined ? {} : { region: s3Region }),
    ...(s3Endpoint === undefined ? {} : { endpoint: s3Endpoint }),
  });
}
