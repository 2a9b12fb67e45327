import { openConfiguredS3 } from '@weatherline/adapters/s3/deferred';
import { DEPLOYABLE_VARIABLES, KAFKA_SETTINGS, S3_SETTINGS } from '@weatherline/adapters/settings';
import { DEFAULT_LOCATIONS, type Location } from '@weatherline/events';
import type { Schedule } from '@weatherline/events/schedule';
import { COMMON, loadConfig, type Broker, type Environment, type ObjectStore } from '@weatherline/runtime';

const SETTINGS = {
  schedule: COMMON.schedule,
  locations: COMMON.locations,
  partSize: COMMON.partSize,
  ...KAFKA_SETTINGS,
  ...S3_SETTINGS,
} as const;

/** What a command needs of an installation on Kafka and S3. */
export type Cluster = {
  readonly broker: Broker;
  readonly store: ObjectStore;
  readonly schedule: Schedule;
  readonly locations: readonly Location[];
  readonly partSize: number;
};

/** Is there an installation on Kafka that the environment names? Then commands speak to it, not to a directory. */
export function namesCluster(env: Environment): boolean {
  return Boolean(env[KAFKA_SETTINGS.kafkaBrokers.env] ?? env[`${KAFKA_SETTINGS.kafkaBrokers.env}_FILE`]);
}

export async function openCluster(env: Environment, resources: AsyncDisposableStack): Promise<Cluster> {
  const config = loadConfig(SETTINGS, env, DEPLOYABLE_VARIABLES);
  const store = resources.use(openConfiguredS3(config));
  // Only who asks brokers loads their client.
  const { openConfiguredKafka } = await import('@weatherline/adapters/kafka');
  const broker = resources.use(openConfiguredKafka({ config, env, clientId: 'weatherline.cli' }));
  const { schedule, locations, partSize } = config;
  return { broker, store, schedule, locations: locations ?? DEFAULT_LOCATIONS, partSize };
}
