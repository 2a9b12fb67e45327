import type { Location } from '@weatherline/events';
import type { Schedule } from '@weatherline/events/schedule';
import type { Clock } from '@weatherline/runtime';
import type { Products } from './products.ts';

/** What every route works with. */
export type RoutePorts = {
  readonly products: Products;
  readonly schedule: Schedule;
  readonly clock: Clock;
  readonly locations: readonly Location[];
  readonly version: string;
};
