import { openConfiguredS3 } from '@weatherline/adapters/s3/deferred';
import { DEPLOYABLE_VARIABLES, KAFKA_SETTINGS, S3_SETTINGS } from '@weatherline/adapters/settings';
import { DEFAULT_LOCATIONS, type Location } from '@weatherline/events';
import type { Schedule } from '@weatherline/events/schedule';
import { COMMON, loadConfig, type Broker, type Environment, type ObjectStore, type Values } from '@weatherline/runtime';
import { pastOf, type Past } from './past.ts';

/** What commands read of the installation that the environment names. */
export const CLUSTER_SETTINGS = {
  schedule: COMMON.schedule,
  locations: COMMON.locations,
  partSize: COMMON.partSize,
  provider: COMMON.provider,
  history: COMMON.history,
  callsPerMinute: COMMON.callsPerMinute,
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
  readonly past: Past | undefined;
};

/** Is there an installation on Kafka that the environment names? Then commands speak to it, not to a directory. */
export function namesCluster(env: Environment): boolean {
  return Boolean(env[KAFKA_SETTINGS.kafkaBrokers.env] ?? env[`${KAFKA_SETTINGS.kafkaBrokers.env}_FILE`]);
}

type ClusterConfig = Values<typeof CLUSTER_SETTINGS>;

export function readCluster(env: Environment): ClusterConfig {
  return loadConfig(CLUSTER_SETTINGS, env, DEPLOYABLE_VARIABLES);
}

/** How the installation that the environment names works, without a connection to it. */
export function describeCluster(config: ClusterConfig): Pick<Cluster, 'schedule' | 'locations' | 'partSize' | 'past'> {
  const { schedule, partSize, locations = DEFAULT_LOCATIONS } = config;
  return { schedule, locations, partSize, past: pastOf(config) };
}

export async function openCluster(env: Environment, resources: AsyncDisposableStack): Promise<Cluster> {
  const config = readCluster(env);
  const store = resources.use(openConfiguredS3(config));
  // Only who asks brokers loads their client.
  const { openConfiguredKafka } = await import('@weatherline/adapters/kafka');
  const broker = resources.use(openConfiguredKafka({ config, env, clientId: 'weatherline.cli' }));
  return { broker, store, ...describeCluster(config) };
}
