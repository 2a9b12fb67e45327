import type { Location } from '@weatherline/events';
import { slotId, slotInstant } from '@weatherline/events';
import { operation } from '../contract/operation.ts';
import { word } from '../contract/parameter.ts';
import { pageOf, PlaceItem, PlaceLatest } from '../contract/schemas.ts';
import { Problem } from '../http/problem.ts';
import { json } from '../http/reply.ts';
import type { RoutePorts } from '../route-ports.ts';
import type { SlotEntry } from '../store/product-index.ts';
import { MOST_PARTS_READ } from '../store/products.ts';
import type { Row } from '../store/record-lines.ts';
import { modifiedOf } from './product-view.ts';
import { linesOf } from './slot-lines.ts';

/** How far back the last value of a place is looked for. */
const LOOK_BACK_DAYS = 7;
const LOOK_BACK_PRODUCTS = 28;

const id = word(
  'A location id such as luxembourg',
  /^[a-z0-9][a-z0-9-]{0,62}$/,
  'must be a location id such as luxembourg',
);
const problems = ['invalid-parameter', 'unknown-parameter', 'location-not-found'] as const;

const list = operation({
  id: 'listLocations',
  route: '/v1/locations',
  tag: 'locations',
  summary: 'Every location with its newest record',
  path: {},
  query: {},
  formats: ['json'],
  answers: [{ status: 200, description: 'All of them', content: { 'application/json': pageOf(PlaceItem) } }],
  problems: ['unknown-parameter'],
  async handle({ href }, ports) {
    const found = await latestOf(ports);
    const links = [{ rel: 'self', href }];
    const items = found.places.map((place) => describe(place, found, ports));
    return json({ items, next_cursor: null, links }, { links, keeping: 'revalidate' });
  },
});

const one = operation({
  id: 'getLocation',
  route: '/v1/locations/{id}',
  tag: 'locations',
  summary: 'One location with its newest record',
  path: { id },
  query: {},
  formats: ['json'],
  answers: [{ status: 200, description: 'A location', content: { 'application/json': PlaceItem } }],
  problems,
  async handle({ path }, ports) {
    const found = await latestOf(ports, path.id);
    return json(describe(wanted(found, path.id), found, ports), { keeping: 'revalidate' });
  },
});

const newest = operation({
  id: 'getLatestOfLocation',
  route: '/v1/locations/{id}/latest',
  tag: 'locations',
  summary: 'The newest record of one location, of the last seven days',
  path: { id },
  query: {},
  formats: ['json'],
  answers: [{ status: 200, description: 'A record', content: { 'application/json': PlaceLatest } }],
  problems: [...problems, 'not-found'],
  async handle({ path }, ports) {
    const found = await latestOf(ports, path.id);
    const place = wanted(found, path.id);
    const value = found.latest.get(place.id);
    if (value === undefined)
      throw new Problem('not-found', `the last ${LOOK_BACK_DAYS} days have no record of ${place.id}`);
    const { slot, record } = value;
    const links = [{ rel: 'product', href: `/v1/products/${slot.id}` }];
    const body = { location: place.id, product: slot.id, record, links };
    return json(body, { modified: modifiedOf(slot), links });
  },
});

type Found = {
  readonly places: readonly Location[];
  readonly latest: ReadonlyMap<string, { readonly slot: SlotEntry; readonly record: Row }>;
};

/**
 * The configured places and those of the newest product, each with its newest record; or `only` one place, which is
 * looked up in products of any size: for a list they would have to be read whole.
 */
async function latestOf({ products, clock, locations }: RoutePorts, only?: string): Promise<Found> {
  const missing = new Set(only === undefined ? locations.map((place) => place.id) : [only]);
  const latest = new Map<string, { slot: SlotEntry; record: Row }>();
  const now = clock.now().getTime();
  const range = { from: slotId(new Date(now - LOOK_BACK_DAYS * 86_400_000)), to: slotId(new Date(now)) };
  let seen = 0;
  for await (const entry of products.newestSlots(range)) {
    const isList = only === undefined;
    if (isList && entry.parts.length > MOST_PARTS_READ) continue;
    // Of the newest product every place counts; further back only those that are still without a record.
    const filters = isList && seen === 0 ? {} : { location: [...missing] };
    for await (const { slot, lines } of linesOf([entry], { products, filters, keep: true })) {
      for (const line of lines) {
        latest.set(line.locationId, { slot, record: line.record });
        missing.delete(line.locationId);
      }
    }
    seen += 1;
    if (missing.size === 0 || seen >= LOOK_BACK_PRODUCTS) break;
  }
  return { places: catalogue(locations, latest), latest };
}

function catalogue(locations: readonly Location[], latest: Found['latest']): Location[] {
  const known = new Map(locations.map((location) => [location.id, location]));
  for (const [placeId, { record }] of latest) {
    const { lat, lon, location_name: name } = record;
    if (known.has(placeId) || typeof lat !== 'number' || typeof lon !== 'number') continue;
    known.set(placeId, { id: placeId, name: typeof name === 'string' ? name : placeId, lat, lon });
  }
  return [...known.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

function wanted({ places }: Found, placeId: string | undefined): Location {
  const found = places.find((place) => place.id === placeId);
  if (found === undefined) {
    throw new Problem('location-not-found', `there is no location '${placeId ?? ''}'; /v1/locations lists them`);
  }
  return found;
}

function describe(place: Location, { latest }: Found, { clock }: RoutePorts): Record<string, unknown> {
  const self = `/v1/locations/${place.id}`;
  const { id: placeId, name, lat, lon, elevation = null, country = null, timezone = null } = place;
  const value = latest.get(placeId);
  const slot = value === undefined ? undefined : slotInstant(value.slot.id);
  // Whole windows, so that an answer changes only when its content does.
  const age = slot === undefined ? 0 : Math.floor((clock.now().getTime() - slot.getTime()) / 60_000) * 60;
  return {
    id: placeId,
    name,
    lat,
    lon,
    elevation,
    country,
    timezone,
    latest:
      value === undefined ? null : { product: value.slot.id, age_seconds: Math.max(0, age), record: value.record },
    links: { self, latest: `${self}/latest`, records: `/v1/records?location=${placeId}` },
  };
}

const EARTH_KM = 6_371;

/** The place that is nearest on the sphere (haversine; mean radius 6,371 km). */
export async function nearestPlace(
  ports: RoutePorts,
  point: { readonly lat: number; readonly lon: number },
): Promise<{ location: Location; km: number } | undefined> {
  const { places } = await latestOf(ports);
  const [nearest] = places
    .map((location) => ({ location, km: distanceKm(location, point) }))
    .toSorted((a, b) => a.km - b.km);
  return nearest;
}

type Position = { readonly lat: number; readonly lon: number };

function distanceKm(a: Position, b: Position): number {
  const radians = Math.PI / 180;
  const dLat = (b.lat - a.lat) * radians;
  const dLon = (b.lon - a.lon) * radians;
  const h = Math.sin(dLat / 2) ** 2 + Math.cos(a.lat * radians) * Math.cos(b.lat * radians) * Math.sin(dLon / 2) ** 2;
  return 2 * EARTH_KM * Math.asin(Math.min(1, Math.sqrt(h)));
}

export const placeOperations = [list, one, newest];
