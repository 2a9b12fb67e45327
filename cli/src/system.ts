import { join } from 'node:path';
import { openDirectoryStore } from '@weatherline/adapters/directory';
import { openEmbeddedBroker } from '@weatherline/adapters/embedded';
import { createFetch } from '@weatherline/fetch';
import {
  consume,
  TOPICS,
  type Broker,
  type Clock,
  type Consumer,
  type Logger,
  type ObjectStore,
  type Observe,
  type WeatherProvider,
} from '@weatherline/runtime';
import transform from '@weatherline/transform';
import { createUpload } from '@weatherline/upload';
import type { DataDirectory } from './data-directory.ts';

/** The whole chain in one process: embedded log, directory store, the three functions on both lanes. */
export type System = {
  readonly broker: Broker;
  readonly store: ObjectStore;
  readonly haltedBy: () => unknown;
};

export type SystemOptions = {
  readonly directory: DataDirectory;
  readonly provider: WeatherProvider;
  readonly clock: Clock;
  readonly log: Logger;
  readonly version: string;
  readonly observe?: Observe;
};

/** Opens the log and the store of a directory that this process owns. */
export async function openStorage(directory: DataDirectory, resources: AsyncDisposableStack): Promise<Pick<System, 'broker' | 'store'>> {
  const store = resources.use(await openDirectoryStore({ directory: directory.objects }));
  const broker = resources.use(await openEmbeddedBroker({ directory: join(directory.log) }));
  await broker.ensureTopics(TOPICS);
  return { broker, store };
}

/** Opens everything in order; the stack closes it in reverse: the consumers first, the log last. */
export async function openSystem(options: SystemOptions, resources: AsyncDisposableStack): Promise<System> {
  const { directory, provider, clock, log, version, observe } = options;
  const { broker, store } = await openStorage(directory, resources);
  const consumers: Consumer[] = [];
  const shared = { broker, log, clock, ...(observe === undefined ? {} : { observe }) };
  for (const lane of ['live', 'replay'] as const) {
    const fetch = createFetch({ provider, store, clock, lane });
    // A consumer opened later closes earlier: upload first, so that what it makes room for is still made.
    const opened = [
      await consume({ ...shared, lane, function: createUpload({ store, version }) }),
      await consume({ ...shared, lane, function: transform }),
      await consume({ ...shared, lane, function: fetch }),
    ];
    for (const consumer of opened) consumers.push(resources.use(consumer));
  }
  return { broker, store, haltedBy: () => consumers.map(({ haltedBy }) => haltedBy).find((cause) => cause !== undefined) };
}
