import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { kafkaClasspath } from './classpath.ts';

export type KafkaOptions = {
  /** Each is broker and controller; default 1. */
  readonly nodes?: number;
  /** More lines of server.properties, for every node. */
  readonly properties?: Readonly<Record<string, string>>;
  /** Beside the plain one, by name: their security protocols. Each is reached as `localhost`. */
  readonly listeners?: Readonly<Record<string, 'SSL' | 'SASL_PLAINTEXT' | 'SASL_SSL'>>;
  /** Users of SCRAM-SHA-512 and their passwords. */
  readonly users?: Readonly<Record<string, string>>;
};

export type KafkaCluster = AsyncDisposable & {
  /** `host:port,…` of every node. */
  readonly bootstrap: string;
  /** The same of one of the further listeners. */
  readonly brokersOf: (listener: string) => string[];
  /** Runs one of Kafka's own command-line tools; resolves with what it printed. */
  readonly tool: (main: string, args: readonly string[]) => Promise<string>;
  readonly nodes: readonly KafkaNode[];
  readonly classpath: string;
};

export type KafkaNode = {
  readonly id: number;
  readonly port: number;
  /** The last lines that it wrote. */
  readonly output: () => string;
  /** SIGSTOP freezes it, SIGCONT lets it go on. */
  readonly signal: (name: NodeJS.Signals) => void;
  /** SIGTERM = in good order; resolves when it is gone. */
  readonly stop: (name?: 'SIGTERM' | 'SIGKILL') => Promise<void>;
  /** Starts it again on its data; resolves when it accepts connections. */
  readonly start: () => Promise<void>;
};

const CLUSTER_ID = 'd2VhdGhlcmxpbmUtdGVzdA';
const START_WITHIN_MS = 60_000;
const QUIET = '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn';
const JVM = ['-Xmx320m', '-Xms128m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xshare:auto', QUIET];

/** Starts Apache Kafka in KRaft mode from its published jars, on free ports of the loopback. */
export async function startKafka({
  nodes: count = 1,
  properties = {},
  listeners = {},
  users = {},
}: KafkaOptions = {}): Promise<KafkaCluster> {
  const classpath = await kafkaClasspath();
  const directory = await mkdtemp(join(tmpdir(), 'weatherline-kafka-'));
  const names = Object.keys(listeners);
  const ports = await freePorts(count * (2 + names.length));
  const portOf = (listener: string, at: number): number => ports[count * (2 + names.indexOf(listener)) + at] ?? 0;
  const voters = ports.slice(count, count * 2).map((port, at) => `${at + 1}@127.0.0.1:${port}`);
  const nodes: Node[] = [];
  const dispose = async (): Promise<void> => {
    await Promise.all(nodes.map(async (node) => node.stop('SIGKILL')));
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    for (let at = 0; at < count; at += 1) {
      const [port = 0, controller = 0] = [ports[at], ports[count + at]];
      const further = names.map((name) => ({ name, port: portOf(name, at), protocol: listeners[name] ?? 'SSL' }));
      const settings = {
        ...serverProperties(at + 1, port, controller, voters, count),
        ...listenerProperties(port, controller, further),
        ...properties,
      };
      nodes.push(new Node(at + 1, port, classpath, join(directory, `node-${at + 1}`), settings));
    }
    await Promise.all(nodes.map(async (node) => node.format(users)));
    await Promise.all(nodes.map(async (node) => node.start()));
  } catch (error) {
    await dispose();
    throw error;
  }
  const bootstrap = nodes.map(({ port }) => `127.0.0.1:${port}`).join(',');
  return {
    bootstrap,
    brokersOf: (listener) => nodes.map((_, at) => `localhost:${portOf(listener, at)}`),
    tool: async (main, args) => {
      const { stdout } = await promisify(execFile)('java', [...JVM, '-cp', classpath, main, ...args]);
      return stdout;
    },
    nodes,
    classpath,
    [Symbol.asyncDispose]: dispose,
  };
}

type Properties = Readonly<Record<string, string>>;

function serverProperties(
  id: number,
  port: number,
  controller: number,
  voters: readonly string[],
  count: number,
): Properties {
  const replicas = String(Math.min(count, 3));
  return {
    'process.roles': 'broker,controller',
    'node.id': String(id),
    'controller.quorum.voters': voters.join(','),
    'controller.listener.names': 'CONTROLLER',
    'auto.create.topics.enable': 'false',
    'default.replication.factor': replicas,
    'min.insync.replicas': count >= 3 ? '2' : '1',
    'offsets.topic.replication.factor': replicas,
    'offsets.topic.num.partitions': '4',
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': '1',
    'unclean.leader.election.enable': 'false',
    // The default of 3 s only helps when a whole fleet starts at once.
    'group.initial.rebalance.delay.ms': '0',
    'broker.session.timeout.ms': '3000',
    'broker.heartbeat.interval.ms': '500',
    'controller.quorum.election.timeout.ms': '500',
    'controller.quorum.fetch.timeout.ms': '1000',
    'log.cleaner.enable': 'true',
  };
}

function listenerProperties(
  port: number,
  controller: number,
  further: readonly { readonly name: string; readonly port: number; readonly protocol: string }[],
): Properties {
  const own = further.map((listener) => `${listener.name}://127.0.0.1:${listener.port}`);
  const advertised = further.map((listener) => `${listener.name}://localhost:${listener.port}`);
  const protocols = further.map(({ name, protocol }) => `${name}:${protocol}`);
  const scram = further
    .filter(({ protocol }) => protocol.startsWith('SASL'))
    .map(({ name }) => [
      `listener.name.${name.toLowerCase()}.scram-sha-512.sasl.jaas.config`,
      'org.apache.kafka.common.security.scram.ScramLoginModule required;',
    ]);
  return {
    listeners: [`PLAINTEXT://127.0.0.1:${port}`, `CONTROLLER://127.0.0.1:${controller}`, ...own].join(','),
    'advertised.listeners': [`PLAINTEXT://127.0.0.1:${port}`, ...advertised].join(','),
    'listener.security.protocol.map': ['PLAINTEXT:PLAINTEXT', 'CONTROLLER:PLAINTEXT', ...protocols].join(','),
    'sasl.enabled.mechanisms': 'SCRAM-SHA-512',
    ...Object.fromEntries(scram),
  };
}

class Node implements KafkaNode {
  readonly id: number;
  readonly port: number;
  readonly #classpath: string;
  readonly #directory: string;
  readonly #properties: Properties;
  #child: ChildProcess | undefined;
  #lines: string[] = [];

  constructor(id: number, port: number, classpath: string, directory: string, properties: Properties) {
    this.id = id;
    this.port = port;
    this.#classpath = classpath;
    this.#directory = directory;
    this.#properties = properties;
  }

  readonly output = (): string => this.#lines.slice(-40).join('');
  readonly signal = (name: NodeJS.Signals): void => void this.#child?.kill(name);

  async format(users: Readonly<Record<string, string>>): Promise<void> {
    await mkdir(join(this.#directory, 'log'), { recursive: true });
    const lines = Object.entries({ ...this.#properties, 'log.dirs': join(this.#directory, 'log') });
    await writeFile(this.#config, lines.map(([name, value]) => `${name}=${value}\n`).join(''));
    const scram = Object.entries(users).flatMap(([name, password]) => [
      '--add-scram',
      `SCRAM-SHA-512=[name=${name},password=${password}]`,
    ]);
    const child = this.#java('kafka.tools.StorageTool', ['format', '-t', CLUSTER_ID, '-c', this.#config, ...scram]);
    const [code] = await once(child, 'close');
    if (code !== 0) throw new Error(`kafka node ${this.id}: format ended with ${code}\n${this.output()}`);
  }

  readonly start = async (): Promise<void> => {
    const child = this.#java('kafka.Kafka', [this.#config]);
    this.#child = child;
    const orphaned = (): void => void child.kill('SIGKILL');
    process.once('exit', orphaned);
    child.once('close', () => process.off('exit', orphaned));
    const deadline = Date.now() + START_WITHIN_MS;
    while (!(await accepts(this.port))) {
      if (child.exitCode !== null || Date.now() > deadline) {
        throw new Error(`kafka node ${this.id} did not start\n${this.output()}`);
      }
      await delay(100);
    }
  };

  readonly stop = async (name: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> => {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'close');
    child.kill(name);
    // A frozen process takes no SIGTERM.
    child.kill('SIGCONT');
    await gone;
  };

  get #config(): string {
    return join(this.#directory, 'server.properties');
  }

  #java(main: string, args: readonly string[]): ChildProcess {
    const child = spawn('java', [...JVM, '-cp', this.#classpath, main, ...args], {
      cwd: this.#directory,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const keep = (chunk: Buffer): void => {
      this.#lines.push(chunk.toString());
      if (this.#lines.length > 400) this.#lines = this.#lines.slice(-200);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    return child;
  }
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = servers.map(async (server) => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return address.port;
  });
  const found = await Promise.all(ports);
  await Promise.all(servers.map(async (server) => new Promise((resolve) => void server.close(resolve))));
  return found;
}

async function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1' });
    const end = (found: boolean): void => {
      socket.destroy();
      resolve(found);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
}
