import { EXIT, type Broker, type LogReader, type ObjectReader } from '@weatherline/runtime';
import { isIdle } from './chain-groups.ts';
import { namesCluster, openCluster } from './cluster.ts';
import { orderPublish } from './control.ts';
import { DirectoryOwned } from './data-directory.ts';
import { Failure } from './failure.ts';
import type { Output } from './output.ts';
import { openReading } from './reading.ts';
import type { UpPorts } from './up.ts';

/** An installation as a command sees it, be it on Kafka and S3 or in a data directory: what there is, and a way to add to it. */
export type Installation = {
  readonly log: LogReader;
  readonly store: ObjectReader;
  /** Resolves when every message is durable. */
  readonly publish: Broker['publish'];
  /** Where nobody else would handle what was published, this process does, and this resolves when it has. */
  readonly finish: (timeoutMs: number) => Promise<void>;
};

/** Opens the installation on Kafka that the environment names, else the one in the data directory. */
export async function openInstallation(
  data: string,
  output: Output,
  resources: AsyncDisposableStack,
): Promise<Installation> {
  if (namesCluster(process.env)) {
    const { broker, store } = await openCluster(process.env, resources);
    const publish: Broker['publish'] = async (topic, messages) => broker.publish(topic, messages);
    return { log: broker, store, publish, finish: async () => undefined };
  }
  const { log, store } = await openReading(data, resources);
  // A command that only reads owns nothing: the directory is taken when something is to be written.
  let writing: Promise<Writer> | undefined;
  return {
    log,
    store,
    publish: async (topic, messages) => {
      writing ??= openWriter(data, output, resources);
      await (await writing).publish(topic, messages);
    },
    finish: async (timeoutMs) => (await writing)?.finish(timeoutMs),
  };
}

type Writer = Pick<Installation, 'publish' | 'finish'>;

/** The owner of the directory when there is one, else this process as its owner. */
async function openWriter(data: string, output: Output, resources: AsyncDisposableStack): Promise<Writer> {
  // A command that only reads loads no function and no gateway.
  const { openOwned } = await import('./session.ts');
  try {
    const ports = await openOwned(data, output, resources);
    return {
      publish: async (topic, messages) => ports.system.broker.publish(topic, messages),
      finish: async (timeoutMs) => workUntilIdle(ports, timeoutMs),
    };
  } catch (error) {
    const socket = socketOf(error);
    return {
      publish: async (topic, messages) =>
        orderPublish(socket, topic, messages).catch((cause: unknown) => throwRefused(data, cause)),
      finish: async () => undefined,
    };
  }
}

/** Where the owner of a directory takes orders; any other reason why it could not be taken is thrown on. */
export function socketOf(error: unknown): string {
  if (error instanceof DirectoryOwned && error.owner !== undefined) return error.owner.socket;
  throw error;
}

export function throwRefused(data: string, cause: unknown): never {
  const why = cause instanceof Error ? cause.message : String(cause);
  throw new Failure(EXIT.unreachable, `the process that owns ${data} did not take the order (${why})`, { cause });
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
