import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { Problem } from '../http/problem.ts';
import type { Parameter } from './parameter.ts';

const Cursor = v.object({ v: v.literal(1), after: v.pipe(v.string(), v.maxLength(120)), q: v.string() });

export const cursor: Parameter<string> = {
  description: 'Where the page before ended: `next_cursor` of the same query',
  schema: v.pipe(v.string(), v.regex(/^[\w-]{1,300}$/, 'must be a cursor that this query returned')),
  decode: (text) => text,
};

/** A keyset cursor: stable while products are added; it belongs to one query. */
export function encodeCursor(after: string, query: string): string {
  return Buffer.from(JSON.stringify({ v: 1, after, q: digest(query) })).toString('base64url');
}

/** What the cursor stands behind; throws when it belongs to another query. */
export function decodeCursor(text: string | undefined, query: string, pattern: RegExp): string | undefined {
  if (text === undefined) return undefined;
  try {
    const result = v.safeParse(Cursor, JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
    if (result.success && result.output.q === digest(query) && pattern.test(result.output.after))
      return result.output.after;
  } catch {
    // Told below.
  }
  throw new Problem('invalid-cursor', 'the cursor is not one that this query returned');
}

function digest(query: string): string {
  return createHash('sha256').update(query).digest('base64url').slice(0, 8);
}
