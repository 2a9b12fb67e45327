import * as v from 'valibot';

/** The fields that results are made of; what each says of itself goes into the published schema. */
export function text(says: string) {
  return v.pipe(v.string(), v.description(says));
}

/** A whole number of 0 or more. */
export function whole(says: string) {
  return v.pipe(v.number(), v.integer(), v.minValue(0), v.description(says));
}

/** An instant in RFC 3339, in UTC. */
export function instant(says: string) {
  return v.pipe(v.string(), v.isoTimestamp(), v.description(says));
}

export function flag(says: string) {
  return v.pipe(v.boolean(), v.description(says));
}

export function oneOf<const Words extends readonly [string, ...string[]]>(words: Words, says: string) {
  return v.pipe(v.picklist(words), v.description(says));
}

export function slot(says: string) {
  return v.pipe(v.string(), v.regex(/^\d{8}T\d{6}Z$/), v.description(says));
}
