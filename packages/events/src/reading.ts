import * as v from 'valibot';
import { Location, LocationId } from './location.ts';
import { SlotInstant } from './slot.ts';

/** A provider's raw answer for one location; nothing inside `body` is trusted yet. */
export const Reading = v.looseObject({
  location: Location,
  /** When the answer was received, RFC 3339 UTC. */
  collectedAt: SlotInstant,
  /** The units that were asked for; the body does not say. */
  units: v.picklist(['metric', 'standard', 'imperial']),
  /** The answer's text, as it came. At most 8 KiB. */
  body: v.string(),
  /** How a recorded answer was made, when it is a reconstruction: `dt`, `series`. Absent = as the provider said it. */
  reconstruction: v.optional(v.string()),
});
export type Reading = v.InferOutput<typeof Reading>;

/** A location that did not become a record, and why. `detail` never holds a URL or a key. */
export const Failure = v.looseObject({
  location: LocationId,
  code: v.pipe(v.string(), v.regex(/^[A-Z][A-Z0-9_]*$/)),
  detail: v.optional(v.string()),
});
export type Failure = v.InferOutput<typeof Failure>;

/** The raw readings of the previous slot, one level deep, for the temporal checks. */
export const Previous = v.looseObject({ slot: SlotInstant, readings: v.array(Reading) });
export type Previous = v.InferOutput<typeof Previous>;

/** Whose wire format the bodies of an event are in. `recorded` answers in OpenWeather's. */
export const ProviderId = v.picklist([
  'openweather',
  'openweather-onecall',
  'open-meteo',
  'open-meteo-archive',
  'recorded',
]);
export type ProviderId = v.InferOutput<typeof ProviderId>;
