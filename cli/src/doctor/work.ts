import { Failure } from '../failure.ts';
import { slotId } from '@weatherline/events';
import type { Schedule } from '@weatherline/events/schedule';
import type { LogReader, ObjectReader } from '@weatherline/runtime';
import { DEAD_LETTER_TOPICS, readDeadLetters, type DeadLetter } from '../dead-letters.ts';
import { plainLine } from '../plain-text.ts';
import { isHeld, readProgress } from '../replay/ledger.ts';
import { listReplays } from '../replay/plan.ts';
import { inParallel } from '../runs/in-parallel.ts';
import { oldestPlanned, runsBetween } from '../runs/run-index.ts';
import { slotInstantOf } from '../runs/slot.ts';
import { ok, skipped, warn, type Finding } from './check.ts';

const HOUR_MS = 3_600_000;
const LOOK_BACK_MS = 48 * HOUR_MS;
/** Whoever asks for a slot has asked for it by then. */
const GRACE_MS = 15 * 60_000;
const SHOWN = 5;

export type SlotQuestion = {
  readonly store: Pick<ObjectReader, 'list'>;
  readonly schedule: Schedule;
  readonly now: Date;
};

/** Slots of the last two days that nobody has asked for, by the names in the store alone. */
export async function checkSlots({ store, schedule, now }: SlotQuestion): Promise<Finding> {
  const oldest = await oldestPlanned(store);
  if (oldest === undefined) return skipped('no run was planned yet');
  const from = Math.max(slotInstantOf(oldest).getTime(), now.getTime() - LOOK_BACK_MS);
  const to = new Date(now.getTime() - GRACE_MS);
  const slots: string[] = [];
  for (let at = schedule.current(to); at.getTime() >= from; at = schedule.previous(at)) slots.push(slotId(at));
  const [newest, first] = [slots[0], slots.at(-1)];
  if (newest === undefined || first === undefined) return ok('no slot was due in the last 48 h');
  const runs = await runsBetween(store, { from: first, to: newest }, slots);
  const missing = runs.filter(({ plan, parts }) => plan === undefined && parts.length === 0).map(({ id }) => id);
  const last = missing[0];
  const begun = missing.at(-1);
  if (last === undefined || begun === undefined) return ok(`${slots.length} of the last 48 h, none is missing`);
  const count = `${missing.length} of ${slots.length} of the last 48 h ${missing.length === 1 ? 'is' : 'are'} missing`;
  return warn(`${count}: ${someOf(missing)}`, fixOf(begun, last, { schedule, now }));
}

/** The slot of now is asked for as ever; those that have ended take a backfill, whose end is not included. */
function fixOf(begun: string, last: string, { schedule, now }: Omit<SlotQuestion, 'store'>): string {
  const current = slotId(schedule.current(now));
  const trigger = last === current ? ['weatherline trigger'] : [];
  const end = last === current ? last : slotId(schedule.next(slotInstantOf(last)));
  const backfill = begun === current ? [] : [`weatherline backfill --from ${begun} --to ${end}`];
  return `${[...trigger, ...backfill].join('; ')}; does whoever asks for slots run (weatherline up, or the trigger)?`;
}

function someOf(names: readonly string[]): string {
  const more = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : '';
  return `${names.slice(0, SHOWN).join(', ')}${more}`;
}

export type LetterQuestion = {
  readonly log: Pick<LogReader, 'read'>;
  /** Topics that are not there. */
  readonly absent: ReadonlySet<string>;
  readonly signal: AbortSignal;
};

export const MANY_LETTERS = warn('too many to be counted in this time', 'weatherline dlq list');

/** What is set aside and waits for somebody to look at it. */
export async function checkDeadLetters({ log, absent, signal }: LetterQuestion): Promise<Finding> {
  const topics = DEAD_LETTER_TOPICS.filter((topic) => !absent.has(topic));
  const stoppable = { read: (...args: Parameters<LogReader['read']>) => until(signal, log.read(...args)) };
  // Each topic takes a moment to be opened.
  const read = await Promise.all(topics.map(async (topic) => readDeadLetters(stoppable, [topic])));
  const letters = read.flatMap((one) => one.letters);
  const foreign = read.reduce((sum, { unreadable }) => sum + unreadable, 0);
  const left = foreign === 0 ? '' : `; left out: ${foreign} that weatherline has not written`;
  if (letters.length === 0) return ok(`none waits${left}`);
  const wait = letters.length === 1 ? '1 waits' : `${letters.length} wait`;
  const fix = 'weatherline dlq list; mend the cause, then weatherline dlq redrive, or dlq purge';
  return warn(`${wait}: ${kindsOf(letters)}${left}`, fix);
}

async function* until<Item>(signal: AbortSignal, items: AsyncIterable<Item>): AsyncGenerator<Item> {
  for await (const item of items) {
    if (signal.aborted) return;
    yield item;
  }
}

/** How many of which code, most first. */
function kindsOf(letters: readonly DeadLetter[]): string {
  const byKind = Map.groupBy(letters, ({ stage, code }) => `${plainLine(code, 60)} of ${plainLine(stage, 40)}`);
  const kinds = [...byKind].toSorted(([, one], [, other]) => other.length - one.length);
  return someOf(kinds.map(([kind, found]) => `${found.length} ${kind}`));
}

const DAY_MS = 24 * HOUR_MS;
const AT_ONCE = 8;

type Standing = { readonly id: string; readonly state: 'stalled' | 'paused' | 'unreadable' };

/** Replays that nobody goes on with: their holder is gone, or somebody has paused them and forgotten it. */
export async function checkReplays(store: ObjectReader, now: Date): Promise<Finding> {
  const ids = await listReplays(store);
  if (ids.length === 0) return ok('there are none');
  const standing = await inParallel(ids, AT_ONCE, async (id) => standingOf(store, id, now));
  const left = standing.filter((one) => one !== undefined);
  if (left.length === 0) return ok(`${ids.length}, none is left behind`);
  const words = {
    stalled: 'is stalled: its holder is gone',
    paused: 'has been paused for over a day',
    unreadable: 'has a progress that this weatherline cannot read',
  } as const;
  const told = left.slice(0, SHOWN).map(({ id, state }) => `${id} ${words[state]}`);
  const more = left.length > SHOWN ? [`and ${left.length - SHOWN} more: weatherline replay status`] : [];
  const steps = left.slice(0, SHOWN).map(({ id, state }) => {
    return state === 'unreadable' ? `weatherline replay status ${id}` : `weatherline replay resume ${id}`;
  });
  const end = left.every(({ state }) => state === 'unreadable') ? '' : '; what is not wanted any more: replay abort';
  return warn([...told, ...more].join('\n'), `${steps.join('; ')}${end}`);
}

async function standingOf(store: ObjectReader, id: string, now: Date): Promise<Standing | undefined> {
  let progress;
  try {
    progress = (await readProgress({ store }, id))?.progress;
  } catch (error) {
    // No JSON, or another shape than this weatherline knows.
    if (!(error instanceof Failure)) throw error;
    return { id, state: 'unreadable' };
  }
  if (progress === undefined) return undefined;
  const { state, holder, updated_at: at } = progress;
  if (state === 'running' && (holder === null || !isHeld(holder, now))) return { id, state: 'stalled' };
  return state === 'paused' && now.getTime() - Date.parse(at) > DAY_MS ? { id, state } : undefined;
}
