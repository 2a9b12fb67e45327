import type { Location } from '@weatherline/events';
import type { Schedule } from '@weatherline/events/schedule';
import type { Clock, Presigner } from '@weatherline/runtime';
import type { Operation } from './contract/operation.ts';
import type { Products } from './store/products.ts';
import type { Runs } from './store/runs.ts';

/** What every route works with. */
export type RoutePorts = {
  readonly products: Products;
  readonly runs: Runs;
  readonly schedule: Schedule;
  readonly clock: Clock;
  readonly locations: readonly Location[];
  readonly version: string;
  readonly operations: readonly Operation[];
  /** Where the store's own address may be given out. */
  readonly presigner: Presigner | undefined;
  readonly storeHealth: () => { readonly failingSince: Date | undefined; readonly lastSuccess: Date | undefined };
};
