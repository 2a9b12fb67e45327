import { setTimeout as delay } from 'node:timers/promises';
import {
  KAFKA_SETTINGS,
  openConfiguredKafka,
  type KafkaBroker,
  type TopicDifference,
} from '@weatherline/adapters/kafka';
import { S3_SETTINGS } from '@weatherline/adapters/settings';
import { DependencyError, TOPICS, type Environment, type LogReader, type ObjectStore } from '@weatherline/runtime';
import { checkBucket, checkConditions, checkFirstByte } from './bucket.ts';
import { adviceOf, fail, skipped, warn, type Check } from './check.ts';
import { absentOf, checkBrokers, checkRetention, checkTopics } from './kafka.ts';
import { checkGroups } from './log.ts';
import { unreachable } from './remote.ts';
import { readSome } from './settings.ts';

/** Two quick tries: a check has five seconds. */
const LIMITS = { attempts: 2, connectMs: 1_500, requestMs: 2_000, totalMs: 4_500 };
const CLOSE_WITHIN_MS = 1_000;
const AGAIN_MS = 250;
const NAMES = ['bucket', 'conditional-writes', 'first-byte', 'brokers', 'topics', 'retention'] as const;

/** The checks of what only an installation on Kafka and S3 has, where there is none. */
export function noInstallation(): Check[] {
  return NAMES.map((name) => ({
    name,
    run: () => skipped('WEATHERLINE_KAFKA_BROKERS is not set: all is in one process'),
  }));
}

export function storeChecks(env: Environment, resources: AsyncDisposableStack): Check[] {
  const open = once(async () => {
    const { s3Bucket: bucket, s3Region: region, s3Endpoint: endpoint, s3PathStyle } = readSome(S3_SETTINGS, env);
    const { openS3Store } = await import('@weatherline/adapters/s3');
    const store = await openS3Store({ bucket, region, endpoint, forcePathStyle: s3PathStyle, limits: LIMITS });
    return { bucket, store: resources.use<ObjectStore>(store) };
  });
  return [
    {
      name: 'bucket',
      late: fail('the store does not answer in time', adviceOf('STORE_UNAVAILABLE')),
      run: async () => {
        const { store, bucket } = await open();
        return checkBucket(store, bucket);
      },
    },
    { name: 'conditional-writes', after: 'bucket', run: async () => checkConditions((await open()).store) },
    { name: 'first-byte', after: 'conditional-writes', run: async () => checkFirstByte((await open()).store) },
  ];
}

export function kafkaChecks(env: Environment, resources: AsyncDisposableStack): Check[] {
  const open = once(async (): Promise<{ addresses: readonly string[]; broker: KafkaBroker }> => {
    const config = readSome(KAFKA_SETTINGS, env);
    const broker = openConfiguredKafka({ config, env, clientId: 'weatherline.doctor' });
    // A client that is still trying to connect is not waited for.
    resources.defer(async () => Promise.race([broker[Symbol.asyncDispose](), delay(CLOSE_WITHIN_MS)]));
    return { addresses: config.kafkaBrokers, broker };
  });
  const differences = once(async (): Promise<TopicDifference[]> => (await open()).broker.verifyTopics(TOPICS));
  return [
    {
      name: 'brokers',
      late: fail(
        'somebody listens there, and does not answer as Kafka does',
        'is it Kafka, and does it want TLS (WEATHERLINE_KAFKA_TLS, WEATHERLINE_KAFKA_SASL)?',
      ),
      run: async (signal) =>
        checkBrokers({ ...(await open()), unreachable: async (address) => unreachable(address, signal) }),
    },
    { name: 'topics', after: 'brokers', run: async () => checkTopics(await differences()) },
    { name: 'retention', after: 'brokers', run: async () => checkRetention(await differences()) },
    {
      name: 'consumer-groups',
      after: 'brokers',
      late: warn('their coordinator is not ready', 'look again in a minute; a new cluster takes a while to have one'),
      run: async (signal) => checkGroups(patiently((await open()).broker, signal), absentOf(await differences())),
    },
  ];
}

/** A coordinator that is only just starting says so at once; it is asked again until the time of the check is up. */
export function patiently({ lag }: Pick<LogReader, 'lag'>, signal: AbortSignal): Pick<LogReader, 'lag'> {
  return {
    lag: async (group, topic) => {
      for (;;) {
        try {
          return await lag(group, topic);
        } catch (error) {
          if (!(error instanceof DependencyError) || signal.aborted) throw error;
        }
        await delay(AGAIN_MS);
      }
    },
  };
}

/** Whom the clock is compared with: S3 refuses what is signed 15 minutes off. */
export function storeAddress(env: Environment): { readonly than: string; readonly address: string } {
  const { s3Endpoint, s3Region } = readSome(
    { s3Endpoint: S3_SETTINGS.s3Endpoint, s3Region: S3_SETTINGS.s3Region },
    env,
  );
  const region = s3Region ?? env['AWS_REGION'] ?? 'us-east-1';
  return { than: 'the store', address: s3Endpoint ?? `https://s3.${region}.amazonaws.com` };
}

function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return async () => (made ??= make());
}
