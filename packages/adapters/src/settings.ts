import {
  COMMON,
  FUNCTION,
  GATEWAY,
  GATEWAY_VARIABLES,
  SECRETS_INIT_VARIABLES,
  VAULT_ADMIN_VARIABLES,
} from '@weatherline/runtime';
import { KAFKA_SETTINGS } from './kafka/settings.ts';
import { S3_SETTINGS } from './s3/settings.ts';

/** Every variable that some deployable reads: one environment may serve them all. */
export const DEPLOYABLE_VARIABLES: readonly string[] = [
  ...GATEWAY_VARIABLES,
  ...SECRETS_INIT_VARIABLES,
  ...VAULT_ADMIN_VARIABLES,
  ...Object.values({
    ...COMMON,
    ...FUNCTION,
    ...GATEWAY,
    ...KAFKA_SETTINGS,
    ...S3_SETTINGS,
  }).map(({ env }) => env),
];

export { KAFKA_SETTINGS } from './kafka/settings.ts';
export { S3_SETTINGS } from './s3/settings.ts';
