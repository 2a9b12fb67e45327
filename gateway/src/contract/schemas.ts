import { Failure, SlotId, SlotInstant, WeatherRecord } from '@weatherline/events';
import * as v from 'valibot';

/** The bodies of answers: what tests hold every answer against, and what the OpenAPI document shows. */

const Count = v.pipe(v.number(), v.integer(), v.minValue(0));
const Href = v.pipe(v.string(), v.description('A path on this host'));
export const Link = v.strictObject({ rel: v.string(), href: v.string() });

/** A record as it was published: ours in full, the seed's with its 15 fields, `fields` with those that were asked for. */
export const PublishedRecord = v.looseObject({
  ...v.partial(WeatherRecord).entries,
  id: v.optional(v.string()),
  collected_at: v.optional(v.string()),
});

const Parts = v.strictObject({ stored: Count, expected: Count });
const Box = v.pipe(
  v.array(v.number()),
  v.length(4),
  v.description(
    'West, south, east, north in degrees; when the places lie across the 180th meridian west is the greater',
  ),
);
const NotCounted = 'null for a product of more than 20 parts, which is not read to be listed';

const productMeta = {
  id: SlotId,
  scheduled_for: SlotInstant,
  produced_at: v.pipe(SlotInstant, v.description('When its last part was stored')),
  run_id: SlotId,
  reason: v.nullable(v.picklist(['schedule', 'manual', 'backfill', 'replay'])),
  revision: v.pipe(v.nullable(Count), v.description(`0 until a replay replaces it, then how often; ${NotCounted}`)),
  records: v.pipe(v.nullable(Count), v.description(NotCounted)),
  bytes: Count,
  sha256: v.pipe(v.nullable(v.string()), v.description('Of the stored bytes, in hex; null when it has several parts')),
  parts: Parts,
  complete: v.boolean(),
  locations: v.pipe(v.nullable(v.array(v.string())), v.description(NotCounted)),
  bbox: v.pipe(v.nullable(Box), v.description(NotCounted)),
  failures: v.pipe(v.nullable(v.array(Failure)), v.description('Locations without a record, each with its reason')),
  links: v.strictObject({ self: Href, records: Href, content: Href, download: Href }),
};
export const ProductMeta = v.strictObject(productMeta);
export const LatestProduct = v.strictObject({
  ...productMeta,
  complete: v.boolean(),
  items: v.optional(v.array(PublishedRecord)),
});

export function pageOf<Item extends v.GenericSchema>(item: Item) {
  return v.strictObject({ items: v.array(item), next_cursor: v.nullable(v.string()), links: v.array(Link) });
}

export const PlaceItem = v.strictObject({
  id: v.string(),
  name: v.string(),
  lat: v.number(),
  lon: v.number(),
  elevation: v.pipe(v.nullable(v.number()), v.description('Metres')),
  country: v.nullable(v.string()),
  timezone: v.nullable(v.string()),
  latest: v.pipe(
    v.nullable(v.strictObject({ product: SlotId, age_seconds: Count, record: PublishedRecord })),
    v.description(
      'Its newest record of the last seven days; in the list null when that is of a product of more than 20 parts',
    ),
  ),
  links: v.strictObject({ self: Href, latest: Href, records: Href }),
});

export const PlaceLatest = v.strictObject({
  location: v.string(),
  product: SlotId,
  record: PublishedRecord,
  links: v.array(Link),
});

export const RunItem = v.strictObject({
  id: SlotId,
  scheduled_for: SlotInstant,
  state: v.pipe(
    v.picklist(['complete', 'incomplete', 'running', 'missing']),
    v.description(
      'incomplete: its slot is over and parts are missing; missing: the schedule has it, the store does not',
    ),
  ),
  reason: v.nullable(v.string()),
  requested_at: v.pipe(v.nullable(SlotInstant), v.description('When its plan was stored')),
  produced_at: v.nullable(SlotInstant),
  duration_seconds: v.pipe(v.nullable(v.number()), v.description('From the plan to the last part')),
  parts: v.strictObject({ stored: Count, expected: v.nullable(Count) }),
  links: v.strictObject({ self: Href, product: v.nullable(Href) }),
});

export const RunDetail = v.strictObject({
  ...RunItem.entries,
  locations: v.nullable(Count),
  records: v.nullable(Count),
  failures: v.nullable(v.array(Failure)),
  stored_parts: v.array(v.strictObject({ index: Count, bytes: Count, stored_at: SlotInstant })),
});

const MET =
  'The share of the time in which the newest product was younger than the target, by when each was stored. A product that a replay has replaced (revision above 1) no longer tells when it was first there: time that it alone could have covered is left out. null = nothing to go by';

export const Status = v.strictObject({
  status: v.pipe(
    v.picklist(['ok', 'stale', 'degraded', 'empty']),
    v.description(
      'stale: the current slot has no complete product although it is 20 minutes old; degraded: the store cannot be reached, answers come from memory',
    ),
  ),
  latest: v.nullable(
    v.strictObject({ id: SlotId, age_seconds: Count, complete: v.boolean(), produced_at: SlotInstant }),
  ),
  next_expected_at: SlotInstant,
  freshness: v.strictObject({
    target_seconds: v.pipe(Count, v.description('The period of the schedule and 20 minutes')),
    met_ratio_24h: v.pipe(v.nullable(v.number()), v.description(MET)),
    met_ratio_30d: v.pipe(v.nullable(v.number()), v.description(MET)),
  }),
  missing_7d: v.pipe(v.array(SlotId), v.description('Slots of the last seven days without a product')),
  store: v.strictObject({
    status: v.picklist(['ok', 'unreachable']),
    failing_since: v.nullable(SlotInstant),
    last_read_at: v.nullable(SlotInstant),
  }),
  version: v.string(),
});

export const Download = v.strictObject({
  url: v.string(),
  method: v.literal('GET'),
  expires_at: v.pipe(v.nullable(SlotInstant), v.description('null = it does not')),
});

const Point = v.strictObject({ type: v.literal('Point'), coordinates: v.array(v.number()) });
export const FeatureCollection = v.strictObject({
  type: v.literal('FeatureCollection'),
  features: v.array(
    v.strictObject({
      type: v.literal('Feature'),
      id: v.optional(v.string()),
      geometry: v.nullable(Point),
      properties: v.looseObject({}),
    }),
  ),
  numberReturned: Count,
  links: v.array(Link),
});

export const Landing = v.strictObject({ title: v.string(), version: v.string(), links: v.array(Link) });
export const Health = v.strictObject({ status: v.literal('healthy'), service: v.literal('products-api') });
export const SeedProducts = v.array(PublishedRecord);

export const ProblemDocument = v.looseObject({
  type: v.string(),
  title: v.string(),
  status: v.number(),
  detail: v.string(),
  instance: v.string(),
  request_id: v.string(),
  errors: v.optional(
    v.array(v.looseObject({ parameter: v.string(), detail: v.string(), received: v.optional(v.string()) })),
  ),
});
