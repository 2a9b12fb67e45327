import { decodeEvent, type LoggedMessage, type LogReader } from '@weatherline/runtime';

/** An event as it lies in the log, or why a message is none. */
export type TailedEvent = {
  readonly message: LoggedMessage;
  readonly attributes: Readonly<Record<string, string>>;
  readonly data: unknown;
  readonly problem?: string;
};

export type TailFilter = {
  readonly type?: string;
  readonly run?: string;
  /** Taken by the log at this instant or later. */
  readonly since?: Date;
};

const TYPE_PREFIX = 'dev.weatherline.';
/** Nobody's: asking where it stands tells where the partitions end. */
const NO_GROUP = 'weatherline.tail';

/** Reads topics in turns: each turn gives what has been published since the one before, in the order of time. */
export class Tail {
  readonly #log: LogReader;
  readonly #topics: readonly string[];
  readonly #filter: TailFilter;
  /** What each partition is to be read from; empty before the first turn. */
  readonly #next = new Map<string, number>();

  constructor(log: LogReader, topics: readonly string[], filter: TailFilter) {
    this.#log = log;
    this.#topics = topics;
    this.#filter = filter;
  }

  /** Everything since the filter's instant, as it is now: the newest `limit` of them, and how many older were left out. */
  async first(limit: number): Promise<{ events: readonly TailedEvent[]; leftOut: number }> {
    const newest = new Newest(limit);
    const { since } = this.#filter;
    for (const topic of this.#topics) {
      await this.#rememberEnds(topic);
      for await (const message of this.#log.read(topic, since === undefined ? 'earliest' : { time: since })) {
        // What came after the end was asked for belongs to the next turn.
        if (message.offset < (this.#next.get(placeOf(message)) ?? 0)) newest.add(this.#matching(message));
      }
    }
    return newest.end();
  }

  /** What has been published since the last turn. */
  async more(): Promise<readonly TailedEvent[]> {
    const events: TailedEvent[] = [];
    for (const topic of this.#topics) {
      for (const { partition, end } of await this.#log.lag(NO_GROUP, topic)) {
        const place = placeOf({ topic, partition });
        const offset = this.#next.get(place) ?? 0;
        if (end <= offset) continue;
        for await (const message of this.#log.read(topic, { partition, offset })) {
          this.#next.set(place, message.offset + 1);
          const event = this.#matching(message);
          if (event !== undefined) events.push(event);
        }
        // A compacted end holds nothing to read.
        this.#next.set(place, Math.max(end, this.#next.get(place) ?? 0));
      }
    }
    return events.toSorted(byTime);
  }

  async #rememberEnds(topic: string): Promise<void> {
    for (const { partition, end } of await this.#log.lag(NO_GROUP, topic)) {
      this.#next.set(placeOf({ topic, partition }), end);
    }
  }

  #matching(message: LoggedMessage): TailedEvent | undefined {
    const { type, run, since } = this.#filter;
    if (since !== undefined && message.timestamp < since.getTime()) return undefined;
    const event = tailed(message);
    const { type: found = '', correlationid, subject = '' } = event.attributes;
    if (type !== undefined && found !== type && found !== `${TYPE_PREFIX}${type}`) return undefined;
    if (run !== undefined && correlationid !== run && !subject.startsWith(`${run}/`)) return undefined;
    return event;
  }
}

function tailed(message: LoggedMessage): TailedEvent {
  try {
    const { attributes, data } = decodeEvent(message);
    return { message, attributes, data };
  } catch (error) {
    const attributes = Object.entries(message.headers)
      .filter(([name]) => name.startsWith('ce_'))
      .map(([name, text]): [string, string] => [name.slice('ce_'.length), text]);
    const problem = error instanceof Error ? error.message : String(error);
    return { message, attributes: Object.fromEntries(attributes), data: null, problem };
  }
}

function placeOf({ topic, partition }: Pick<LoggedMessage, 'topic' | 'partition'>): string {
  return `${topic}/${partition}`;
}

function byTime({ message: one }: TailedEvent, { message: other }: TailedEvent): number {
  return (
    one.timestamp - other.timestamp ||
    (one.topic < other.topic ? -1 : one.topic > other.topic ? 1 : one.partition - other.partition) ||
    one.offset - other.offset
  );
}

/** Keeps the newest of what it is given, and never more than twice as many: a log is longer than a memory. */
class Newest {
  readonly #limit: number;
  #held: TailedEvent[] = [];
  #leftOut = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(event: TailedEvent | undefined): void {
    if (event === undefined) return;
    this.#held.push(event);
    if (this.#held.length > 2 * this.#limit) this.#cut();
  }

  end(): { events: readonly TailedEvent[]; leftOut: number } {
    this.#cut();
    return { events: this.#held, leftOut: this.#leftOut };
  }

  #cut(): void {
    const all = this.#held.length;
    this.#held = this.#held.toSorted(byTime).slice(-this.#limit);
    this.#leftOut += all - this.#held.length;
  }
}
