import { slotId } from '@weatherline/events';
import type { Schedule } from '@weatherline/events/schedule';
import type { RunShown } from '../results/runs.ts';
import { slotInstantOf } from './slot.ts';

/** Commands that may help a run that is not complete. */
export function nextSteps(
  { run, state, dead_letters: letters }: Pick<RunShown, 'run' | 'state' | 'dead_letters'>,
  schedule: Schedule,
  now: Date,
): string[] {
  if (state === 'partial' || state === 'failed') return [`weatherline runs retry ${run}`];
  if (state === 'missing') return missingSteps(run, schedule, now);
  // Whatever was set aside, its part came by another way: to put it back would change nothing.
  return state === 'complete' && letters > 0 ? [`weatherline dlq purge --run ${run}`] : [];
}

function missingSteps(run: string, schedule: Schedule, now: Date): string[] {
  const slot = slotInstantOf(run);
  if (slot > now) return [];
  if (!schedule.has(slot)) return [`weatherline trigger --slot ${run} --off-schedule`];
  if (slotId(schedule.current(now)) === run) return [`weatherline trigger --slot ${run}`];
  return [`weatherline backfill --from ${run} --to ${run}`];
}

/** Why there is nothing of a slot, and what may be done. */
export function whyMissing(run: string, next: readonly string[], schedule: Schedule): string {
  const slot = slotInstantOf(run);
  const why = schedule.has(slot)
    ? `run ${run} is missing: nobody has asked for it`
    : `there is no run ${run}, and '${schedule.expression}' has no such slot`;
  return next.length === 0 ? `${why}: it lies in the future` : `${why}\nnext: ${next.join('\nnext: ')}`;
}
