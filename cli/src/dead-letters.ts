import { deadLetterTopicOf, EVENTS, topicOf } from '@weatherline/events';
import { redrivesOf, type LoggedMessage, type LogReader, type OutgoingMessage } from '@weatherline/runtime';
import * as v from 'valibot';
import { LANES } from './chain-groups.ts';
import { MessageHeaders } from './message-headers.ts';

const Offset = v.pipe(v.number(), v.integer(), v.minValue(0));

/** A dead letter as `deadLetterOf` writes it. */
const Written = v.looseObject({
  id: v.string(),
  correlationid: v.optional(v.string()),
  data: v.looseObject({
    original: v.looseObject({
      key: v.string(),
      headers: MessageHeaders,
      value: v.nullable(v.string()),
      bytes: Offset,
    }),
    origin: v.looseObject({ topic: v.string(), partition: Offset, offset: Offset, group: v.string() }),
    failure: v.looseObject({
      class: v.string(),
      code: v.string(),
      message: v.string(),
      stage: v.string(),
      attempts: v.number(),
      at: v.pipe(v.string(), v.isoTimestamp()),
    }),
  }),
});

/** Why an event was set aside and where from; its bytes stay in the log until they are needed. */
export type DeadLetter = {
  /** The origin's coordinates: `topic/partition/offset`. */
  readonly id: string;
  readonly at: string;
  readonly run: string | undefined;
  readonly class: string;
  readonly code: string;
  readonly message: string;
  readonly stage: string;
  readonly attempts: number;
  /** How often the event had been put back before it was set aside this time. */
  readonly redrives: number;
  readonly origin: {
    readonly topic: string;
    readonly partition: number;
    readonly offset: number;
    readonly group: string;
  };
  /** The length of the original's value, also where it was left out. */
  readonly bytes: number;
  /** Where the dead letter itself lies. */
  readonly place: { readonly topic: string; readonly partition: number; readonly offset: number };
};

/** A dead letter with its original; undefined = its bytes were too many and were left out. */
export type FullDeadLetter = { readonly letter: DeadLetter; readonly original: OutgoingMessage | undefined };

export const DEAD_LETTER_TOPICS: readonly string[] = EVENTS.flatMap((event) =>
  LANES.map((lane) => deadLetterTopicOf(topicOf(event, lane))),
);

export type DeadLetters = {
  /** The newest state of each, oldest first. */
  readonly letters: readonly DeadLetter[];
  /** What somebody else has written there. */
  readonly unreadable: number;
};

/** What is set aside: of each key the newest message counts, and a tombstone takes it away. */
export async function readDeadLetters(
  log: Pick<LogReader, 'read'>,
  topics: readonly string[] = DEAD_LETTER_TOPICS,
): Promise<DeadLetters> {
  const letters = new Map<string, DeadLetter>();
  const unreadable = new Set<string>();
  for (const topic of topics) {
    for await (const message of log.read(topic, 'earliest')) {
      const key = `${topic} ${message.key}`;
      letters.delete(key);
      unreadable.delete(key);
      if (message.value === null) continue;
      const full = parseDeadLetter(message);
      if (full === undefined) unreadable.add(key);
      else letters.set(key, full.letter);
    }
  }
  return { letters: [...letters.values()].toSorted(byTime), unreadable: unreadable.size };
}

function byTime(one: DeadLetter, other: DeadLetter): number {
  return Date.parse(one.at) - Date.parse(other.at) || (one.id < other.id ? -1 : 1);
}

/** Reads the originals of dead letters, topic by topic, so that one at a time is held. What has gone meanwhile is left out. */
export async function* readOriginals(
  log: Pick<LogReader, 'read'>,
  letters: readonly DeadLetter[],
): AsyncGenerator<FullDeadLetter> {
  const byTopic = Map.groupBy(letters, ({ place }) => place.topic);
  for (const [topic, wanted] of byTopic) {
    const places = new Set(wanted.map(({ place }) => placeOf(place)));
    const [first] = wanted;
    const from = first !== undefined && places.size === 1 ? first.place : 'earliest';
    for await (const message of log.read(topic, from)) {
      if (!places.delete(placeOf(message))) continue;
      const full = parseDeadLetter(message);
      if (full !== undefined) yield full;
      if (places.size === 0) break;
    }
  }
}

function placeOf({ partition, offset }: { readonly partition: number; readonly offset: number }): string {
  return `${partition}/${offset}`;
}

function parseDeadLetter(message: LoggedMessage): FullDeadLetter | undefined {
  const written = parse(message.value);
  if (written === undefined || !isOurs(written, message)) return undefined;
  const { original, origin, failure } = written.data;
  const { topic, partition, offset } = message;
  const letter = {
    id: written.id,
    at: failure.at,
    run: written.correlationid ?? original.headers['ce_correlationid'],
    class: failure.class,
    code: failure.code,
    message: failure.message,
    stage: failure.stage,
    attempts: failure.attempts,
    redrives: redrivesOf(original.headers),
    origin: { topic: origin.topic, partition: origin.partition, offset: origin.offset, group: origin.group },
    bytes: original.bytes,
    place: { topic, partition, offset },
  };
  const { key, headers, value } = original;
  if (value === null && original.bytes > 0) return { letter, original: undefined };
  return { letter, original: { key, headers, value: value === null ? null : Buffer.from(value, 'base64') } };
}

/**
 * Is it named as the runtime names it? The key is what a tombstone must repeat, and where an event is put back must not
 * be the choice of whoever wrote into the topic.
 */
function isOurs({ id, data: { origin } }: v.InferOutput<typeof Written>, { key, topic }: LoggedMessage): boolean {
  const coordinates = `${origin.topic}/${origin.partition}/${origin.offset}`;
  return id === key && id === coordinates && deadLetterTopicOf(origin.topic) === topic;
}

function parse(value: Uint8Array | null): v.InferOutput<typeof Written> | undefined {
  if (value === null) return undefined;
  try {
    const parsed: unknown = JSON.parse(Buffer.from(value).toString('utf8'));
    const result = v.safeParse(Written, parsed);
    return result.success ? result.output : undefined;
  } catch {
    return undefined;
  }
}

export type Selection = {
  readonly ids?: readonly string[];
  readonly stage?: string;
  readonly code?: string;
  readonly run?: string;
  /** Set aside at this instant or later. */
  readonly since?: Date;
  /** Set aside before this instant. */
  readonly until?: Date;
};

/** Those that match every criterion that is given. */
export function selectDeadLetters(letters: readonly DeadLetter[], selection: Selection): DeadLetter[] {
  const { ids, stage, code, run, since, until } = selection;
  const wanted = ids === undefined ? undefined : new Set(ids);
  return letters.filter((letter) => {
    const at = Date.parse(letter.at);
    return (
      (wanted === undefined || wanted.has(letter.id)) &&
      (stage === undefined || letter.stage === stage) &&
      (code === undefined || letter.code === code) &&
      (run === undefined || letter.run === run) &&
      (since === undefined || at >= since.getTime()) &&
      (until === undefined || at < until.getTime())
    );
  });
}
