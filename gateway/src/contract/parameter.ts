import { parseSlot, slotId } from '@weatherline/events';
import { distance } from '@weatherline/runtime';
import { createHash } from 'node:crypto';
import { invalidParameter, Problem } from './problem.ts';

export type Query = URLSearchParams;

/** Refuses parameters that a route does not know: a typo must not look like an answer. */
export function onlyKnown(query: Query, known: readonly string[]): void {
  for (const name of query.keys()) {
    if (known.includes(name)) continue;
    const near = known.find((candidate) => distance(candidate, name) <= 2);
    const hint = near === undefined ? `known: ${known.join(', ') || 'none'}` : `did you mean ${near}?`;
    throw new Problem(400, 'unknown-parameter', `there is no parameter '${name.slice(0, 60)}'; ${hint}`, {
      errors: [{ parameter: name.slice(0, 60), detail: hint }],
    });
  }
}

type LimitRule = {
  readonly fallback: number;
  readonly max: number;
  /** Is more than the maximum an error? */ readonly strict?: boolean;
};

/** A count of 1 or more; above the maximum it is the maximum, or an error where the seed's API had one. */
export function limitOf(query: Query, { fallback, max, strict = false }: LimitRule): number {
  const text = query.get('limit');
  if (text === null) return fallback;
  const value = Number(text);
  if (!/^-?\d+$/.test(text) || value < 1)
    throw invalidParameter('limit', `must be a whole number from 1 to ${max}`, text);
  if (value > max && strict) throw invalidParameter('limit', `must be a whole number from 1 to ${max}`, text);
  return Math.min(value, max);
}

/** A slot id or RFC 3339, as a slot id. */
export function slotParameter(text: string): string {
  try {
    return slotId(parseSlot(text));
  } catch {
    throw new Problem(404, 'product-not-found', 'a product is named by its slot, such as 20261123T060000Z');
  }
}

/** Keyset cursor: stable while products are added; it belongs to one query. */
export function encodeCursor(after: string, filter: string): string {
  return Buffer.from(JSON.stringify({ v: 1, after, q: digest(filter) })).toString('base64url');
}

export function decodeCursor(query: Query, filter: string): string | undefined {
  const text = query.get('cursor');
  if (text === null) return undefined;
  try {
    const parsed: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    if (
      typeof parsed === 'object' &&
      parsed !== null &&
      'after' in parsed &&
      'q' in parsed &&
      parsed.q === digest(filter)
    ) {
      return slotId(parseSlot(String(parsed.after)));
    }
  } catch {
    // Told below.
  }
  throw new Problem(400, 'invalid-cursor', 'the cursor is not one that this query returned');
}

function digest(filter: string): string {
  return createHash('sha256').update(filter).digest('base64url').slice(0, 8);
}
