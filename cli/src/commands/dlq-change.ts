import { duration, EXIT, stopOnSignals, systemClock } from '@weatherline/runtime';
import { confirm } from '../confirm.ts';
import { readDeadLetters, selectDeadLetters, type DeadLetter } from '../dead-letters.ts';
import { Failure } from '../failure.ts';
import { openInstallation, type Installation } from '../installation.ts';
import type { Output } from '../output.ts';
import { plainLine } from '../plain-text.ts';
import { createProgress, type Progress } from '../progress.ts';
import { purge, redrive, type Redriven } from '../redrive.ts';
import type { DeadLettersPurged, DeadLettersRedriven } from '../results/dlq.ts';
import { selected, type Filters } from './dlq.ts';

export type Changes = Filters & {
  readonly all?: boolean;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
};

export type RedriveOptions = Changes & {
  readonly force?: boolean;
  /** At most so many a second. */
  readonly rate?: number;
  readonly timeout: string;
};

/** Puts dead letters back on their origin topics. */
export async function redriveDeadLetters(
  ids: readonly string[],
  options: RedriveOptions,
  output: Output,
): Promise<number> {
  checkSelection('redrive', ids, options);
  await using resources = new AsyncDisposableStack();
  const installation = await openInstallation(options.data, output, resources);
  const letters = await selected(installation, options, output, ids);
  const missing = missingOf(ids, letters);
  const { dryRun = false, force = false, yes = false, rate } = options;
  const timeoutMs = duration(options.timeout);
  if (letters.length > 0 && !dryRun) {
    const about = `${counted(letters)} will be put back on ${letters.length === 1 ? 'its topic' : 'their topics'}.`;
    await confirm({ about, answer: 'yes', yes }, process);
  }
  const { signal } = resources.use(stopOnSignals(process));
  const outcomes: Redriven[] = [];
  const begun = systemClock.now();
  try {
    using progress = progressOf('redrive', letters, dryRun);
    const pace = rate === undefined ? {} : { rate };
    for await (const outcome of redrive(installation, letters, { dryRun, force, signal, ...pace })) {
      outcomes.push(outcome);
      progress?.update(outcomes.length);
    }
  } catch (error) {
    if (outcomes.length > 0) output.say(redriven(outcomes, dryRun));
    throw error;
  }
  const items = outcomes.map((outcome) => ({ ...outcome, reason: outcome.reason ?? null }));
  const result: DeadLettersRedriven = { dry_run: dryRun, items, missing };
  output.result(result, () => redriven(outcomes, dryRun));
  if (signal.aborted) return interrupted(outcomes.length, letters.length, output);
  if (!dryRun) await installation.finish(timeoutMs);
  if (!dryRun) await tellSetAsideAgain(installation, begun, output);
  const done = outcomes.filter(({ state }) => state === 'redriven');
  return endOf({ asked: ids, missing, all: outcomes, done }, output);
}

/** As far as that is known by now: whoever else handles them may not have come to it. */
async function tellSetAsideAgain({ log }: Pick<Installation, 'log'>, since: Date, output: Output): Promise<void> {
  const { letters } = await readDeadLetters(log);
  const again = selectDeadLetters(letters, { since }).filter(({ redrives }) => redrives > 0);
  if (again.length > 0) output.say(`${counted(again)} came back: weatherline dlq list shows why`);
}

/** Takes dead letters away. */
export async function purgeDeadLetters(ids: readonly string[], options: Changes, output: Output): Promise<number> {
  checkSelection('purge', ids, options);
  await using resources = new AsyncDisposableStack();
  const installation = await openInstallation(options.data, output, resources);
  const letters = await selected(installation, options, output, ids);
  const missing = missingOf(ids, letters);
  const { dryRun = false, yes = false, stage } = options;
  if (letters.length > 0 && !dryRun) {
    await confirm({ about: `${counted(letters)} will be gone for good.`, answer: stage ?? 'purge', yes }, process);
  }
  const { signal } = resources.use(stopOnSignals(process));
  using progress = progressOf('purge', letters, dryRun);
  const update = (done: number): void => progress?.update(done);
  const gone = dryRun ? letters : await purge(installation.publish, letters, { signal, update });
  progress?.[Symbol.dispose]();
  const purged = gone.map(({ id }) => id);
  const result: DeadLettersPurged = { dry_run: dryRun, purged, missing };
  output.result(result, () =>
    purged.length === 0
      ? 'no dead letter matches'
      : purged.map((id) => `${dryRun ? 'would be purged' : 'purged'}  ${id}`).join('\n'),
  );
  if (signal.aborted) return interrupted(purged.length, letters.length, output);
  return endOf({ asked: ids, missing, all: letters, done: letters }, output);
}

/** What is done in a moment needs no bar. */
const LONG = 50;

function progressOf(label: string, { length: total }: readonly unknown[], dryRun: boolean): Progress | undefined {
  return dryRun || total < LONG ? undefined : createProgress(process, { label, total, unit: 'dead letters' });
}

function interrupted(done: number, all: number, output: Output): number {
  output.say(`interrupted: ${done} of ${all} are done, the others are still set aside; nothing is lost`);
  return EXIT.interrupted;
}

/** Everything must be asked for as such. */
function checkSelection(command: string, ids: readonly string[], options: Changes): void {
  const { all = false, stage, code, run, since, until } = options;
  const isFiltered = [stage, code, run, since, until].some((criterion) => criterion !== undefined);
  if (ids.length > 0 && (all || isFiltered)) {
    throw new Failure(EXIT.usage, `${command}: expected ids, or filters, or --all, not ids with the others`);
  }
  if (ids.length === 0 && !all && !isFiltered) {
    throw new Failure(
      EXIT.usage,
      `${command}: nothing is selected: name ids, filter by --stage, --code, --run, --since or --until, or say --all`,
    );
  }
}

function missingOf(ids: readonly string[], letters: readonly DeadLetter[]): string[] {
  return [...new Set(ids)].filter((id) => !letters.some((letter) => letter.id === id));
}

type End = {
  readonly asked: readonly string[];
  readonly missing: readonly string[];
  readonly all: readonly unknown[];
  readonly done: readonly unknown[];
};

function endOf({ asked, missing, all, done }: End, output: Output): number {
  for (const id of missing) output.say(`there is no dead letter ${id}: weatherline dlq list shows what there is`);
  if (asked.length > 0 && all.length === 0) return EXIT.notFound;
  return missing.length > 0 || done.length < all.length ? EXIT.partial : EXIT.ok;
}

function counted({ length }: readonly unknown[]): string {
  return `${length} dead ${length === 1 ? 'letter' : 'letters'}`;
}

function redriven(outcomes: readonly Redriven[], dryRun: boolean): string {
  if (outcomes.length === 0) return 'no dead letter matches';
  return outcomes
    .map(({ id, topic, state, reason, redrives }) =>
      state === 'refused'
        ? `refused  ${id}  ${plainLine(reason ?? '', 300)}`
        : `${dryRun ? 'would be redriven' : 'redriven'}  ${id}  to ${topic}, redrive ${redrives}`,
    )
    .join('\n');
}
