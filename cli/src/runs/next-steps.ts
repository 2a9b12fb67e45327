import { slotId } from '@weatherline/events';
import type { Schedule } from '@weatherline/events/schedule';
import type { RunShown } from '../results/runs.ts';
import { slotInstantOf } from './slot.ts';

type Standing = Pick<RunShown, 'run' | 'state' | 'dead_letters'> & Partial<Pick<RunShown, 'stored' | 'passes'>>;

/** Commands that may help a run that is not complete. */
export function nextSteps(
  { run, state, dead_letters: letters, stored = 0, passes = [] }: Standing,
  schedule: Schedule,
  now: Date,
): string[] {
  if (state === 'partial' || state === 'failed') return [`weatherline runs retry ${run}`];
  if (state === 'open') return [isGone(stored, passes) ? `weatherline runs retry ${run}` : 'weatherline lag'];
  if (state === 'missing') return missingSteps(run, schedule, now);
  // Whatever was set aside, its part came by another way: to put it back would change nothing.
  return state === 'complete' && letters > 0 ? [`weatherline dlq purge --run ${run}`] : [];
}

/** Was more stored than is there? What was taken away does not come again by itself. */
function isGone(stored: number, passes: RunShown['passes']): boolean {
  const written = passes
    .filter(({ mode }) => mode !== 'verify')
    .flatMap(({ parts }) => parts)
    .filter(({ stages }) => stages.some(({ stage, state }) => stage === 'upload' && state === 'done'));
  return new Set(written.map(({ part }) => part)).size > stored;
}

function missingSteps(run: string, schedule: Schedule, now: Date): string[] {
  const slot = slotInstantOf(run);
  if (slot > now) return [];
  if (!schedule.has(slot)) return [`weatherline trigger --slot ${run} --off-schedule`];
  if (slotId(schedule.current(now)) === run) return [`weatherline trigger --slot ${run}`];
  return [backfillOf(run, run, schedule)];
}

/** The command that makes what is missing between two slots, both included: its own --to is not. */
export function backfillOf(oldest: string, newest: string, schedule: Schedule): string {
  return `weatherline backfill --from ${oldest} --to ${slotId(schedule.next(slotInstantOf(newest)))}`;
}

/** What brings the missing runs of a list, newest first: the current slot is no backfill's, it has not ended. */
export function missingNext(missing: readonly string[], schedule: Schedule, now: Date): string[] {
  const current = slotId(schedule.current(now));
  const ended = missing.filter((run) => run !== current);
  const [newest, oldest] = [ended[0], ended.at(-1)];
  return [
    ...(ended.length < missing.length ? [`weatherline trigger --slot ${current}`] : []),
    ...(newest === undefined || oldest === undefined ? [] : [backfillOf(oldest, newest, schedule)]),
  ];
}

/** Why there is nothing of a slot, and what may be done. */
export function whyMissing(run: string, next: readonly string[], schedule: Schedule): string {
  if (!schedule.has(slotInstantOf(run))) {
    return [`there is no run ${run}, and '${schedule.expression}' has no such slot`, ...next].join('\nnext: ');
  }
  const why = next.length === 0 ? 'its slot lies in the future' : 'nobody has asked for it';
  return [`run ${run} is missing: ${why}`, ...next].join('\nnext: ');
}
