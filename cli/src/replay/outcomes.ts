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

const AT_ONCE = 16;

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
  readonly #next: Map<string, Positions>;

  private constructor(log: LogReader, replay: string, next: Map<string, Positions>) {
    this.#log = log;
    this.#replay = replay;
    this.#next = next;
  }

  static async follow(log: LogReader, replay: string): Promise<Outcomes> {
    const next = new Map<string, Positions>();
    for (const topic of [STORED, ...SET_ASIDE]) next.set(topic, await endsOf(log, topic));
    return new Outcomes(log, replay, next);
  }

  /** What has ended since the last time, some at once; what a reader has not come back from is told again. */
  async *more(): AsyncGenerator<readonly Ended[]> {
    for (const [topic, next] of this.#next) {
      const ends = await endsOf(this.#log, topic);
      const behind = new Map([...ends].flatMap(([at, end]) => (end > from(next, at) ? [[at, from(next, at)]] : [])));
      if (behind.size === 0) continue;
      let some: Ended[] = [];
      const read = new Map<number, number>();
      for await (const message of this.#log.read(topic, { offsets: behind })) {
        read.set(message.partition, message.offset + 1);
        const ended = topic === STORED ? this.#stored(message) : this.#setAside(message);
        if (ended !== undefined) some.push(ended);
        if (some.length < AT_ONCE) continue;
        yield some;
        some = [];
        pass(next, read);
      }
      if (some.length > 0) yield some;
      pass(next, read);
      // A compacted end holds nothing to read: it is passed all the same.
      pass(next, ends);
    }
  }

  #stored(message: LoggedMessage): Ended | undefined {
    const { ce_replayid: replay, ce_subject: subject = message.key } = message.headers;
    if (replay !== this.#replay) return undefined;
    const stored = readable(() => ProductStored.parse(decodeEvent(message).data));
    return stored === undefined ? undefined : { subject, stored };
  }

  #setAside({ value }: LoggedMessage): Ended | undefined {
    if (value === null) return undefined;
    const letter = readable(() => v.parse(Letter, JSON.parse(Buffer.from(value).toString('utf8'))));
    if (letter === undefined) return undefined;
    const { id, data } = letter;
    const { ce_replayid: replay, ce_subject: subject } = data.original.headers;
    if (replay !== this.#replay || subject === undefined) return undefined;
    return { subject, deadLetter: id, ...data.failure };
  }
}

type Positions = Map<number, number>;

function from(next: Positions, partition: number): number {
  return next.get(partition) ?? 0;
}

function pass(next: Positions, read: Positions): void {
  for (const [partition, offset] of read) next.set(partition, Math.max(offset, from(next, partition)));
}

/** Undefined for what somebody else has written there. */
function readable<Result>(read: () => Result): Result | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

async function endsOf(log: LogReader, topic: string): Promise<Map<number, number>> {
  return new Map((await log.lag(NO_GROUP, topic)).map(({ partition, end }) => [partition, end]));
}
