import { PermanentError, redriveOf, type Broker, type LogReader, type OutgoingMessage } from '@weatherline/runtime';
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

export type RedriveOptions = { readonly force: boolean; readonly dryRun: boolean };

/**
 * Puts originals back on their origin topics, each followed by the tombstone of its dead letter.
 *
 * The tombstone is written only when the original is durable. A crash between the two leaves the dead letter where it
 * is, and its next redrive a duplicate: harmless, since every effect is idempotent.
 */
export async function* redrive(
  { log, publish }: Ports,
  letters: readonly DeadLetter[],
  { force, dryRun }: RedriveOptions,
): AsyncGenerator<Redriven> {
  const gone = new Map(letters.map((letter) => [letter.id, letter]));
  for await (const full of readOriginals(log, letters)) {
    const { letter, original } = full;
    gone.delete(letter.id);
    const { id, redrives, origin, place } = letter;
    const refusal = refusalOf(full, force);
    if (refusal !== undefined || original === undefined) {
      yield refused(letter, refusal ?? 'it has no original');
      continue;
    }
    try {
      if (!dryRun) {
        await publish(origin.topic, [redriveOf(original)]);
        await publish(place.topic, [tombstoneOf(id)]);
      }
    } catch (error) {
      // Any other error concerns all of them: nothing more is tried.
      if (!(error instanceof PermanentError)) throw error;
      yield refused(letter, error.message);
      continue;
    }
    yield { id, topic: origin.topic, redrives: redrives + 1, state: 'redriven' };
  }
  for (const letter of gone.values()) yield refused(letter, 'it has gone since it was listed');
}

function refused({ id, redrives, origin }: DeadLetter, reason: string): Redriven {
  return { id, topic: origin.topic, redrives, state: 'refused', reason };
}

/** Takes dead letters away for good. */
export async function purge(publish: Broker['publish'], letters: readonly DeadLetter[]): Promise<void> {
  for (const [topic, some] of Map.groupBy(letters, ({ place }) => place.topic)) {
    for (let at = 0; at < some.length; at += PURGED_AT_ONCE) {
      const batch = some.slice(at, at + PURGED_AT_ONCE);
      await publish(
        topic,
        batch.map(({ id }) => tombstoneOf(id)),
      );
    }
  }
}

const PURGED_AT_ONCE = 500;

/** The topic is compacted: this takes the key away, and in time whatever was written under it. */
export function tombstoneOf(id: string): OutgoingMessage {
  return { key: id, value: null, headers: {} };
}
