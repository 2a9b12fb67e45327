import { ConfigurationError, secretReader, type Environment, type Logger, type Values } from '@weatherline/runtime';
import type { KafkaConfig } from 'kafkajs';
import { openKafkaBroker, type KafkaBroker } from './broker.ts';
import { KAFKA_SETTINGS } from './settings.ts';

type KafkaValues = Values<typeof KAFKA_SETTINGS>;

export type OpenKafka = {
  readonly config: KafkaValues;
  /** Where the secrets came from: those in files are read again at every connection. */
  readonly env: Environment;
  readonly clientId: string;
  readonly log?: Logger;
};

/** The broker that the settings name. */
export function openConfiguredKafka({ config, env, clientId, log }: OpenKafka): KafkaBroker {
  const { kafkaReplication: factor, kafkaMinInSync: minInSync } = config;
  if (minInSync > factor) {
    // Nothing could ever be written to such a topic.
    throw new ConfigurationError(
      `WEATHERLINE_KAFKA_MIN_INSYNC: expected at most WEATHERLINE_KAFKA_REPLICATION, which is ${factor}, got ${minInSync}`,
    );
  }
  const ssl = tlsOf(config, env);
  const sasl = saslOf(config, env);
  return openKafkaBroker({
    brokers: config.kafkaBrokers,
    clientId,
    compression: config.kafkaCompression,
    times: { sessionMs: config.kafkaSession, heartbeatMs: Math.min(3_000, Math.floor(config.kafkaSession / 3)) },
    replication: { factor, minInSync },
    ...(ssl === undefined ? {} : { ssl }),
    ...(sasl === undefined ? {} : { sasl }),
    ...(log === undefined ? {} : { log }),
  });
}

/** kafkajs reads the properties at every connection: a rotated certificate is used without a restart. */
export function tlsOf(config: KafkaValues, env: Environment): KafkaConfig['ssl'] {
  const { kafkaCa: ca, kafkaCertificate: cert, kafkaKey: key } = config;
  if (!config.kafkaTls) {
    if ([ca, cert, key].every((file) => file === undefined)) return undefined;
    throw new ConfigurationError('WEATHERLINE_KAFKA_TLS: expected true, because a certificate or an authority is set');
  }
  if ((cert === undefined) !== (key === undefined)) {
    throw new ConfigurationError('WEATHERLINE_KAFKA_CERTIFICATE and WEATHERLINE_KAFKA_KEY: expected both or neither');
  }
  const now = (name: 'kafkaCa' | 'kafkaCertificate' | 'kafkaKey', atStart: string): (() => string) =>
    secretReader(KAFKA_SETTINGS[name].env, atStart, env);
  const options: Record<string, string> = {};
  const define = (name: string, read: () => string): void =>
    void Object.defineProperty(options, name, { enumerable: true, get: read });
  if (ca !== undefined) define('ca', now('kafkaCa', ca));
  if (cert !== undefined) define('cert', now('kafkaCertificate', cert));
  if (key !== undefined) define('key', now('kafkaKey', key));
  return options;
}

/** Likewise: a rotated password is used by the next connection. */
export function saslOf(config: KafkaValues, env: Environment): KafkaConfig['sasl'] {
  const { kafkaSasl, kafkaUser, kafkaPassword, kafkaRegion, kafkaTls } = config;
  if (kafkaSasl === 'none') return undefined;
  if (kafkaSasl === 'msk-iam') {
    if (kafkaRegion === undefined) throw new ConfigurationError('WEATHERLINE_KAFKA_REGION: is required by msk-iam');
    if (!kafkaTls) throw new ConfigurationError('WEATHERLINE_KAFKA_TLS: expected true, because msk-iam needs it');
    return { mechanism: 'oauthbearer', oauthBearerProvider: async () => mskToken(kafkaRegion) };
  }
  if (kafkaUser === undefined || kafkaPassword === undefined) {
    throw new ConfigurationError(`WEATHERLINE_KAFKA_USER and WEATHERLINE_KAFKA_PASSWORD: are required by ${kafkaSasl}`);
  }
  const password = secretReader(KAFKA_SETTINGS.kafkaPassword.env, kafkaPassword, env);
  const user = {
    username: kafkaUser,
    get password() {
      return password();
    },
  };
  // Not spread: that would read the password once and for all.
  return kafkaSasl === 'scram-sha-256'
    ? Object.assign(user, { mechanism: 'scram-sha-256' as const })
    : Object.assign(user, { mechanism: 'scram-sha-512' as const });
}

/** A signed request to the cluster as a bearer token, from the AWS credentials of the process; lives 15 minutes. */
async function mskToken(region: string): Promise<{ value: string }> {
  // Only who needs it loads it.
  const { generateAuthToken } = await import('aws-msk-iam-sasl-signer-js');
  const { token } = await generateAuthToken({ region });
  return { value: token };
}
