import type { Schedule } from '@weatherline/events/schedule';
import { duration, EXIT } from '@weatherline/runtime';
import { Failure } from '../failure.ts';
import type { SlotRange } from '../replay/archive.ts';

const MAX_SLOTS = 200_000;

/** The slots of a range, oldest first: the ticks of the schedule, or those of a step in UTC (`6h`: 00, 06, 12, 18). */
export function slotsIn(range: SlotRange, schedule: Schedule, every: string | undefined): Date[] {
  const step = every === undefined ? undefined : stepOf(every);
  const slots: Date[] = [];
  const first = new Date(range.from.getTime() - 1000);
  const next = (after: Date): Date => (step === undefined ? schedule.next(after) : ticked(after, step));
  for (let slot = next(first); slot.getTime() < range.to.getTime(); slot = next(slot)) {
    if (slots.push(slot) > MAX_SLOTS) {
      throw new Failure(EXIT.usage, `--from: expected at most ${MAX_SLOTS} slots at once, the range has more`);
    }
  }
  return slots;
}

function ticked(after: Date, step: number): Date {
  return new Date((Math.floor(after.getTime() / step) + 1) * step);
}

function stepOf(text: string): number {
  try {
    const step = duration(text);
    if (step % 60_000 === 0 && step > 0) return step;
  } catch {
    // Told below.
  }
  throw new Failure(EXIT.usage, `--every: expected whole minutes or more, such as 6h, got '${text}'`);
}
