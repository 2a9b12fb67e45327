import type { Location } from '@weatherline/events';
import type { Schedule } from '@weatherline/events/schedule';
import type { Clock, Logger, Presigner } from '@weatherline/runtime';
import type { Operation } from './contract/operation.ts';
import { Plans } from './routes/plans.ts';
import { Products } from './store/products.ts';
import { Runs } from './store/runs.ts';
import type { WatchedStore } from './store/watched-store.ts';

/** What every route works with. */
export type RoutePorts = {
  readonly products: Products;
  readonly runs: Runs;
  readonly plans: Plans;
  readonly schedule: Schedule;
  readonly clock: Clock;
  readonly locations: readonly Location[];
  readonly version: string;
  readonly operations: readonly Operation[];
  /** Where the store's own address may be given out. */
  readonly presigner: Presigner | undefined;
  readonly storeHealth: () => { readonly failingSince: Date | undefined; readonly lastSuccess: Date | undefined };
};

export type PortOptions = Pick<RoutePorts, 'clock' | 'schedule' | 'locations' | 'version' | 'presigner'> & {
  readonly log: Logger;
};

/** What routes work with, over one store. */
export function openPorts(options: PortOptions, store: WatchedStore, operations: readonly Operation[]): RoutePorts {
  const { clock, log, schedule, locations, version, presigner } = options;
  const products = new Products({ store, clock, log, locations });
  const runs = new Runs({ store, products, schedule, clock, log });
  const storeHealth: RoutePorts['storeHealth'] = () => ({
    failingSince: store.failingSince,
    lastSuccess: store.lastSuccess,
  });
  return {
    products,
    runs,
    plans: new Plans(runs),
    schedule,
    clock,
    locations,
    version,
    operations,
    presigner,
    storeHealth,
  };
}
