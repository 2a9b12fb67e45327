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

const Locations = v.pipe(
  v.array(v.strictObject(Location.entries)),
  v.minLength(1, 'expected at least one location'),
  v.check(
    (list) => new Set(list.map(({ id }) => id)).size === list.length,
    (issue) => `expected every id once, got ${duplicates(issue.input.map(({ id }) => id)).join(', ')} twice`,
  ),
);

function duplicates(ids: readonly string[]): string[] {
  return [...new Set(ids.filter((id, at) => ids.indexOf(id) !== at))];
}

/** A JSON array of `{id, name, lat, lon, elevation?, country?, timezone?}`. */
export function parseLocations(text: string): Location[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw new RangeError(`expected a JSON array of locations: ${cause instanceof Error ? cause.message : 'no JSON'}`, {
      cause,
    });
  }
  const result = v.safeParse(Locations, parsed);
  if (result.success) return result.output;
  const shown = result.issues.slice(0, 10).map((issue) => {
    const path = v.getDotPath(issue);
    return path === null
      ? issue.message
      : `[${path.replace('.', '].')}${path.includes('.') ? '' : ']'}: ${issue.message}`;
  });
  const more = result.issues.length - shown.length;
  throw new RangeError([...shown, ...(more > 0 ? [`and ${more} more`] : [])].join('\n    '));
}

/** Who is collected where nobody has said otherwise: the places of the seed's deployment. */
export const DEFAULT_LOCATIONS: readonly Location[] = [
  {
    id: 'chicago',
    name: 'Chicago',
    lat: 41.8781,
    lon: -87.6298,
    elevation: 181,
    country: 'US',
    timezone: 'America/Chicago',
  },
  {
    id: 'luxembourg',
    name: 'Luxembourg',
    lat: 49.6117,
    lon: 6.13,
    elevation: 300,
    country: 'LU',
    timezone: 'Europe/Luxembourg',
  },
];
