import { parseProductKey, partName, productKey, RecordsTransformed, slotInstant, topicOf } from '@weatherline/events';
import {
  decodeEvent,
  EXIT,
  readAhead,
  unpackReadings,
  WeatherlineError,
  type LoggedMessage,
  type LogReader,
  type ObjectReader,
} from '@weatherline/runtime';
import { LANES } from '../chain-groups.ts';
import { readDeadLetters } from '../dead-letters.ts';
import { Failure } from '../failure.ts';
import { readPlan, type Plan } from '../plan.ts';
import { archivedParts, storedProducts, type SlotRange, type StoredProduct } from './archive.ts';
import { archiveGaps } from './gaps.ts';
import { subjectOf, type Gap, type ReplayItem, type Selection } from './plan.ts';

export type SelectPorts = { readonly store: ObjectReader; readonly log: LogReader };

export type Wanted = {
  readonly stage: 'transform' | 'upload';
  readonly selection: Selection;
};

export type Selected = { readonly items: readonly ReplayItem[]; readonly gaps: readonly Gap[] };

const AHEAD = 32;

/** The parts that a selection means, in the order of their slots, each with its source and the product that is there. */
export async function selectItems(ports: SelectPorts, wanted: Wanted): Promise<Selected> {
  const range = rangeOf(wanted.selection);
  const products = await storedProducts(ports.store, range);
  const runs = new Set(wanted.selection.runs);
  const items: ReplayItem[] = [];
  for await (const { run, part, info } of archivedParts(ports.store, range)) {
    if (runs.size > 0 && !runs.has(run)) continue;
    const key = productKey(run, part);
    const source = { kind: 'readings', key: info.key, etag: info.etag, bytes: info.size } as const;
    items.push({ run, part, source, product: { key, etag: products.get(key)?.etag ?? null } });
  }
  const located = await havingLocations(ports.store, items, wanted.selection.locations);
  const chosen = await onlyThose(ports, located, wanted.selection.only, products);
  const ofArchive = await archiveGaps(ports.store, range, items, wanted.selection);
  const published = new Set([...products.keys()].map((key) => parseProductKey(key)?.runId));
  // What was published without an archive is not missing.
  const gaps = ofArchive.filter(({ run }) => wanted.selection.only !== 'missing' || !published.has(run));
  if (wanted.stage === 'transform') return { items: chosen, gaps };
  const fromLog = await asLogged(ports.log, chosen);
  return { items: fromLog.items, gaps: [...gaps, ...fromLog.gaps] };
}

/** What of the archive has to be listed: the range that was given, or what holds the runs that were named. */
export function rangeOf({ from, to, runs }: Selection): SlotRange {
  const slots = runs.flatMap((run) => slotInstant(run)?.getTime() ?? []);
  const [first, last] = [Math.min(...slots), Math.max(...slots) + 1000];
  const range = {
    from: from === null ? new Date(first) : new Date(from),
    to: to === null ? new Date(last) : new Date(to),
  };
  if (!(range.from.getTime() < range.to.getTime())) {
    throw new Failure(
      EXIT.usage,
      `no slot is selected: expected --to after --from, got ${range.from.toISOString()} to ${range.to.toISOString()}`,
    );
  }
  return range;
}

/** The part is the unit of work: one that holds a wanted location is handled whole. */
async function havingLocations(
  store: ObjectReader,
  items: readonly ReplayItem[],
  locations: readonly string[],
): Promise<readonly ReplayItem[]> {
  if (locations.length === 0) return items;
  const wanted = new Set(locations);
  const plans = new Map<string, Promise<Plan['parts'] | undefined>>();
  const holds = async (item: ReplayItem): Promise<boolean> => {
    const planned = plans.get(item.run) ?? plannedParts(store, item.run);
    plans.set(item.run, planned);
    const parts = await planned;
    // A run that was split otherwise than it was planned is told by what is archived.
    const named = parts?.length === item.part.count ? parts[item.part.index - 1] : undefined;
    const places = named ?? (await archivedLocations(store, item));
    // One that cannot be read might hold them: that it cannot is told when it is run.
    return places === undefined || places.some(({ id }) => wanted.has(id));
  };
  const found: ReplayItem[] = [];
  const looked = readAhead(items, AHEAD, async (item) => ({ item, holds: await holds(item) }));
  for await (const one of looked) if (one.holds) found.push(one.item);
  return found;
}

/** Undefined = it was never planned, or its plan cannot be read. */
async function plannedParts(store: ObjectReader, run: string): Promise<Plan['parts'] | undefined> {
  try {
    return (await readPlan(store, run))?.parts;
  } catch (error) {
    if (error instanceof WeatherlineError) throw error;
    return undefined;
  }
}

async function archivedLocations(store: ObjectReader, { source }: ReplayItem): Promise<{ id: string }[] | undefined> {
  const object = source.kind === 'readings' ? await store.get(source.key) : undefined;
  if (object === undefined) return [];
  try {
    const { readings, failures } = unpackReadings(object.body);
    return [...readings.map(({ location }) => location), ...failures.map(({ location: id }) => ({ id }))];
  } catch {
    return undefined;
  }
}

async function onlyThose(
  { store, log }: SelectPorts,
  items: readonly ReplayItem[],
  only: Selection['only'],
  products: ReadonlyMap<string, StoredProduct>,
): Promise<readonly ReplayItem[]> {
  if (only === 'all') return items;
  const isMissing = ({ product }: ReplayItem): boolean => products.get(product.key)?.hasMeta !== true;
  if (only === 'missing') return items.filter(isMissing);
  const { letters } = await readDeadLetters(log);
  const setAside = new Set(letters.map(({ run }) => run));
  const failed = async (item: ReplayItem): Promise<boolean> => {
    if (isMissing(item)) return setAside.has(item.run);
    const head = await store.head(item.product.key);
    return Number(head?.metadata['failures'] ?? 0) > 0;
  };
  const found: ReplayItem[] = [];
  const looked = readAhead(items, AHEAD, async (item) => ({ item, failed: await failed(item) }));
  for await (const one of looked) if (one.failed) found.push(one.item);
  return found;
}

type Logged = Omit<Extract<ReplayItem['source'], { kind: 'event' }>, 'kind'> & { readonly at: number };

/** The newest event of each part as upload was given it, in the order of the log; what it holds no more is a gap. */
async function asLogged(log: LogReader, items: readonly ReplayItem[]): Promise<Selected> {
  const newest = await newestEvents(log, new Set(items.map(subjectOf)));
  const gaps: Gap[] = [];
  const found: ReplayItem[] = [];
  for (const item of items) {
    const event = newest.get(subjectOf(item));
    if (event === undefined) {
      const why = 'the log holds its records.transformed no more: replay it from transform';
      gaps.push({ run: item.run, part: partName(item.part), why });
      continue;
    }
    const { at: _, ...place } = event;
    found.push({ ...item, source: { kind: 'event', ...place } });
  }
  return { items: found.toSorted(byPlace), gaps };
}

async function newestEvents(log: LogReader, wanted: ReadonlySet<string>): Promise<Map<string, Logged>> {
  const newest = new Map<string, Logged>();
  for (const lane of LANES) {
    for await (const message of log.read(topicOf(RecordsTransformed, lane), 'earliest')) {
      const { ce_subject: subject = message.key } = message.headers;
      if (!wanted.has(subject) || !isReadable(message)) continue;
      const { topic, partition, offset, timestamp: at, value } = message;
      if ((newest.get(subject)?.at ?? 0) <= at)
        newest.set(subject, { topic, partition, offset, at, bytes: value?.length ?? 0 });
    }
  }
  return newest;
}

/** So that the log is read once, forwards. */
function byPlace({ source: one }: ReplayItem, { source: other }: ReplayItem): number {
  if (one.kind !== 'event' || other.kind !== 'event') return 0;
  const topics = one.topic < other.topic ? -1 : one.topic > other.topic ? 1 : 0;
  return topics || one.partition - other.partition || one.offset - other.offset;
}

function isReadable(message: LoggedMessage): boolean {
  try {
    decodeEvent(message);
    return true;
  } catch {
    return false;
  }
}
