import {
  deadLetterTopicOf,
  EVENTS,
  partName,
  productKey,
  productMetaKey,
  readingsKey,
  topicOf,
  type Lane,
  type Part,
} from '@weatherline/events';
import {
  decodeEvent,
  decodeStructured,
  gunzip,
  type Envelope,
  type LoggedMessage,
  type ObjectInfo,
  type StoredObject,
} from '@weatherline/runtime';
import { listAt, memberAt, textAt, type Evidence } from './evidence.ts';

/** A message with what it decodes to; undefined = it is no event. */
export type LoggedEvent = { readonly message: LoggedMessage; readonly envelope: Envelope | undefined };

export type Letter = {
  readonly topic: string;
  readonly id: string;
  /** `<runId>/<part>`, when its original said so. */
  readonly subject: string;
  readonly code: string;
  readonly kind: string;
  readonly attempts: number;
  readonly origin: { readonly topic: string; readonly partition: number; readonly offset: number };
  readonly original: unknown;
};

export type PlannedPart = {
  readonly part: Part;
  readonly name: string;
  readonly locations: readonly string[];
  readonly product: StoredObject | undefined;
  readonly meta: StoredObject | undefined;
  readonly memo: StoredObject | undefined;
};

export type PlannedRun = {
  readonly id: string;
  readonly plan: unknown;
  readonly storedAt: Date;
  readonly parts: readonly PlannedPart[];
};

/** Everything as it lay when the checker looked. */
export type Snapshot = {
  readonly runs: readonly PlannedRun[];
  /** By topic, lanes apart. */
  readonly events: ReadonlyMap<string, readonly LoggedEvent[]>;
  readonly letters: readonly Letter[];
};

export async function takeSnapshot(evidence: Evidence): Promise<Snapshot> {
  const lanes: readonly Lane[] = evidence.lanes ?? ['live', 'replay'];
  const events = new Map<string, LoggedEvent[]>();
  const letters: Letter[] = [];
  for (const definition of EVENTS) {
    for (const lane of lanes) {
      const topic = topicOf(definition, lane);
      const found: LoggedEvent[] = [];
      for await (const message of evidence.log.read(topic, 'earliest'))
        found.push({ message, envelope: open(message) });
      events.set(topic, found);
      letters.push(...(await lettersOf(evidence, deadLetterTopicOf(topic))));
    }
  }
  const runs: PlannedRun[] = [];
  for (const { key } of await listAll(evidence, 'weather-runs/')) runs.push(await runOf(evidence, key));
  return { runs, events, letters };
}

function open(message: LoggedMessage): Envelope | undefined {
  try {
    return decodeEvent(message);
  } catch {
    return undefined;
  }
}

/** The newest state of each dead letter; a tombstone takes one away. */
async function lettersOf({ log }: Evidence, topic: string): Promise<Letter[]> {
  const letters = new Map<string, Letter>();
  for await (const { key, value } of log.read(topic, 'earliest')) {
    letters.delete(key);
    if (value === null) continue;
    const parsed: unknown = JSON.parse(Buffer.from(value).toString('utf8'));
    letters.set(key, {
      topic,
      id: textAt(parsed, 'id') ?? '',
      subject: textAt(parsed, 'subject') ?? '',
      code: textAt(parsed, 'data', 'failure', 'code') ?? '',
      kind: textAt(parsed, 'data', 'failure', 'class') ?? '',
      attempts: Number(textAt(parsed, 'data', 'failure', 'attempts')),
      origin: {
        topic: textAt(parsed, 'data', 'origin', 'topic') ?? '',
        partition: Number(textAt(parsed, 'data', 'origin', 'partition')),
        offset: Number(textAt(parsed, 'data', 'origin', 'offset')),
      },
      original: memberAt(parsed, 'data', 'original'),
    });
  }
  return [...letters.values()];
}

async function runOf({ store }: Evidence, key: string): Promise<PlannedRun> {
  const object = await store.get(key);
  const plan: unknown = JSON.parse(Buffer.from(object?.body ?? '{}').toString('utf8'));
  const id = textAt(plan, 'run', 'id') ?? key;
  const lists = listAt(plan, 'parts');
  const parts = lists.map(async (locations, at): Promise<PlannedPart> => {
    const part = { index: at + 1, count: lists.length };
    const [product, meta, memo] = await Promise.all(
      [productKey(id, part), productMetaKey(id, part), readingsKey(id, part)].map(async (name) => store.get(name)),
    );
    const ids = Array.isArray(locations) ? locations.map((location) => textAt(location, 'id') ?? '') : [];
    return { part, name: partName(part), locations: ids, product, meta, memo };
  });
  return { id, plan, storedAt: object?.lastModified ?? new Date(0), parts: await Promise.all(parts) };
}

export async function listAll({ store }: Pick<Evidence, 'store'>, prefix: string): Promise<ObjectInfo[]> {
  const found: ObjectInfo[] = [];
  let startAfter: string | undefined;
  do {
    const page = await store.list({ prefix, ...(startAfter === undefined ? {} : { startAfter }) });
    found.push(...page.objects);
    startAfter = page.next;
  } while (startAfter !== undefined);
  return found;
}

const unpacked = new WeakMap<Uint8Array, unknown>();

/** The data of a stored memo. */
export function memoData({ body }: StoredObject): unknown {
  if (!unpacked.has(body)) unpacked.set(body, decodeStructured(gunzip(body, 2 ** 25)).data);
  return unpacked.get(body);
}

/** What each location's reading says, as text that two of them can be compared by. */
export function readingsOf(data: unknown): Map<string, string> {
  return new Map(
    listAt(data, 'readings').map((reading) => [
      textAt(reading, 'location', 'id') ?? '',
      JSON.stringify(['collectedAt', 'units', 'body'].map((name) => textAt(reading, name))),
    ]),
  );
}
