import { duration, EXIT, systemClock } from '@weatherline/runtime';
import { confirm } from '../confirm.ts';
import { DEAD_LETTER_TOPICS, readDeadLetters, selectDeadLetters, type DeadLetter } from '../dead-letters.ts';
import { Failure } from '../failure.ts';
import { openInstallation, type Installation } from '../installation.ts';
import { instantOf } from '../instant.ts';
import { table, type Output } from '../output.ts';
import { plainLine } from '../plain-text.ts';
import { purge, redrive, type Redriven } from '../redrive.ts';
import type { DeadLetterList, DeadLettersPurged, DeadLettersRedriven } from '../results/dlq.ts';
import { slotOf } from './runs.ts';

export type Filters = {
  readonly data: string;
  readonly stage?: string;
  readonly code?: string;
  readonly run?: string;
  readonly since?: string;
  readonly until?: string;
};

export type Changes = Filters & {
  readonly all?: boolean;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
};

/** What is set aside and matches, oldest first. */
export async function listDeadLetters(options: Filters, output: Output): Promise<number> {
  await using resources = new AsyncDisposableStack();
  const items = await selected(await openInstallation(options.data, output, resources), options, output);
  const result: DeadLetterList = { items: items.map((letter) => ({ ...letter, run: letter.run ?? null })) };
  output.result(result, () => (items.length === 0 ? 'no dead letters' : tableOf(items)));
  return EXIT.ok;
}

/** Puts dead letters back on their origin topics. */
export async function redriveDeadLetters(
  ids: readonly string[],
  options: Changes & { readonly force?: boolean; readonly timeout: string },
  output: Output,
): Promise<number> {
  checkSelection('redrive', ids, options);
  await using resources = new AsyncDisposableStack();
  const installation = await openInstallation(options.data, output, resources);
  const letters = await selected(installation, options, output, ids);
  const missing = missingOf(ids, letters);
  const { dryRun = false, force = false, yes = false } = options;
  const timeoutMs = duration(options.timeout);
  if (letters.length > 0 && !dryRun) {
    const about = `${counted(letters)} will be put back on ${letters.length === 1 ? 'its topic' : 'their topics'}.`;
    await confirm({ about, answer: 'yes', yes }, process);
  }
  const outcomes: Redriven[] = [];
  try {
    for await (const outcome of redrive(installation, letters, { dryRun, force })) outcomes.push(outcome);
  } catch (error) {
    if (outcomes.length > 0) output.say(redriven(outcomes, dryRun));
    throw error;
  }
  const items = outcomes.map((outcome) => ({ ...outcome, reason: outcome.reason ?? null }));
  const result: DeadLettersRedriven = { dry_run: dryRun, items, missing };
  output.result(result, () => redriven(outcomes, dryRun));
  if (!dryRun) await installation.finish(timeoutMs);
  return endOf(
    { asked: ids, missing, all: outcomes, done: outcomes.filter(({ state }) => state === 'redriven') },
    output,
  );
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
    const about = `${counted(letters)} will be gone for good.`;
    await confirm({ about, answer: stage ?? 'purge', yes }, process);
    await purge(installation.publish, letters);
  }
  const purged = letters.map(({ id }) => id);
  const result: DeadLettersPurged = { dry_run: dryRun, purged, missing };
  output.result(result, () =>
    purged.length === 0
      ? 'no dead letter matches'
      : purged.map((id) => `${dryRun ? 'would be purged' : 'purged'}  ${id}`).join('\n'),
  );
  return endOf({ asked: ids, missing, all: letters, done: letters }, output);
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

async function selected(
  { log }: Pick<Installation, 'log'>,
  options: Filters,
  output: Output,
  ids: readonly string[] = [],
): Promise<DeadLetter[]> {
  const { stage, code, run, since, until } = options;
  const now = systemClock.now();
  const selection = {
    ...(ids.length === 0 ? {} : { ids }),
    ...(stage === undefined ? {} : { stage }),
    ...(code === undefined ? {} : { code }),
    ...(run === undefined ? {} : { run: slotOf(run) }),
    ...(since === undefined ? {} : { since: instantOf('--since', since, now) }),
    ...(until === undefined ? {} : { until: instantOf('--until', until, now) }),
  };
  const { letters, unreadable } = await readDeadLetters(log, ids.length === 0 ? undefined : topicsOf(ids));
  if (unreadable > 0) output.say(`left out: ${unreadable} that weatherline has not written`);
  return selectDeadLetters(letters, selection);
}

/** Where dead letters of these ids lie: an id begins with its origin's topic. */
export function topicsOf(ids: readonly string[]): string[] {
  const topics = new Set(ids.map((id) => `${id.split('/')[0] ?? ''}.dlq`));
  return DEAD_LETTER_TOPICS.filter((topic) => topics.has(topic));
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

function tableOf(letters: readonly DeadLetter[]): string {
  return table(
    ['ID', 'TIME', 'STAGE', 'CODE', 'RUN', 'ATTEMPTS', 'REDRIVES'],
    letters.map(({ id, at, stage, code, run = '-', attempts, redrives }) =>
      [id, at, stage, code, run, attempts, redrives].map((cell) => (typeof cell === 'string' ? plainLine(cell) : cell)),
    ),
  );
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
