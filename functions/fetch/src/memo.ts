import { ReadingsFetched, readingsKey, slotId, type Part, type Previous, type RunRequested } from '@weatherline/events';
import {
  encodeStructured,
  envelopeOf,
  gzip,
  MAX_EVENT_BYTES,
  PermanentError,
  unpackReadings,
  type Logger,
  type ObjectStore,
  type PutCondition,
} from '@weatherline/runtime';

type Fetched = ReturnType<typeof ReadingsFetched.parse>;
type Requested = ReturnType<typeof RunRequested.parse>;

/** What the event in hand may add to the memo's data: its replay and its reason. */
const HEADROOM_BYTES = 4 * 1024;
const MAX_SWAPS = 10;

type Memo = { readonly data: Fetched; readonly etag: string };

/** The stored answer of a part, or undefined; a memo that cannot be read is a PermanentError. */
export async function readMemo(store: ObjectStore, runId: string, part: Part): Promise<Memo | undefined> {
  const key = readingsKey(runId, part);
  const object = await store.get(key);
  if (object === undefined) return undefined;
  try {
    const data = unpackReadings(object.body);
    return { data, etag: object.etag };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new PermanentError('MEMO_UNREADABLE', `${key}: ${why.slice(0, 300)}`, { cause });
  }
}

/** Stores the answer of a part unless there is one; returns what is stored, whoever stored it. */
export async function settleMemo(store: ObjectStore, fetched: Fetched): Promise<Fetched> {
  const memo = withinSize(fetched);
  if (await putMemo(store, memo, { ifNoneMatch: '*' })) return memo;
  const winner = await readMemo(store, fetched.run.id, fetched.part);
  if (winner === undefined) throw new Error('the stored readings vanished while they were read');
  return winner.data;
}

/**
 * Adds the readings of locations that the memo lists as failed, and returns what is stored then.
 *
 * What the memo holds already stays as it is, its `collectedAt` too: a memo may grow, never change.
 */
export async function growMemo(store: ObjectStore, later: Fetched): Promise<Fetched> {
  for (let swaps = 0; swaps < MAX_SWAPS; swaps += 1) {
    const memo = await readMemo(store, later.run.id, later.part);
    if (memo === undefined) throw new Error('the stored readings vanished before they could grow');
    const grown = unionOf(memo.data, later);
    if (grown.readings.length === memo.data.readings.length) return memo.data;
    const fitting = withinSize(grown);
    if (await putMemo(store, fitting, { ifMatch: memo.etag })) return fitting;
  }
  throw new Error(`the stored readings changed ${MAX_SWAPS} times while they were to grow`);
}

/** The bodies of one memo are all in one provider's format. */
function unionOf(memo: Fetched, later: Fetched): Fetched {
  if (memo.provider !== later.provider) return memo;
  const failed = new Set(memo.failures.map(({ location }) => location));
  const added = later.readings.filter(({ location }) => failed.has(location.id));
  for (const { location } of added) failed.delete(location.id);
  return inOrder({
    ...memo,
    readings: [...memo.readings, ...added],
    failures: memo.failures.filter(({ location }) => failed.has(location)),
  });
}

/** Readings and failures by location id, whatever order the answers came in. */
export function inOrder(fetched: Fetched): Fetched {
  return {
    ...fetched,
    readings: fetched.readings.toSorted((a, b) => (a.location.id < b.location.id ? -1 : 1)),
    failures: fetched.failures.toSorted((a, b) => (a.location < b.location ? -1 : 1)),
  };
}

/** The past is left out before the present is refused. */
function withinSize(fetched: Fetched): Fetched {
  const most = MAX_EVENT_BYTES - HEADROOM_BYTES;
  if (sizeOf(fetched) <= most) return fetched;
  const bare = { ...fetched, previous: null };
  const size = sizeOf(bare);
  if (size <= most) return bare;
  throw new PermanentError('EVENT_TOO_LARGE', `expected readings of at most ${most} bytes, got ${size}`);
}

function sizeOf(fetched: Fetched): number {
  return new TextEncoder().encode(JSON.stringify(fetched)).length;
}

/** The bytes follow from the data alone: the structured event without stamps, and without the replay that asked. */
async function putMemo(store: ObjectStore, fetched: Fetched, condition: PutCondition): Promise<boolean> {
  const { replay: _replay, ...data } = fetched;
  const body = gzip(encodeStructured(envelopeOf(ReadingsFetched, data)));
  const metadata = { run: fetched.run.id, provider: fetched.provider, readings: String(fetched.readings.length) };
  const options = { ...condition, contentType: 'application/gzip', metadata };
  return (await store.put(readingsKey(fetched.run.id, fetched.part), body, options)).stored;
}

/** The raw readings of the same locations and provider in the previous slot, one level deep; null when there are none. */
export async function readPrevious(
  store: ObjectStore,
  provider: Fetched['provider'],
  { previousSlot, part, locations }: Requested,
  log: Logger,
): Promise<Previous | null> {
  const runId = slotId(new Date(previousSlot));
  try {
    // The same part first; a run that was split otherwise may still be whole in one.
    const memo =
      (await readMemo(store, runId, part)) ??
      (part.count === 1 ? undefined : await readMemo(store, runId, { index: 1, count: 1 }));
    if (memo === undefined || memo.data.provider !== provider) return null;
    const wanted = new Set(locations.map(({ id }) => id));
    const readings = memo.data.readings.filter(({ location }) => wanted.has(location.id));
    return readings.length === 0 ? null : { slot: previousSlot, readings };
  } catch (error) {
    if (!(error instanceof PermanentError)) throw error;
    // The check against the past is worth less than the present reading.
    log.warn('previous readings not used', { code: error.code, detail: error.message });
    return null;
  }
}
