import * as v from 'valibot';

/** The slug of a place: lower-case letters, digits and hyphens. */
export const LocationId = v.pipe(
  v.string(),
  v.regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be a slug of a-z, 0-9 and hyphens'),
);

/** A configured place: WGS 84 degrees, elevation in metres. */
export const Location = v.object({
  id: LocationId,
  name: v.pipe(v.string(), v.minLength(1), v.maxLength(200)),
  lat: v.pipe(v.number(), v.minValue(-90), v.maxValue(90)),
  lon: v.pipe(v.number(), v.minValue(-180), v.maxValue(180)),
  elevation: v.optional(v.pipe(v.number(), v.minValue(-500), v.maxValue(9000))),
  country: v.optional(v.pipe(v.string(), v.regex(/^[A-Z]{2}$/, 'must be two capital letters'))),
  timezone: v.optional(v.string()),
});
export type Location = v.InferOutput<typeof Location>;
