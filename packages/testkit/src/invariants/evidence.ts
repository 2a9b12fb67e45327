import type { Lane } from '@weatherline/events';
import type { LogReader, ObjectReader, PutCondition, StoredObject } from '@weatherline/runtime';

/** One write that a store accepted. */
export type StoreWrite = {
  /** Unix milliseconds. */
  readonly at: number;
  readonly before: StoredObject | undefined;
  readonly after: StoredObject;
  readonly condition: PutCondition;
};

/** One call that reached a provider. */
export type UpstreamCall = {
  /** Unix milliseconds, by the provider's clock. */
  readonly at: number;
  /** Whose weather was asked for; checked when given. */
  readonly location?: string;
  readonly runId?: string;
};

/** What a provider saw of one key. */
export type UpstreamLedger = {
  readonly made: readonly UpstreamCall[];
  /** Calls a minute that the key's plan allows; undefined = unlimited. */
  readonly callsPerMinute: number | undefined;
  /** Spans in which the key had to rest, as whoever was throttled must have known them. */
  readonly rests?: readonly { readonly from: number; readonly until: number }[];
  /** Can it be asked about the past? */
  readonly history: boolean;
};

/** One position that a broker took from a member. */
export type CommitRecord = {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
};

/** All that a checker may look at; what is left out is not checked. */
export type Evidence = {
  readonly log: LogReader;
  readonly store: Pick<ObjectReader, 'get' | 'list'>;
  /** Default: both. */
  readonly lanes?: readonly Lane[];
  /** Accepted writes in their order. */
  readonly writes?: readonly StoreWrite[];
  /** Accepted commits in their order. */
  readonly commits?: readonly CommitRecord[];
  readonly upstream?: UpstreamLedger;
  /** The newest slot that a reader saw, each time it looked. */
  readonly latest?: readonly string[];
  /** Texts that must be nowhere: in no object, event, dead letter or line. */
  readonly canaries?: readonly string[];
  readonly lines?: readonly string[];
  /** May the faults of this test have caused a dead letter? Default: whatever. `subject` is `<runId>/<part>`. */
  readonly mayBeSetAside?: (letter: {
    readonly code: string;
    readonly subject: string;
    readonly topic: string;
  }) => boolean;
  /** The runs that were to be planned; default: whatever. */
  readonly runs?: readonly string[];
  /** The product that an undisturbed chain makes of a part's stored readings. */
  readonly expectedProduct?: (memo: Uint8Array) => Promise<Uint8Array | undefined>;
  /** Have the faults ended and was there time to catch up? Then nothing may be left over. Default: true. */
  readonly isSettled?: boolean;
};

export type Where = { readonly slot?: string; readonly part?: string; readonly place?: string };

/** `no-loss: slot 20261123T060000Z, part 00001-of-00002: expected …, got …` */
export function violation(invariant: string, where: Where, expected: string, got: string): string {
  const { slot, part, place } = where;
  const words = [
    ...(slot === undefined ? [] : [`slot ${slot}`]),
    ...(part === undefined ? [] : [`part ${part}`]),
    ...(place === undefined ? [] : [place]),
  ];
  return `${invariant}: ${words.join(', ')}${words.length > 0 ? ': ' : ''}expected ${expected}, got ${got}`;
}

/** The text of a member on a path through parsed JSON; undefined when there is none. */
export function textAt(value: unknown, ...path: readonly string[]): string | undefined {
  const found = memberAt(value, ...path);
  return typeof found === 'string' || typeof found === 'number' ? String(found) : undefined;
}

export function memberAt(value: unknown, ...path: readonly string[]): unknown {
  let at: unknown = value;
  for (const name of path) {
    if (typeof at !== 'object' || at === null) return undefined;
    at = Reflect.get(at, name);
  }
  return at;
}

export function listAt(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = memberAt(value, ...path);
  return Array.isArray(found) ? found : [];
}
