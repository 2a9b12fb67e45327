import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { openDirectoryStore } from '@weatherline/adapters/directory';
import { EXIT, type Broker, type LogReader, type ObjectReader, type ObjectStore } from '@weatherline/runtime';
import { isIdle } from './chain-groups.ts';
import { namesCluster, openCluster } from './cluster.ts';
import { orderPublish, orderPut, serveControl } from './control.ts';
import { DirectoryOwned, openDataDirectory, ownDirectory } from './data-directory.ts';
import { Failure } from './failure.ts';
import type { Output } from './output.ts';
import { OwnerGone } from './patience.ts';
import { openReading } from './reading.ts';
import type { ReadingsElsewhere } from './replay/messages.ts';
import type { UpPorts } from './up.ts';

/** An installation as a command sees it, be it on Kafka and S3 or in a data directory: what there is, and a way to add to it. */
export type Installation = {
  readonly log: LogReader;
  readonly store: ObjectReader;
  /** Stores what commands know: plans of runs, and everything about replays. */
  readonly put: ObjectStore['put'];
  /** Resolves when every message is durable. */
  readonly publish: Broker['publish'];
  /** Where nobody else handles what will be published, this process begins to: before the first of many messages. */
  readonly attend: () => Promise<void>;
  /** Why nothing is handled, as far as this process knows; undefined = all is well. */
  readonly trouble: () => unknown;
  /** Where this process has a thread for it. */
  readonly readings?: ReadingsElsewhere;
  /** Where nobody else would handle what was published, this process does, and this resolves when it has. */
  readonly finish: (timeoutMs: number) => Promise<void>;
};

/** Opens the installation on Kafka that the environment names, else the one in the data directory. */
export async function openInstallation(
  data: string,
  output: Output,
  resources: AsyncDisposableStack,
): Promise<Installation> {
  if (!namesCluster(process.env)) return openDirectory(data, output, resources);
  const { broker, store } = await openCluster(process.env, resources);
  return {
    log: broker,
    store,
    put: async (...args) => store.put(...args),
    publish: async (topic, messages) => broker.publish(topic, messages),
    attend: async () => undefined,
    trouble: () => undefined,
    finish: async () => undefined,
  };
}

async function openDirectory(data: string, output: Output, resources: AsyncDisposableStack): Promise<Installation> {
  const { log, store } = await openReading(data, resources);
  // A command that only reads owns nothing: the directory is taken when something is to be published.
  let writing: Promise<Writer> | undefined;
  let writer: Writer | undefined;
  let isAttending = false;
  const attend = async (): Promise<Writer> => {
    writing ??= openWriter(data, output, resources);
    writer = await writing;
    return writer;
  };
  /** An owner that is gone is asked no more: the next try finds another one, or becomes it. */
  const through = async <Result>(work: (writer: Writer) => Promise<Result>): Promise<Result> => {
    const asked = attend();
    try {
      return await work(await asked);
    } catch (error) {
      // One that has just begun may not take orders yet.
      const isGoing = error instanceof DirectoryOwned;
      if (isGoing || error instanceof OwnerGone) writing = writer = undefined;
      throw isGoing ? new OwnerGone(EXIT.conflict, error.message, { cause: error }) : error;
    }
  };
  return {
    log,
    store,
    put: async (...args) => {
      isAttending ||= writing !== undefined;
      return isAttending ? through(async (one) => one.put(...args)) : putOnce(data, args);
    },
    publish: async (topic, messages) => through(async (one) => one.publish(topic, messages)),
    attend: async () => void (await attend()),
    trouble: () => writer?.trouble(),
    readings: async (body, replay) => writer?.readings?.(body, replay),
    finish: async (timeoutMs) => writer?.finish(timeoutMs),
  };
}

type Writer = Pick<Installation, 'publish' | 'put' | 'trouble' | 'readings' | 'finish'>;

/** The owner of the directory when there is one, else this process as its owner. */
async function openWriter(data: string, output: Output, resources: AsyncDisposableStack): Promise<Writer> {
  // A command that only reads loads no function and no gateway.
  const [{ openOwned }, { controlOf }] = await Promise.all([import('./session.ts'), import('./owner-control.ts')]);
  return ownedOrNot<Writer>(
    async () => {
      const ports = await openOwned(data, output, resources, { quiet: true });
      const control = controlOf(ports);
      resources.use(await serveControl(ports.owner.socket, control));
      const trouble = (): unknown => ports.system.haltedBy();
      const { readings } = ports.system;
      return { ...control, trouble, readings, finish: async (timeoutMs) => workUntilIdle(ports, timeoutMs) };
    },
    async (socket) => ({
      ...throughOwner(data, socket),
      trouble: () => undefined,
      finish: async () => undefined,
    }),
  );
}

function throughOwner(data: string, socket: string): Pick<Installation, 'publish' | 'put'> {
  const refused = (cause: unknown): never => throwRefused(data, cause);
  return {
    publish: async (topic, messages) => orderPublish(socket, topic, messages).catch(refused),
    put: async (key, body, options) => orderPut(socket, key, body, options).catch(refused),
  };
}

/** One object: through the owner, or as the owner for as long as it takes. */
async function putOnce(data: string, args: Parameters<ObjectStore['put']>): ReturnType<ObjectStore['put']> {
  const directory = openDataDirectory(data);
  return ownedOrNot(
    async () => {
      using _ = ownDirectory(directory);
      await using store = await openDirectoryStore({ directory: directory.objects });
      return store.put(...args);
    },
    async (socket) => throughOwner(data, socket).put(...args),
  );
}

const BRIEFLY_MS = 3_000;

/** As the owner, or through it. One that takes no orders (yet) may hold the directory for a single object only. */
async function ownedOrNot<Result>(
  asOwner: () => Promise<Result>,
  through: (socket: string) => Promise<Result>,
): Promise<Result> {
  for (const until = Date.now() + BRIEFLY_MS; ;) {
    try {
      return await asOwner();
    } catch (error) {
      const socket = socketOf(error, Date.now() < until);
      if (socket !== undefined && ((await answers(socket)) || Date.now() > until)) return through(socket);
    }
    await delay(LOOK_EVERY_MS);
  }
}

async function answers(socket: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const connection = connect(socket, () => resolve(true));
  connection.on('error', () => resolve(false));
  const answered = await promise;
  connection.destroy();
  return answered;
}

/** Where the owner of a directory takes orders; any other reason why it could not be taken is thrown on. */
export function socketOf(error: unknown): string;
/** The same, undefined while an owner that has not said so yet may still do. */
export function socketOf(error: unknown, isPatient: boolean): string | undefined;
export function socketOf(error: unknown, isPatient = false): string | undefined {
  if (error instanceof DirectoryOwned && (isPatient || error.owner !== undefined)) return error.owner?.socket;
  throw error;
}

export function throwRefused(data: string, cause: unknown): never {
  const why = cause instanceof Error ? cause.message : String(cause);
  const Refused = isGone(cause) ? OwnerGone : Failure;
  throw new Refused(EXIT.unreachable, `the process that owns ${data} did not take the order (${why})`, { cause });
}

const GONE: ReadonlySet<unknown> = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'EPIPE']);

/** Nobody was there, or died before the answer; anything else is an answer. */
function isGone(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && GONE.has(cause.code);
}

const LOOK_EVERY_MS = 50;

async function workUntilIdle({ system, clock, signal, say }: UpPorts, timeoutMs: number): Promise<void> {
  const deadline = clock.now().getTime() + timeoutMs;
  while (!signal.aborted && !(await isIdle(system.broker))) {
    const cause = system.haltedBy();
    if (cause !== undefined || clock.now().getTime() > deadline) {
      const why = cause instanceof Error ? `consumption has halted: ${cause.message}` : 'there is more to do';
      say(`${why}; what is left is handled by the next start`);
      return;
    }
    await clock.sleep(LOOK_EVERY_MS, signal).catch(() => undefined);
  }
}
