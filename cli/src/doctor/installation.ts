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
import { checkIdentity, SILENT_SERVICE } from './identity.ts';
import { absentOf, checkBrokers, checkRetention, checkTopics } from './kafka.ts';
import { checkGroups } from './log.ts';
import { unreachable } from './remote.ts';
import { readSome } from './settings.ts';

/** Two quick tries: a check has five seconds. */
const LIMITS = { attempts: 2, connectMs: 1_500, requestMs: 2_000, totalMs: 4_500 };
const CLOSE_WITHIN_MS = 1_000;
const AGAIN_MS = 250;
const NAMES = ['aws-identity', 'bucket', 'conditional-writes', 'first-byte', 'brokers', 'topics', 'retention'] as const;

/** The checks of what only an installation on Kafka and S3 has, where there is none. */
export function noInstallation(): Check[] {
  return NAMES.map((name) => ({
    name,
    run: () => skipped('WEATHERLINE_KAFKA_BROKERS is not set: all is in one process'),
  }));
}

/** What an installation on Kafka and S3 consists of, each opened by the first check that asks for it. */
export type Parts = {
  readonly store: () => Promise<ObjectStore>;
  readonly broker: () => Promise<KafkaBroker>;
  /** How the brokers' topics differ from the catalogue. */
  readonly differences: () => Promise<TopicDifference[]>;
};

export function partsOf(env: Environment, resources: AsyncDisposableStack): Parts {
  const broker = once(async () => {
    const opened = openConfiguredKafka({ config: readSome(KAFKA_SETTINGS, env), env, clientId: 'weatherline.doctor' });
    // A client that is still trying to connect is not waited for.
    resources.defer(async () => Promise.race([opened[Symbol.asyncDispose](), delay(CLOSE_WITHIN_MS)]));
    return opened;
  });
  return {
    store: once(async () => {
      const { s3Bucket: bucket, s3Region: region, s3Endpoint: endpoint, s3PathStyle } = readSome(S3_SETTINGS, env);
      const { openS3Store } = await import('@weatherline/adapters/s3');
      const opened = await openS3Store({ bucket, region, endpoint, forcePathStyle: s3PathStyle, limits: LIMITS });
      return resources.use<ObjectStore>(opened);
    }),
    broker,
    differences: once(async () => (await broker()).verifyTopics(TOPICS)),
  };
}

export function storeChecks(env: Environment, { store }: Pick<Parts, 'store'>, now: () => number): Check[] {
  return [
    {
      name: 'aws-identity',
      late: SILENT_SERVICE,
      run: async (signal) => checkIdentity({ env, region: regionOf(env), now: new Date(now()), signal }),
    },
    {
      name: 'bucket',
      late: fail('the store does not answer in time', adviceOf('STORE_UNAVAILABLE')),
      run: async () => checkBucket(await store(), readSome(S3_SETTINGS, env).s3Bucket),
    },
    { name: 'conditional-writes', after: 'bucket', run: async () => checkConditions(await store()) },
    { name: 'first-byte', after: 'conditional-writes', run: async () => checkFirstByte(await store()) },
  ];
}

export function kafkaChecks(
  env: Environment,
  { broker, differences }: Omit<Parts, 'store'>,
  now: () => number,
): Check[] {
  return [
    {
      name: 'brokers',
      late: fail(
        'somebody listens there, and does not answer as Kafka does',
        'is it Kafka, and does it want TLS (WEATHERLINE_KAFKA_TLS, WEATHERLINE_KAFKA_SASL)?',
      ),
      run: async (signal) =>
        checkBrokers({
          addresses: readSome(KAFKA_SETTINGS, env).kafkaBrokers,
          broker: await broker(),
          unreachable: async (address) => unreachable(address, signal),
        }),
    },
    { name: 'topics', after: 'brokers', run: async () => checkTopics(await differences()) },
    { name: 'retention', after: 'brokers', run: async () => checkRetention(await differences()) },
    {
      name: 'consumer-groups',
      after: 'brokers',
      late: warn(
        'their coordinator is not ready, or much waits',
        'weatherline lag; a new cluster takes a minute to have a coordinator',
      ),
      run: async (signal) =>
        checkGroups({
          log: patiently(await broker(), signal),
          absent: absentOf(await differences()),
          now: new Date(now()),
        }),
    },
  ];
}

/** A coordinator that is only just starting says so at once; it is asked again until the time of the check is up. */
export function patiently(log: LogReader, signal: AbortSignal): LogReader {
  return {
    read: (...args) => log.read(...args),
    lag: async (group, topic) => {
      for (;;) {
        try {
          return await log.lag(group, topic);
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
  const { s3Endpoint } = readSome({ s3Endpoint: S3_SETTINGS.s3Endpoint }, env);
  return { than: 'the store', address: s3Endpoint ?? `https://s3.${regionOf(env)}.amazonaws.com` };
}

function regionOf(env: Environment): string {
  const { s3Region } = readSome({ s3Region: S3_SETTINGS.s3Region }, env);
  return s3Region ?? env['AWS_REGION'] ?? 'us-east-1';
}

function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return async () => (made ??= make());
}
