import { DEPLOYABLE_VARIABLES } from '@weatherline/adapters/settings';
import type { Schedule } from '@weatherline/events/schedule';
import { COMMON, loadConfig, type Environment } from '@weatherline/runtime';
import type { Past } from '../past.ts';
import { readRunning } from '../running.ts';

/** Which slots there are; on Kafka as in a directory. */
export function scheduleOf(env: Environment): Schedule {
  return loadConfig({ schedule: COMMON.schedule }, env, DEPLOYABLE_VARIABLES).schedule;
}

/**
 * Who may be asked about slots that have ended. Whoever knows only the present would put today's weather into the past.
 * On Kafka it is fetch that asks: this process must be told the same as fetch, by WEATHERLINE_HISTORY.
 */
export function knownPast(env: Environment): Past | undefined {
  return readRunning(env).past;
}
