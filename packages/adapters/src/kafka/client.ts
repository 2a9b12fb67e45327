import { connect as connectTcp, isIP } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import type { Logger } from '@weatherline/runtime';
import kafkajs from 'kafkajs';
import type { ISocketFactory, Kafka, KafkaConfig, LogEntry } from 'kafkajs';
import { askWhyNoCoordinator } from './coordinator.ts';

const { CompressionCodecs, CompressionTypes, Kafka: Client, logLevel } = kafkajs;
const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

// kafkajs knows zstd's number but not its algorithm; Node has it.
CompressionCodecs[CompressionTypes.ZSTD] = () => ({
  compress: async ({ buffer }: { buffer: Buffer }) => compress(buffer),
  decompress: async (buffer: Buffer) => decompress(buffer),
});

export type Compression = 'none' | 'gzip' | 'zstd';

export type ConnectionOptions = {
  /** `host:port` of some brokers of the cluster. */
  readonly brokers: readonly string[];
  readonly clientId?: string;
  readonly ssl?: KafkaConfig['ssl'];
  readonly sasl?: KafkaConfig['sasl'];
  readonly log?: Logger;
  /** Between us and the brokers, for tests. */
  readonly socketFactory?: ISocketFactory;
};

/** A kafkajs client with time-outs that end: none of its defaults but the request's correlation is ours. */
export function connect({ brokers, clientId, ssl, sasl, log, socketFactory }: ConnectionOptions): Kafka {
  askWhyNoCoordinator();
  return new Client({
    brokers: [...brokers],
    clientId: clientId ?? 'weatherline',
    connectionTimeout: 5_000,
    authenticationTimeout: 10_000,
    requestTimeout: 10_000,
    enforceRequestTimeout: true,
    retry: { initialRetryTime: 200, maxRetryTime: 3_000, retries: 5, restartOnFailure: async () => false },
    logLevel: logLevel.WARN,
    logCreator: () => (entry) => forward(entry, log),
    ...(ssl === undefined ? {} : { ssl }),
    ...(sasl === undefined ? {} : { sasl }),
    socketFactory: socketFactory ?? openSocket,
  });
}

const KEEP_ALIVE_MS = 30_000;

/** A connection to a broker. The properties of `ssl` are read now, so that a rotated certificate is used. */
const openSocket: ISocketFactory = ({ host, port, ssl, onConnect }) => {
  const servername = isIP(host) === 0 ? { servername: host } : {};
  // kafkajs passes no ssl when there is none, whatever its types say.
  const isPlain: boolean = ssl === undefined || ssl === null;
  const socket = isPlain
    ? connectTcp({ host, port }, onConnect)
    : connectTls({ host, port, ...servername, ...ssl }, onConnect);
  socket.setKeepAlive(true, KEEP_ALIVE_MS);
  // Requests wait on a connection that is still being made, each with a listener: that is no leak.
  socket.setMaxListeners(0);
  return socket;
};

/** What kafkajs calls an error is most often the first of its retries: nobody is woken for it. */
function forward({ namespace, log: { message, broker, error } }: LogEntry, log: Logger | undefined): void {
  log?.debug('kafka client', {
    client_part: namespace,
    detail: message,
    ...(typeof broker === 'string' ? { broker } : {}),
    ...(typeof error === 'string' ? { client_error: error } : {}),
  });
}

export const COMPRESSION = {
  none: CompressionTypes.None,
  gzip: CompressionTypes.GZIP,
  zstd: CompressionTypes.ZSTD,
} as const satisfies Record<Compression, number>;
