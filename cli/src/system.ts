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
  type Metrics,
  type ObjectStore,
  type WeatherProvider,
} from '@weatherline/runtime';
import { transform } from '@weatherline/transform';
import { createUpload } from '@weatherline/upload';
import { CHAIN_GROUPS, LANES } from './chain-groups.ts';
import type { DataDirectory } from './data-directory.ts';
import type { ReadingsElsewhere } from './replay/messages.ts';
import { SecondThread } from './thread/second-thread.ts';
import { liveStore, replayStore } from './lane-stores.ts';

/** The whole chain in one process: embedded log, directory store, the three functions on both lanes. */
export type System = {
  readonly broker: Broker;
  readonly store: ObjectStore;
  readonly consumers: readonly Consumer[];
  /** Why nothing is consumed; undefined = all is well. */
  readonly haltedBy: () => unknown;
  readonly readings: ReadingsElsewhere;
};

export type SystemOptions = {
  readonly directory: DataDirectory;
  readonly provider: WeatherProvider;
  readonly history?: WeatherProvider | undefined;
  readonly clock: Clock;
  readonly log: Logger;
  readonly version: string;
  readonly metrics: Metrics;
};

/** What a replay has in hand when a live event comes stands before it at the disk: two a partition keep both cores busy. */
const CONCURRENCY = { live: {}, replay: { concurrency: 2 } } as const;

/** Opens the log and the store of a directory that this process owns. */
export async function openStorage(
  directory: DataDirectory,
  resources: AsyncDisposableStack,
): Promise<Pick<System, 'broker' | 'store'>> {
  const store = resources.use(await openDirectoryStore({ directory: directory.objects }));
  const broker = resources.use(await openEmbeddedBroker({ directory: directory.log }));
  await broker.ensureTopics(TOPICS);
  return { broker, store };
}

/** Opens everything in order; the stack closes it in reverse: the consumers first, the log last. */
export async function openSystem(options: SystemOptions, resources: AsyncDisposableStack): Promise<System> {
  const { directory, provider, history, clock, log, version, metrics } = options;
  const { broker, store } = await openStorage(directory, resources);
  const consumers: Consumer[] = [];
  const thread = resources.use(new SecondThread());
  const stores = { live: store, replay: replayStore(store, clock) };
  for (const lane of LANES) {
    const shared = { broker, log, clock, lane, observe: metrics.observe, ...CONCURRENCY[lane] };
    const fetch = createFetch({ provider, history, store, clock, lane });
    // A consumer that is opened later closes earlier: what fetch has in hand still finds its way down the chain.
    const opened = [
      await consume({
        ...shared,
        function: createUpload({ store: stores[lane], version, observe: metrics.observeProduct }),
      }),
      await consume({ ...shared, function: transform, ...(lane === 'replay' ? { elsewhere: thread.make } : {}) }),
      await consume({ ...shared, function: fetch }),
    ];
    for (const consumer of opened) consumers.push(resources.use(consumer));
  }
  metrics.collectLag(async () => lagOf(broker));
  return {
    broker,
    store: liveStore(store, clock),
    consumers,
    readings: thread.readings,
    haltedBy: () => consumers.map(({ haltedBy }) => haltedBy).find((cause) => cause !== undefined),
  };
}

async function lagOf(broker: Broker): Promise<{ topic: string; group: string; partition: number; lag: number }[]> {
  const samples = CHAIN_GROUPS.map(async ({ group, topic }) =>
    (await broker.lag(group, topic)).map(({ partition, lag }) => ({ topic, group, partition, lag })),
  );
  return (await Promise.all(samples)).flat();
}
