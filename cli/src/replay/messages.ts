import { ReadingsFetched, RecordsTransformed, RunRequested, topicOf, type Replay } from '@weatherline/events';
import {
  decodeEvent,
  encodeEvent,
  envelopeOf,
  readAhead,
  readingsAgain,
  type LoggedMessage,
  type LogReader,
  type ObjectReader,
  type OutgoingMessage,
} from '@weatherline/runtime';
import { patiently, Waits, type Patience } from '../patience.ts';
import type { Plan } from '../plan.ts';
import type { Indexed } from './judge.ts';
import { subjectOf, type ReplayItem, type ReplayPlan } from './plan.ts';

/** An item of a plan as the event that begins it again, or why it is not what was planned any more. */
export type Prepared = Indexed &
  ({ readonly topic: string; readonly message: OutgoingMessage } | { readonly changed: string });

/** {@link readingsAgain} in another thread; undefined = it could not, and it is done in this one. */
export type ReadingsElsewhere = (body: Uint8Array, replay: Replay) => Promise<OutgoingMessage | undefined>;

export type MessagePorts = {
  readonly store: ObjectReader;
  readonly log: LogReader;
  /** The plan of a run that is asked for; stored if there was none. */
  readonly planOf: (run: string) => Promise<Plan>;
  /** With stores and brokers that do not serve just now. */
  readonly patience: Patience;
  readonly elsewhere?: ReadingsElsewhere | undefined;
};

export type Replaying = { readonly id: string; readonly plan: ReplayPlan };

const AHEAD = 12;
const LANE = 'replay';

/** The events of a plan from an item on, in its order; a few are prepared ahead. */
export async function* messagesOf(
  ports: MessagePorts,
  { id, plan }: Replaying,
  from: number,
): AsyncGenerator<Prepared> {
  const indexed = plan.items.map((item, index) => ({ item, index })).slice(from);
  if (plan.stage === 'upload') {
    yield* fromLog(ports, { id, plan }, indexed);
    return;
  }
  yield* readAhead(indexed, AHEAD, async (one) => prepare(ports, { id, plan }, one));
}

async function prepare(ports: MessagePorts, replaying: Replaying, one: Indexed): Promise<Prepared> {
  const replay = replayOf(replaying, one.item);
  const { source } = one.item;
  if (source.kind === 'request') {
    const planned = await patiently(ports.patience, async () => ports.planOf(one.item.run));
    return { ...one, ...requestOf(planned, one.item, replay) };
  }
  if (source.kind !== 'readings') throw new Error(`no ${source.kind} in a plan from ${replaying.plan.stage}`);
  const object = await patiently(ports.patience, async () => ports.store.get(source.key));
  if (object === undefined) return { ...one, changed: `${source.key} is gone` };
  if (object.etag !== source.etag) {
    return { ...one, changed: `${source.key}: expected ETag ${source.etag}, found ${object.etag}` };
  }
  try {
    const message = (await ports.elsewhere?.(object.body, replay)) ?? readingsAgain(object.body, replay);
    return { ...one, topic: topicOf(ReadingsFetched, LANE), message };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { ...one, changed: `${source.key} cannot be read: ${error.message.slice(0, 300)}` };
  }
}

/** What upload may do with the product: never more than was planned, for a product that was not there is not replaced. */
function replayOf({ id, plan: { mode } }: Replaying, { product: { etag } }: ReplayItem): Replay {
  if (mode !== 'replace') return { id, mode };
  return etag === null ? { id, mode: 'fill' } : { id, mode, ifMatch: etag };
}

type Found = { readonly topic: string; readonly message: OutgoingMessage } | { readonly changed: string };

function requestOf(plan: Plan, { part }: ReplayItem, replay: Replay): Found {
  const locations = plan.parts[part.index - 1];
  if (locations === undefined || plan.parts.length !== part.count) {
    return { changed: `expected ${part.count} parts, but ${plan.run.id} is planned with ${plan.parts.length}` };
  }
  const { run, previousSlot, expiresAt } = plan;
  const message = encodeEvent(envelopeOf(RunRequested, { run, part, locations, previousSlot, expiresAt, replay }));
  return { topic: topicOf(RunRequested, LANE), message };
}

/** Items in the order of the log: each partition is read once, from its first wanted offset on. */
async function* fromLog(
  ports: MessagePorts,
  replaying: Replaying,
  indexed: readonly Indexed[],
): AsyncGenerator<Prepared> {
  for (const some of Map.groupBy(indexed, ({ item }) => placeOf(item).partition).values()) {
    yield* fromPartition(ports, replaying, some);
  }
}

async function* fromPartition(
  { log, patience }: MessagePorts,
  replaying: Replaying,
  indexed: readonly Indexed[],
): AsyncGenerator<Prepared> {
  const wanted = new Map(indexed.map((one) => [placeOf(one.item).offset, one]));
  const waits = new Waits(patience);
  for (let isRead = false; !isRead;) {
    const [first] = wanted.values();
    if (first === undefined) return;
    const { topic, at: partition, offset } = placeOf(first.item);
    try {
      for await (const message of log.read(topic, { partition, offset })) {
        const one = wanted.get(message.offset);
        if (one === undefined) continue;
        wanted.delete(message.offset);
        yield { ...one, ...repeated(message, one.item, replayOf(replaying, one.item)) };
        if (wanted.size === 0) return;
        waits.passed();
      }
      isRead = true;
    } catch (error) {
      // Read on from the first that is missing.
      await waits.after(error);
    }
  }
  for (const one of wanted.values()) yield { ...one, changed: `the log holds ${subjectOf(one.item)} no more` };
}

/** A log that was made anew may hold something else at an offset. */
function repeated(message: LoggedMessage, item: ReplayItem, replay: Replay): Found {
  const subject = subjectOf(item);
  try {
    const data = RecordsTransformed.parse(decodeEvent(message).data);
    if (subjectOf({ run: data.run.id, part: data.part }) !== subject) {
      return { changed: `the log holds another event where ${subject} was` };
    }
    const again = encodeEvent(envelopeOf(RecordsTransformed, { ...data, replay }));
    return { topic: topicOf(RecordsTransformed, LANE), message: again };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { changed: `the event of ${subject} cannot be read: ${error.message.slice(0, 300)}` };
  }
}

function placeOf({ source }: ReplayItem): { topic: string; at: number; partition: string; offset: number } {
  if (source.kind !== 'event') throw new Error(`no ${source.kind} in a plan from upload`);
  const { topic, partition: at, offset } = source;
  return { topic, at, partition: `${topic}/${at}`, offset };
}
