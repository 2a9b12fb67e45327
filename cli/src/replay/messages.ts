import { ReadingsFetched, RecordsTransformed, RunRequested, topicOf, type Replay } from '@weatherline/events';
import {
  decodeEvent,
  decodeStructured,
  encodeEvent,
  envelopeOf,
  gunzip,
  PermanentError,
  readAhead,
  type LogReader,
  type ObjectReader,
  type OutgoingMessage,
} from '@weatherline/runtime';
import type { Plan } from '../plan.ts';
import { subjectOf, type ReplayItem, type ReplayPlan } from './plan.ts';

/** An item of a plan as the event that begins it again, or why it is not what was planned any more. */
export type Prepared = { readonly index: number; readonly item: ReplayItem } & (
  | { readonly topic: string; readonly message: OutgoingMessage }
  | { readonly changed: string }
);

export type MessagePorts = {
  readonly store: ObjectReader;
  readonly log: LogReader;
  /** The plan of a run that is asked for; stored if there was none. */
  readonly planOf: (run: string) => Promise<Plan>;
};

export type Replaying = { readonly id: string; readonly plan: ReplayPlan };

const AHEAD = 12;
const MAX_ARCHIVE_BYTES = 32 * 1024 * 1024;
const LANE = 'replay';

/** The events of a plan from an item on, in its order; a few are prepared ahead. */
export async function* messagesOf(
  ports: MessagePorts,
  { id, plan }: Replaying,
  from: number,
): AsyncGenerator<Prepared> {
  const indexed = plan.items.map((item, index) => ({ item, index })).slice(from);
  if (plan.stage === 'upload') {
    yield* fromLog(ports.log, { id, plan }, indexed);
    return;
  }
  yield* readAhead(indexed, AHEAD, async (one) => prepare(ports, { id, plan }, one));
}

type Indexed = { readonly item: ReplayItem; readonly index: number };

async function prepare(ports: MessagePorts, replaying: Replaying, one: Indexed): Promise<Prepared> {
  const replay = replayOf(replaying, one.item);
  const { source } = one.item;
  if (source.kind === 'request') {
    const message = requestOf(await ports.planOf(one.item.run), one.item, replay);
    return { ...one, topic: topicOf(RunRequested, LANE), message };
  }
  if (source.kind !== 'readings') throw new Error(`no ${source.kind} in a plan from ${replaying.plan.stage}`);
  const object = await ports.store.get(source.key);
  if (object === undefined) return { ...one, changed: `${source.key} is gone` };
  if (object.etag !== source.etag) {
    return { ...one, changed: `${source.key}: expected ETag ${source.etag}, found ${object.etag}` };
  }
  try {
    const { data } = decodeStructured(gunzip(object.body, MAX_ARCHIVE_BYTES));
    const message = encodeEvent(envelopeOf(ReadingsFetched, { ...ReadingsFetched.parse(data), replay }));
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

function requestOf(plan: Plan, { part }: ReplayItem, replay: Replay): OutgoingMessage {
  const locations = plan.parts[part.index - 1];
  if (locations === undefined || plan.parts.length !== part.count) {
    const found = `${plan.run.id} is planned with ${plan.parts.length} parts`;
    throw new PermanentError('PLAN_CHANGED', `expected ${part.count} parts, but ${found}: make a new plan`);
  }
  const { run, previousSlot, expiresAt } = plan;
  return encodeEvent(envelopeOf(RunRequested, { run, part, locations, previousSlot, expiresAt, replay }));
}

/** Items in the order of the log: each partition is read once, from its first wanted offset on. */
async function* fromLog(log: LogReader, replaying: Replaying, indexed: readonly Indexed[]): AsyncGenerator<Prepared> {
  for (const some of Map.groupBy(indexed, ({ item }) => placeOf(item).partition).values()) {
    yield* fromPartition(log, replaying, some);
  }
}

async function* fromPartition(
  log: LogReader,
  replaying: Replaying,
  indexed: readonly Indexed[],
): AsyncGenerator<Prepared> {
  const wanted = new Map(indexed.map((one) => [placeOf(one.item).offset, one]));
  const [first] = indexed;
  if (first === undefined) return;
  const { topic, at: partition, offset } = placeOf(first.item);
  for await (const message of log.read(topic, { partition, offset })) {
    const one = wanted.get(message.offset);
    if (one === undefined) continue;
    wanted.delete(message.offset);
    const data = RecordsTransformed.parse(decodeEvent(message).data);
    const again = encodeEvent(envelopeOf(RecordsTransformed, { ...data, replay: replayOf(replaying, one.item) }));
    yield { ...one, topic: topicOf(RecordsTransformed, LANE), message: again };
    if (wanted.size === 0) return;
  }
  for (const one of wanted.values()) yield { ...one, changed: `the log holds ${subjectOf(one.item)} no more` };
}

function placeOf({ source }: ReplayItem): { topic: string; at: number; partition: string; offset: number } {
  if (source.kind !== 'event') throw new Error(`no ${source.kind} in a plan from upload`);
  const { topic, partition: at, offset } = source;
  return { topic, at, partition: `${topic}/${at}`, offset };
}
