import { slotId } from '@weatherline/events';
import { cursor } from '../contract/cursor.ts';
import { datetime, daysOf, slot } from '../contract/instants.ts';
import { operation } from '../contract/operation.ts';
import { limit, number } from '../contract/parameter.ts';
import { FeatureCollection, pageOf, PublishedRecord } from '../contract/schemas.ts';
import { invalidParameter, Problem } from '../http/problem.ts';
import type { RoutePorts } from '../route-ports.ts';
import type { SlotRange } from '../store/product-index.ts';
import type { Line } from '../store/record-lines.ts';
import { checkFields, fields } from './fields.ts';
import { bbox, excel, location } from './filters.ts';
import { nearestPlace } from './places.ts';
import { linksOf, modifiedOf } from './product-view.ts';
import { wantedSlot } from './products.ts';
import { MEDIA_TYPES, naming, streamed, writerOf, written } from './record-formats.ts';
import { bytesOf, MOST_BYTES_HELD, pageOfSeries, wholeSeries } from './series.ts';
import { linesOf } from './slot-lines.ts';

const FORMATS = ['json', 'ndjson', 'csv', 'geojson'] as const;
const CONTENT = {
  'application/json': pageOf(PublishedRecord),
  'application/x-ndjson': undefined,
  'text/csv': undefined,
  'application/geo+json': FeatureCollection,
};
const PROBLEMS = ['invalid-parameter', 'unknown-parameter', 'not-acceptable'] as const;

const MOST_DAYS_IN_JSON = 366;
const DAYS_BY_DEFAULT = 7;

const ofProduct = operation({
  id: 'listProductRecords',
  route: '/v1/products/{slot}/records',
  tag: 'products',
  summary: 'The records of one product, each location once, by location id',
  path: { slot },
  query: { location, bbox, fields, excel },
  formats: FORMATS,
  answers: [{ status: 200, description: 'Records', content: CONTENT }],
  problems: [...PROBLEMS, 'product-not-found'],
  async handle(ask, ports) {
    const entry = await wantedSlot(ask.path.slot, ports);
    const { query, format } = ask;
    const links = [
      { rel: 'self', href: ask.href },
      { rel: 'up', href: linksOf(entry.id).self },
    ];
    const writer = writerOf({ format, fields: checkFields(query.fields), excel: query.excel ?? false, links });
    const described = {
      type: MEDIA_TYPES[format],
      modified: modifiedOf(entry),
      headers: naming(format, entry.id),
      links,
    };
    const { products } = ports;
    const read = { products, filters: query };
    if (bytesOf(entry) > MOST_BYTES_HELD) {
      const chunks = (signal: AbortSignal): AsyncIterable<string> =>
        streamed(writer, linesOf([entry], { ...read, keep: false }), signal);
      return { kind: 'stream', ...described, chunks };
    }
    const found: Line[] = [];
    for await (const { lines } of linesOf([entry], { ...read, keep: true })) found.push(...lines);
    return { kind: 'whole', ...described, body: written(writer, found, null) };
  },
});

const overTime = operation({
  id: 'listRecords',
  route: '/v1/records',
  tag: 'records',
  summary: 'Records of one or many locations over time, oldest first: by slot, then by location id',
  path: {},
  query: {
    location,
    bbox,
    latitude: number('With longitude: the nearest location', -90, 90),
    longitude: number('With latitude: the nearest location', -180, 180),
    max_distance_km: number('How far the nearest location may be; 50 when not given', 0, 20_100),
    datetime: { ...datetime, description: `${datetime.description}. The last ${DAYS_BY_DEFAULT} days when not given` },
    fields,
    limit: limit(1_000, 10_000),
    cursor,
    excel,
  },
  formats: FORMATS,
  answers: [
    {
      status: 200,
      description: 'Records. JSON and GeoJSON come in pages; NDJSON and CSV come whole, as they are read',
      content: CONTENT,
    },
  ],
  problems: [...PROBLEMS, 'invalid-cursor', 'range-too-large', 'location-not-found'],
  async handle(ask, ports) {
    const { query, format } = ask;
    const range = rangeOf(query.datetime, ports);
    const isPaged = format === 'json' || format === 'geojson';
    if (isPaged && daysOf(range) > MOST_DAYS_IN_JSON) {
      throw new Problem(
        'range-too-large',
        `${format} answers for at most ${MOST_DAYS_IN_JSON} days; ndjson and csv have no bound`,
      );
    }
    if (!isPaged) refusePaging(ask.search, format);
    const filters = { location: await placesOf(query, ports), bbox: query.bbox };
    const writing = { format, fields: checkFields(query.fields), excel: query.excel ?? false };
    const series = { range, filters, writing, href: ask.href, search: ask.search };
    const count = query.limit ?? 1_000;
    return isPaged ? pageOfSeries({ ...series, count, cursor: query.cursor }, ports) : wholeSeries(series, ports);
  },
});

/** A limit that is not kept would look like one that is. */
function refusePaging(search: URLSearchParams, format: string): void {
  for (const name of ['limit', 'cursor']) {
    const received = search.get(name);
    if (received === null) continue;
    throw invalidParameter(name, `is for json and geojson: ${format} comes whole`, received);
  }
}

/** The last days when nothing is said; an end that is open, or still to come, is now. */
function rangeOf(asked: SlotRange | undefined, { clock }: RoutePorts): SlotRange {
  const now = clock.now().getTime();
  const to = slotId(new Date(now));
  if (asked === undefined) return { from: slotId(new Date(now - DAYS_BY_DEFAULT * 86_400_000)), to };
  return { from: asked.from, to: asked.to < to || asked.from > to ? asked.to : to };
}

type PlaceQuery = {
  readonly location?: readonly string[] | undefined;
  readonly latitude?: number | undefined;
  readonly longitude?: number | undefined;
  readonly max_distance_km?: number | undefined;
};

/** The locations that are named, or the one that is nearest to a point. */
async function placesOf(query: PlaceQuery, ports: RoutePorts): Promise<readonly string[] | undefined> {
  const { latitude, longitude, max_distance_km: within = 50 } = query;
  if (latitude === undefined && longitude === undefined) return query.location;
  if (latitude === undefined || longitude === undefined || query.location !== undefined) {
    throw new Problem('invalid-parameter', 'latitude and longitude go together, and without location');
  }
  const nearest = await nearestPlace(ports, { lat: latitude, lon: longitude });
  if (nearest === undefined || nearest.km > within) {
    throw new Problem('location-not-found', `there is no location within ${within} km of ${latitude}, ${longitude}`);
  }
  return [nearest.location.id];
}

export const recordOperations = [ofProduct, overTime];
