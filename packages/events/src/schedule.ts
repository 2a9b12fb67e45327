import { Cron } from 'croner';

/** A UTC cron expression as instants: which slot is current, which comes before and after. */
export type Schedule = {
  readonly expression: string;
  /** The latest slot at or before an instant. */
  readonly current: (now: Date) => Date;
  /** The first slot after an instant. */
  readonly next: (after: Date) => Date;
  /** The last slot before an instant. */
  readonly previous: (before: Date) => Date;
  /** Is the instant a tick of the expression? */
  readonly has: (slot: Date) => boolean;
};

/** Parses five (or six, with seconds) fields of cron in UTC; throws a RangeError that says what is wrong. */
export function parseSchedule(expression: string): Schedule {
  const cron = cronOf(expression);
  const next = (after: Date): Date => {
    const found = cron.nextRun(after);
    if (found === null) throw new RangeError(`the schedule '${expression}' has no slot after ${after.toISOString()}`);
    return found;
  };
  const previous = (before: Date): Date => {
    const found = cron.previousRuns(1, before)[0];
    if (found === undefined)
      throw new RangeError(`the schedule '${expression}' has no slot before ${before.toISOString()}`);
    return found;
  };
  const has = (slot: Date): boolean => slot.getMilliseconds() === 0 && cron.match(slot);
  return {
    expression,
    next,
    previous,
    has,
    current: (now) => previous(new Date(Math.floor(now.getTime() / 1000) * 1000 + 1000)),
  };
}

function cronOf(expression: string): Cron {
  try {
    return new Cron(expression, { timezone: 'UTC', mode: '5-or-6-parts', paused: true });
  } catch (cause) {
    throw new RangeError(`expected a UTC cron expression such as '0 */6 * * *', got '${expression}'`, { cause });
  }
}
