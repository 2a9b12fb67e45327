import { slotId } from '@weatherline/events';
import type { Schedule } from '@weatherline/events/schedule';
import type { Clock, Logger } from '@weatherline/runtime';

/** Timers are checked at least this often, so that a laptop that slept notices that its slot has come. */
const LOOK_AT_LEAST_MS = 30_000;

export type SchedulerPorts = {
  readonly schedule: Schedule;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** The slot that the caller has opened already; default: the current one. */
  readonly opened?: Date;
  readonly open: (slot: Date) => Promise<void>;
};

/**
 * Opens the current slot at each tick of the schedule until the signal aborts.
 *
 * Only ever the current one: slots that passed while nothing ran show as missing and are filled on purpose or not at all.
 */
export async function keepSchedule({ schedule, clock, log, signal, opened, open }: SchedulerPorts): Promise<void> {
  let last = opened ?? schedule.current(clock.now());
  while (!signal.aborted) {
    const untilNext = schedule.next(clock.now()).getTime() - clock.now().getTime();
    try {
      await clock.sleep(Math.min(untilNext, LOOK_AT_LEAST_MS), signal);
    } catch {
      return;
    }
    const current = schedule.current(clock.now());
    if (current.getTime() <= last.getTime()) continue;
    try {
      await open(current);
      last = current;
    } catch (error) {
      // Tried again at the next look: the slot stays current until the one after it.
      log.error('slot not opened', { slot: slotId(current), err: error });
    }
  }
}
