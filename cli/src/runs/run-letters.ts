import type { LogReader } from '@weatherline/runtime';
import { readOriginals, type DeadLetter } from '../dead-letters.ts';

/** A dead letter of a run, and which part of which replay it stopped. */
export type RunLetter = {
  readonly letter: DeadLetter;
  /** `00001-of-00002`; null = its original was too long to be kept. */
  readonly part: string | null;
  /** Null = it belongs to no replay. */
  readonly replay: string | null;
};

/** Looks into the originals of dead letters, each topic once. */
export async function lettersOfParts(
  log: Pick<LogReader, 'read'>,
  letters: readonly DeadLetter[],
): Promise<RunLetter[]> {
  const found = new Map<DeadLetter['id'], RunLetter>(
    letters.map((letter) => [letter.id, { letter, part: null, replay: null }]),
  );
  for await (const { letter, original } of readOriginals(log, letters)) {
    const { key = '', headers = {} } = original ?? {};
    const part = partOf(headers['ce_subject']) ?? partOf(key) ?? null;
    found.set(letter.id, { letter, part, replay: headers['ce_replayid'] ?? null });
  }
  return [...found.values()];
}

/** The part in a subject or key `<run>/<part>`. */
export function partOf(subject: string | undefined): string | undefined {
  return /^[^/]+\/(\d{5}-of-\d{5})(?:\/|$)/.exec(subject ?? '')?.[1];
}

/** Its number, from 1. */
export function indexOf(part: string): number {
  return Number(part.slice(0, 5));
}
