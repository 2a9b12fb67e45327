import {
  deadLetterTopicOf,
  ProductStored,
  ReadingsFetched,
  RecordsTransformed,
  RunRequested,
  topicOf,
  type Lane,
} from '@weatherline/events';
import type { Clock, LogReader } from '@weatherline/runtime';
import { readDeadLetters, selectDeadLetters } from '../dead-letters.ts';
import { readRunEvents } from './run-events.ts';
import { lettersOfParts, type RunLetter } from './run-letters.ts';

export type Asked = {
  readonly run: string;
  /** The id of the retry. */
  readonly replay: string;
  readonly lane: Lane;
  readonly parts: readonly string[];
  readonly at: Date;
};

export type Outcome = {
  /** Every part is stored or set aside. */
  readonly isSettled: boolean;
  /** Of parts that are not stored. */
  readonly letters: readonly RunLetter[];
};

/** The clocks of the brokers and of this machine may differ by this much. */
const CLOCK_SKEW_MS = 600_000;

/** What has become of a retry so far, by what the log says: a product that stays as it was changes nothing in the store. */
export async function outcomeOf(
  log: Pick<LogReader, 'read'>,
  { run, replay, lane, parts, at }: Asked,
): Promise<Outcome> {
  const since = new Date(at.getTime() - CLOCK_SKEW_MS);
  const events = await readRunEvents(log, { run, since, definitions: [ProductStored], lanes: [lane] });
  const stored = new Set(events.filter((event) => event.replay === replay).map(({ part }) => part));
  const open = new Set(parts.filter((part) => !stored.has(part)));
  if (open.size === 0) return { isSettled: true, letters: [] };
  const topics = [RunRequested, ReadingsFetched, RecordsTransformed].map((event) =>
    deadLetterTopicOf(topicOf(event, lane)),
  );
  const { letters } = await readDeadLetters(log, topics);
  const ofRun = await lettersOfParts(log, selectDeadLetters(letters, { run, since }));
  const ours = ofRun.filter((letter) => letter.replay === replay && letter.part !== null && open.has(letter.part));
  const setAside = new Set(ours.map(({ part }) => part));
  return { isSettled: setAside.size === open.size, letters: ours };
}

export type Waiting = {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly everyMs: number;
};

/** Looks until the retry is settled, or the time is over. */
export async function waitForRetry(
  log: Pick<LogReader, 'read'>,
  asked: Asked,
  { clock, timeoutMs, everyMs }: Waiting,
): Promise<Outcome> {
  const deadline = clock.now().getTime() + timeoutMs;
  for (;;) {
    const outcome = await outcomeOf(log, asked);
    if (outcome.isSettled || clock.now().getTime() >= deadline) return outcome;
    await clock.sleep(Math.min(everyMs, Math.max(1, deadline - clock.now().getTime())));
  }
}
