import {
  deadLetterTopicOf,
  ProductStored,
  ReadingsFetched,
  RecordsTransformed,
  RunRequested,
  topicOf,
} from '@weatherline/events';
import { decodeEvent, type LoggedMessage, type LogReader } from '@weatherline/runtime';
import * as v from 'valibot';

/** The end of a part as the chain tells it. */
export type Ended = { readonly subject: string } & (
  | { readonly stored: ProductStored }
  | { readonly deadLetter: string; readonly code: string; readonly message: string; readonly stage: string }
);

const STORED = topicOf(ProductStored, 'replay');
const SET_ASIDE = [RunRequested, ReadingsFetched, RecordsTransformed].map((event) =>
  deadLetterTopicOf(topicOf(event, 'replay')),
);
/** Nobody's: asking where it stands tells where the partitions end. */
const NO_GROUP = 'weatherline.replay-follower';

const Letter = v.looseObject({
  id: v.string(),
  data: v.looseObject({
    original: v.looseObject({ headers: v.record(v.string(), v.string()) }),
    failure: v.looseObject({ code: v.string(), message: v.string(), stage: v.string() }),
  }),
});

/** Follows what becomes of the parts of one replay, from now on. */
export class Outcomes {
  readonly #log: LogReader;
  readonly #replay: string;
  readonly #next: Map<string, Map<number, number>>;

  private constructor(log: LogReader, replay: string, next: Map<string, Map<number, number>>) {
    this.#log = log;
    this.#replay = replay;
    this.#next = next;
  }

  static async follow(log: LogReader, replay: string): Promise<Outcomes> {
    const next = new Map<string, Map<number, number>>();
    for (const topic of [STORED, ...SET_ASIDE]) next.set(topic, await endsOf(log, topic));
    return new Outcomes(log, replay, next);
  }

  /** What has ended since the last time. */
  async *more(): AsyncGenerator<Ended> {
    for (const [topic, next] of this.#next) {
      const behind = new Map<number, number>();
      for (const [partition, end] of await endsOf(this.#log, topic)) {
        const from = next.get(partition) ?? 0;
        if (end > from) behind.set(partition, from);
        // A compacted end holds nothing to read: it is passed all the same.
        next.set(partition, Math.max(end, from));
      }
      if (behind.size === 0) continue;
      for await (const message of this.#log.read(topic, { offsets: behind })) {
        next.set(message.partition, Math.max(message.offset + 1, next.get(message.partition) ?? 0));
        const ended = topic === STORED ? this.#stored(message) : this.#setAside(message);
        if (ended !== undefined) yield ended;
      }
    }
  }

  #stored(message: LoggedMessage): Ended | undefined {
    const { ce_replayid: replay, ce_subject: subject = message.key } = message.headers;
    if (replay !== this.#replay) return undefined;
    return { subject, stored: ProductStored.parse(decodeEvent(message).data) };
  }

  #setAside({ value }: LoggedMessage): Ended | undefined {
    if (value === null) return undefined;
    const parsed: unknown = JSON.parse(Buffer.from(value).toString('utf8'));
    const letter = v.safeParse(Letter, parsed);
    if (!letter.success) return undefined;
    const { id, data } = letter.output;
    const { ce_replayid: replay, ce_subject: subject } = data.original.headers;
    if (replay !== this.#replay || subject === undefined) return undefined;
    return { subject, deadLetter: id, ...data.failure };
  }
}

async function endsOf(log: LogReader, topic: string): Promise<Map<number, number>> {
  return new Map((await log.lag(NO_GROUP, topic)).map(({ partition, end }) => [partition, end]));
}
