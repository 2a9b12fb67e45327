import { EXIT, systemClock } from '@weatherline/runtime';
import { Failure } from '../failure.ts';
import { openInstallation } from '../installation.ts';
import { instantOf } from '../instant.ts';
import { table, type Output } from '../output.ts';
import type { RunListed, RunShown, RunsList, RunState } from '../results/runs.ts';
import { listedRuns } from '../runs/list-runs.ts';
import { missingNext, nextSteps, whyMissing } from '../runs/next-steps.ts';
import { moodOf, painter, type Paint } from '../runs/paint.ts';
import { runsBetween } from '../runs/run-index.ts';
import { scheduleOf } from '../runs/setup.ts';
import { shownRun } from '../runs/show-run.ts';
import { showText } from '../runs/show-text.ts';
import { slotInstantOf, slotOf } from '../runs/slot.ts';
import { durationText } from '../runs/time-text.ts';

export type ListOptions = {
  readonly data: string;
  readonly limit: number;
  readonly from?: string;
  readonly to?: string;
  readonly state?: RunState;
};

/** The newest runs and the slots that have none, newest first. */
export async function listRuns({ data, limit, from, to, state }: ListOptions, output: Output): Promise<number> {
  const now = systemClock.now();
  const schedule = scheduleOf(process.env);
  const range = {
    from: from === undefined ? undefined : instantOf('--from', from, now),
    to: to === undefined ? undefined : instantOf('--to', to, now),
  };
  if (range.from !== undefined && range.from > (range.to ?? now)) {
    throw new Failure(EXIT.usage, `--from: expected an instant before ${to ?? 'now'}, got '${from}'`);
  }
  await using resources = new AsyncDisposableStack();
  const installation = await openInstallation(data, output, resources);
  const items = await listedRuns(installation, {
    limit,
    now,
    schedule,
    ...range,
    state,
    warn: output.say,
  });
  const result: RunsList = { schedule: schedule.expression, items };
  output.result(result, () => {
    if (items.length > 0) return tableOf(items, painter(process));
    return state === undefined && from === undefined && to === undefined ? 'no runs yet' : 'no run matches';
  });
  const missing = items.filter((item) => item.state === 'missing');
  if (!output.json && missing.length > 0) {
    const next = missingNext(
      missing.map(({ run }) => run),
      schedule,
      now,
    );
    output.say([`${missing.length} missing`, ...next.map((command) => `next: ${command}`)].join('\n'));
  }
  return EXIT.ok;
}

/** One run: what became of each stage and part, and what to do about what is not there. */
export async function showRun({ data, slot }: { data: string; slot: string }, output: Output): Promise<number> {
  const id = slotOf(slot);
  const now = systemClock.now();
  const schedule = scheduleOf(process.env);
  await using resources = new AsyncDisposableStack();
  const { log, store } = await openInstallation(data, output, resources);
  const [run] = await runsBetween(store, { from: id, to: id }, [id]);
  if (run === undefined) throw new Failure(EXIT.notFound, `there is no run ${id}`);
  const known = await shownRun({ log, store, warn: output.say }, run, now);
  const shown: RunShown = { ...known, next: nextSteps(known, schedule, now) };
  if (shown.state !== 'missing') {
    output.result(shown, () => showText(shown, process.stdout.columns ?? 80, painter(process)));
    return EXIT.ok;
  }
  if (output.json && schedule.has(slotInstantOf(id))) output.result(shown, () => '');
  throw new Failure(EXIT.notFound, whyMissing(id, shown.next, schedule));
}

const HEAD = ['RUN', 'STATE', 'REASON', 'PARTS', 'FAILED', 'REV', 'TOOK', 'SET ASIDE'];

function tableOf(items: readonly RunListed[], paint: Paint): string {
  const [head = '', ...lines] = table(HEAD, items.map(rowOf)).split('\n');
  const painted = lines.map((line, at) => {
    const { run, state = 'missing' } = items[at] ?? {};
    return line.replace(`${run}  ${state}`, `${run}  ${paint(moodOf(state), state)}`);
  });
  return [paint('strong', head), ...painted].join('\n');
}

function rowOf(item: RunListed): (string | number)[] {
  if (item.state === 'missing') return [item.run, item.state];
  const { run, state, reason, stored, parts, locations, failed_locations: failed, revision } = item;
  return [
    run,
    state,
    reason ?? '-',
    `${stored}/${parts ?? '?'}`,
    locations === null ? '-' : `${stored === 0 ? '-' : (failed ?? '?')} of ${locations}`,
    revision ?? '-',
    durationText(item.duration_ms),
    item.dead_letters,
  ];
}
