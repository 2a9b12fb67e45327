import { duration, oneOf, whole, type Setting } from '@weatherline/runtime';

function brokerList(text: string): readonly string[] {
  const brokers = text.split(',').map((entry) => entry.trim());
  for (const broker of brokers) {
    // kafkajs splits at the first colon: an IPv6 address needs a name.
    const [, port] = /^[^\s:/]+:(\d{1,5})$/.exec(broker) ?? [];
    if (port === undefined || Number(port) < 1 || Number(port) > 65_535) {
      throw new RangeError(`expected host:port, separated by commas, got '${broker}'`);
    }
  }
  return brokers;
}

/** How a process reaches Kafka. No SDK is loaded by reading this. */
export const KAFKA_SETTINGS = {
  kafkaBrokers: {
    env: 'WEATHERLINE_KAFKA_BROKERS',
    doc: 'Some brokers of the cluster, as host:port separated by commas',
    parse: brokerList,
  },
  kafkaTls: {
    env: 'WEATHERLINE_KAFKA_TLS',
    doc: 'true = the connections are encrypted and the brokers prove their names',
    fallback: 'false',
    parse: (text: string) => oneOf('true', 'false')(text) === 'true',
  },
  kafkaCa: {
    env: 'WEATHERLINE_KAFKA_CA',
    doc: "The authority that signed the brokers' certificates, PEM; default: those that Node trusts",
    optional: true,
    parse: String,
  },
  kafkaCertificate: {
    env: 'WEATHERLINE_KAFKA_CERTIFICATE',
    doc: 'The client certificate for mutual TLS, PEM',
    optional: true,
    parse: String,
  },
  kafkaKey: {
    env: 'WEATHERLINE_KAFKA_KEY',
    doc: "The client certificate's private key, PEM",
    optional: true,
    secret: true,
    parse: String,
  },
  kafkaSasl: {
    env: 'WEATHERLINE_KAFKA_SASL',
    doc: 'How the client proves who it is: none, scram-sha-256, scram-sha-512 or msk-iam',
    fallback: 'none',
    parse: oneOf('none', 'scram-sha-256', 'scram-sha-512', 'msk-iam'),
  },
  kafkaUser: {
    env: 'WEATHERLINE_KAFKA_USER',
    doc: 'The user of SASL SCRAM',
    optional: true,
    parse: String,
  },
  kafkaPassword: {
    env: 'WEATHERLINE_KAFKA_PASSWORD',
    doc: 'The password of SASL SCRAM; in a file it is read again at every connection',
    optional: true,
    secret: true,
    parse: String,
  },
  kafkaRegion: {
    env: 'WEATHERLINE_KAFKA_REGION',
    doc: 'The AWS region of msk-iam',
    optional: true,
    parse: String,
  },
  kafkaSession: {
    env: 'WEATHERLINE_KAFKA_SESSION',
    doc: 'How long a group waits for a silent member before it gives its partitions to others',
    fallback: '10s',
    parse: duration,
  },
  kafkaCompression: {
    env: 'WEATHERLINE_KAFKA_COMPRESSION',
    doc: 'Of messages above 1 KiB: zstd, gzip or none. Every one of them is read',
    fallback: 'zstd',
    parse: oneOf('zstd', 'gzip', 'none'),
  },
  kafkaReplication: {
    env: 'WEATHERLINE_KAFKA_REPLICATION',
    doc: 'How many copies a topic has that is created or verified',
    fallback: '3',
    parse: whole(1, 9),
  },
  kafkaMinInSync: {
    env: 'WEATHERLINE_KAFKA_MIN_INSYNC',
    doc: 'How many of the copies must have a message before it counts as written',
    fallback: '2',
    parse: whole(1, 9),
  },
} as const satisfies Record<string, Setting<unknown>>;
