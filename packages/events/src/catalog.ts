import * as v from 'valibot';
import { defineEvent } from './define-event.ts';
import { Location } from './location.ts';
import { Failure, Previous, ProviderId, Reading } from './reading.ts';
import { WeatherRecord } from './record.ts';
import { Part, Replay, Run } from './run.ts';
import { SlotInstant } from './slot.ts';

const chained = { run: Run, part: Part, replay: v.optional(Replay) };

/** trigger → fetch: ask for the readings of this part's locations. */
export const RunRequested = defineEvent({
  type: 'dev.weatherline.run.requested.v1',
  topic: 'weatherline.run.requested',
  stage: 'trigger',
  schema: v.looseObject({
    ...chained,
    locations: v.pipe(v.array(Location), v.minLength(1)),
    /** The slot before this one in the schedule, for the temporal checks. */
    previousSlot: SlotInstant,
    /** The instant of the next slot: later than that, only a provider with history is asked. */
    expiresAt: SlotInstant,
    /** Ask again for the locations that the stored readings list as failed, and add what is answered now. */
    retry: v.optional(v.boolean()),
  }),
  time: ({ run }) => run.slot,
  expiry: ({ expiresAt }) => expiresAt,
});
export type RunRequested = ReturnType<typeof RunRequested.parse>;

/** fetch → transform: the providers' raw answers, unparsed. */
export const ReadingsFetched = defineEvent({
  type: 'dev.weatherline.readings.fetched.v1',
  topic: 'weatherline.readings.fetched',
  stage: 'fetch',
  schema: v.looseObject({
    ...chained,
    provider: ProviderId,
    /** When the part was collected; stored once, for all that follows from it. */
    collectedAt: SlotInstant,
    readings: v.array(Reading),
    failures: v.array(Failure),
    previous: v.nullable(Previous),
  }),
  time: ({ collectedAt }) => collectedAt,
});
export type ReadingsFetched = ReturnType<typeof ReadingsFetched.parse>;

/** transform → upload: clean, quality-checked, enriched records, sorted by location id. */
export const RecordsTransformed = defineEvent({
  type: 'dev.weatherline.records.transformed.v1',
  topic: 'weatherline.records.transformed',
  stage: 'transform',
  schema: v.looseObject({
    ...chained,
    provider: ProviderId,
    collectedAt: SlotInstant,
    records: v.array(WeatherRecord),
    failures: v.array(Failure),
  }),
  time: ({ collectedAt }) => collectedAt,
});
export type RecordsTransformed = ReturnType<typeof RecordsTransformed.parse>;

const whole = v.pipe(v.number(), v.integer(), v.minValue(0));

/** upload → whoever listens: a part of a product can be read. */
export const ProductStored = defineEvent({
  type: 'dev.weatherline.product.stored.v1',
  topic: 'weatherline.product.stored',
  stage: 'upload',
  schema: v.looseObject({
    ...chained,
    collectedAt: SlotInstant,
    key: v.string(),
    etag: v.string(),
    sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
    bytes: whole,
    records: whole,
    failures: whole,
    /** How often the product has been replaced under its name. */
    revision: whole,
    outcome: v.picklist(['created', 'unchanged', 'kept', 'replaced', 'verified']),
  }),
  time: ({ collectedAt }) => collectedAt,
  revision: ({ revision }) => revision,
});
export type ProductStored = ReturnType<typeof ProductStored.parse>;

export const EVENTS = [RunRequested, ReadingsFetched, RecordsTransformed, ProductStored] as const;
