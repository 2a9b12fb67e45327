import { EXIT, systemClock } from '@weatherline/runtime';
import { DEAD_LETTER_TOPICS, readDeadLetters, selectDeadLetters, type DeadLetter } from '../dead-letters.ts';
import { openInstallation, type Installation } from '../installation.ts';
import { instantOf } from '../instant.ts';
import { table, type Output } from '../output.ts';
import { plainLine } from '../plain-text.ts';
import type { DeadLetterList } from '../results/dlq.ts';
import { slotOf } from '../runs/slot.ts';

export type Filters = {
  readonly data: string;
  readonly stage?: string;
  readonly code?: string;
  readonly run?: string;
  readonly since?: string;
  readonly until?: string;
};

/** What is set aside and matches, oldest first. */
export async function listDeadLetters(options: Filters, output: Output): Promise<number> {
  await using resources = new AsyncDisposableStack();
  const items = await selected(await openInstallation(options.data, output, resources), options, output);
  const result: DeadLetterList = { items: items.map((letter) => ({ ...letter, run: letter.run ?? null })) };
  output.result(result, () => (items.length === 0 ? 'no dead letters' : tableOf(items)));
  return EXIT.ok;
}

/** What the options select of what is set aside; of no ids, all that the filters match. */
export async function selected(
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

function tableOf(letters: readonly DeadLetter[]): string {
  return table(
    ['ID', 'TIME', 'STAGE', 'CODE', 'RUN', 'ATTEMPTS', 'REDRIVES'],
    letters.map(({ id, at, stage, code, run = '-', attempts, redrives }) =>
      [id, at, stage, code, run, attempts, redrives].map((cell) => (typeof cell === 'string' ? plainLine(cell) : cell)),
    ),
    { spare: ['ATTEMPTS', 'REDRIVES', 'TIME', 'STAGE'] },
  );
}
