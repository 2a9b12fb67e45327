import { DEPLOYABLE_VARIABLES } from '@weatherline/adapters/settings';
import type { Schedule } from '@weatherline/events/schedule';
import { COMMON, loadConfig, type Environment } from '@weatherline/runtime';
import { namesCluster } from '../cluster.ts';
import { readConfig } from '../config.ts';

/** Which slots there are; on Kafka as in a directory. */
export function scheduleOf(env: Environment): Schedule {
  return loadConfig({ schedule: COMMON.schedule }, env, DEPLOYABLE_VARIABLES).schedule;
}

/**
 * May the provider be asked about a slot that has ended? The recorded one may; a live one would put today's weather into
 * the past. On Kafka the provider is fetch's business, which this process cannot see.
 */
export function hasHistory(env: Environment): boolean {
  return !namesCluster(env) && readConfig(env).provider === 'recorded';
}
