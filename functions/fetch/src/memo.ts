import { ReadingsFetched, readingsKey, type Part, type Previous, type RunRequested } from '@weatherline/events';
import { slotId } from '@weatherline/events';
import {
  decodeStructured,
  encodeStructured,
  envelopeOf,
  gunzip,
  gzip,
  PermanentError,
  type Logger,
  type ObjectStore,
} from '@weatherline/runtime';

type Fetched = ReturnType<typeof ReadingsFetched.parse>;
type Requested = ReturnType<typeof RunRequested.parse>;

/** A memo of 50 readings of 8 KiB, with as many previous ones, unpacks to under 1 MiB; more is no memo of ours. */
const MAX_MEMO_BYTES = 32 * 1024 * 1024;

/** The stored answer of a part, or undefined; a memo that cannot be read is a PermanentError. */
export async function readMemo(store: ObjectStore, runId: string, part: Part): Promise<Fetched | undefined> {
  const key = readingsKey(runId, part);
  const object = await store.get(key);
  if (object === undefined) return undefined;
  try {
    return ReadingsFetched.parse(decodeStructured(gunzip(object.body, MAX_MEMO_BYTES)).data);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new PermanentError('MEMO_UNREADABLE', `${key}: ${why.slice(0, 300)}`, { cause });
  }
}

/** Stores the answer of a part unless there is one; returns what is stored, whoever stored it. */
export async function settleMemo(store: ObjectStore, fetched: Fetched): Promise<Fetched> {
  const { replay: _replay, ...data } = fetched;
  const body = gzip(encodeStructured(envelopeOf(ReadingsFetched, data)));
  const put = await store.put(readingsKey(fetched.run.id, fetched.part), body, {
    ifNoneMatch: '*',
    contentType: 'application/gzip',
    metadata: { run: fetched.run.id, provider: fetched.provider, readings: String(fetched.readings.length) },
  });
  if (put.stored) return fetched;
  const winner = await readMemo(store, fetched.run.id, fetched.part);
  if (winner === undefined) throw new Error('the stored readings vanished while they were read');
  return winner;
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
    if (memo === undefined || memo.provider !== provider) return null;
    const wanted = new Set(locations.map(({ id }) => id));
    const readings = memo.readings.filter(({ location }) => wanted.has(location.id));
    return readings.length === 0 ? null : { slot: previousSlot, readings };
  } catch (error) {
    if (!(error instanceof PermanentError)) throw error;
    // The check against the past is worth less than the present reading.
    log.warn('previous readings not used', { code: error.code, detail: error.message });
    return null;
  }
}
