import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { Problem } from '../http/problem.ts';
import type { Parameter } from './parameter.ts';

const Cursor = v.object({ v: v.literal(1), after: v.pipe(v.string(), v.maxLength(120)), q: v.string() });

export const cursor: Parameter<string> = {
  description:
    'Where the page before ended: `next_cursor` of the same query; `limit`, `fields` and the format may change',
  schema: v.pipe(v.string(), v.regex(/^[\w-]{1,300}$/, 'must be a cursor that this query returned')),
  decode: (text) => text,
};

/** These change how a page looks or how long it is, not what is paged through. */
const OF_THE_PAGE: ReadonlySet<string> = new Set(['cursor', 'limit', 'fields', 'excel', 'f']);

/** A keyset cursor: stable while products are added; it belongs to one query, on pages of any form and length. */
export function encodeCursor(after: string, search: URLSearchParams): string {
  return Buffer.from(JSON.stringify({ v: 1, after, q: digest(search) })).toString('base64url');
}

/** What the cursor stands behind; throws when it belongs to another query. */
export function decodeCursor(text: string | undefined, search: URLSearchParams, pattern: RegExp): string | undefined {
  if (text === undefined) return undefined;
  try {
    const result = v.safeParse(Cursor, JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
    if (result.success && result.output.q === digest(search) && pattern.test(result.output.after))
      return result.output.after;
  } catch {
    // Told below.
  }
  throw new Problem('invalid-cursor', 'the cursor is not one that this query returned');
}

function digest(search: URLSearchParams): string {
  const asked = [...search].filter(([name]) => !OF_THE_PAGE.has(name));
  const sorted = new URLSearchParams(asked.toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return createHash('sha256').update(sorted.toString()).digest('base64url').slice(0, 8);
}
