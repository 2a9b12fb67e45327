import {
  PermanentError,
  redriveOf,
  systemClock,
  type Broker,
  type Clock,
  type LogReader,
  type OutgoingMessage,
} from '@weatherline/runtime';
import { Pace } from './pace.ts';
import { readOriginals, type DeadLetter, type FullDeadLetter } from './dead-letters.ts';

/** An event that failed after so many redrives has a fault of its own: another one is asked for on purpose. */
export const MAX_REDRIVES = 3;

export type Ports = { readonly log: Pick<LogReader, 'read'>; readonly publish: Broker['publish'] };

/** What became of a dead letter, or would become of it. */
export type Redriven = {
  readonly id: string;
  readonly topic: string;
  /** How often the event has been put back, this time included. */
  readonly redrives: number;
  readonly state: 'redriven' | 'refused';
  readonly reason?: string;
};

/** Why a dead letter is not redriven; undefined = it is. */
export function refusalOf({ letter, original }: FullDeadLetter, force: boolean): string | undefined {
  const { origin, bytes, redrives } = letter;
  if (original === undefined) {
    const where = `topic ${origin.topic}, partition ${origin.partition}, offset ${origin.offset}`;
    return `its ${bytes} bytes were too many for a dead letter: as long as the topic keeps it, the original is at ${where}`;
  }
  if (redrives >= MAX_REDRIVES && !force) {
    return `it was set aside again after ${redrives} redrives: mend the cause, then add --force`;
  }
  return undefined;
}

export type RedriveOptions = {
  readonly force: boolean;
  readonly dryRun: boolean;
  /** At most so many a second; default: no limit. */
  readonly rate?: number;
  readonly clock?: Clock;
  /** Stops between two batches; what is left stays set aside and is not told. */
  readonly signal?: AbortSignal;
};

/** So many go into a batch, or fewer when they are large: an owner's order holds 4 MiB, and they are held in memory. */
const REDRIVEN_AT_ONCE = 100;
const BYTES_AT_ONCE = 1024 * 1024;
const PURGED_AT_ONCE = 500;

type Batch = readonly Whole[];
type Whole = { readonly letter: DeadLetter; readonly original: OutgoingMessage };

/**
 * Puts originals back on their origin topics, batch by batch, each batch followed by the tombstones of its dead letters.
 *
 * The tombstones are written only when the originals are durable. A crash between the two leaves the dead letters where
 * they are, and their next redrive duplicates: harmless, since every effect is idempotent.
 */
export async function* redrive(
  { log, publish }: Ports,
  letters: readonly DeadLetter[],
  { force, dryRun, rate = Infinity, clock = systemClock, signal }: RedriveOptions,
): AsyncGenerator<Redriven> {
  const gone = new Map(letters.map((letter) => [letter.id, letter]));
  const pace = new Pace({ rate, most: REDRIVEN_AT_ONCE, clock });
  for await (const { batch, refusals } of batchesOf(readOriginals(log, letters), force, pace.most)) {
    for (const { letter } of [...batch, ...refusals]) gone.delete(letter.id);
    for (const { letter, reason } of refusals) yield refused(letter, reason);
    if (!dryRun) await pace.take(batch.length, signal);
    if (signal?.aborted === true) return;
    if (dryRun) yield* batch.map(redrivenOf);
    else yield* putBack(publish, batch);
  }
  for (const letter of gone.values()) yield refused(letter, 'it has gone since it was listed');
}

type Refusal = { readonly letter: DeadLetter; readonly reason: string };

/** Groups what can be put back by topic, in order, with what was refused on the way. */
async function* batchesOf(
  originals: AsyncIterable<FullDeadLetter>,
  force: boolean,
  most: number,
): AsyncGenerator<{ readonly batch: Batch; readonly refusals: readonly Refusal[] }> {
  let batch: Whole[] = [];
  let refusals: Refusal[] = [];
  let bytes = 0;
  for await (const full of originals) {
    const { letter, original } = full;
    const reason = refusalOf(full, force);
    if (reason !== undefined || original === undefined) {
      refusals.push({ letter, reason: reason ?? 'it has no original' });
      continue;
    }
    const size = sizeOf(original);
    const isOther = batch.some((one) => one.letter.place.topic !== letter.place.topic);
    if (batch.length > 0 && (isOther || batch.length >= most || bytes + size > BYTES_AT_ONCE)) {
      yield { batch, refusals };
      batch = [];
      refusals = [];
      bytes = 0;
    }
    batch.push({ letter, original });
    bytes += size;
  }
  yield { batch, refusals };
}

function sizeOf({ key, value, headers }: OutgoingMessage): number {
  return key.length + (value?.length ?? 0) + JSON.stringify(headers).length;
}

async function* putBack(publish: Broker['publish'], batch: Batch): AsyncGenerator<Redriven> {
  const [first] = batch;
  if (first === undefined) return;
  const { origin, place } = first.letter;
  try {
    await publish(
      origin.topic,
      batch.map(({ original }) => redriveOf(original)),
    );
  } catch (error) {
    // Any other error concerns all of them: nothing more is tried.
    if (!(error instanceof PermanentError)) throw error;
    // One of them cannot be published; the others can.
    if (batch.length > 1) for (const one of batch) yield* putBack(publish, [one]);
    else yield refused(first.letter, error.message);
    return;
  }
  try {
    await publish(
      place.topic,
      batch.map(({ letter }) => tombstoneOf(letter.id)),
    );
  } catch (error) {
    if (!(error instanceof PermanentError)) throw error;
    for (const { letter } of batch) yield refused(letter, `it was put back, but is still set aside: ${error.message}`);
    return;
  }
  yield* batch.map(redrivenOf);
}

function redrivenOf({ letter: { id, origin, redrives } }: Whole): Redriven {
  return { id, topic: origin.topic, redrives: redrives + 1, state: 'redriven' };
}

function refused({ id, redrives, origin }: DeadLetter, reason: string): Redriven {
  return { id, topic: origin.topic, redrives, state: 'refused', reason };
}

export type PurgeOptions = {
  /** Stops between two batches. */
  readonly signal?: AbortSignal;
  /** Told how many are gone. */
  readonly update?: (done: number) => void;
};

/** Takes dead letters away for good; answers with those that are. */
export async function purge(
  publish: Broker['publish'],
  letters: readonly DeadLetter[],
  { signal, update }: PurgeOptions = {},
): Promise<DeadLetter[]> {
  const purged: DeadLetter[] = [];
  for (const [topic, some] of Map.groupBy(letters, ({ place }) => place.topic)) {
    for (let at = 0; at < some.length; at += PURGED_AT_ONCE) {
      if (signal?.aborted === true) return purged;
      const batch = some.slice(at, at + PURGED_AT_ONCE);
      await publish(
        topic,
        batch.map(({ id }) => tombstoneOf(id)),
      );
      purged.push(...batch);
      update?.(purged.length);
    }
  }
  return purged;
}

/** The topic is compacted: this takes the key away, and in time whatever was written under it. */
export function tombstoneOf(id: string): OutgoingMessage {
  return { key: id, value: null, headers: {} };
}
