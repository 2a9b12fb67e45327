import { ReadingsFetched, type Lane, type Reading } from '@weatherline/events';
import {
  consume,
  encodeEvent,
  envelopeOf,
  type Broker,
  type Logger,
  type ObjectStore,
  type OutgoingMessage,
} from '@weatherline/runtime';
import { createRecordedUpstream, recordedPlaces } from '@weatherline/testkit/upstream';
import { transform } from '@weatherline/transform';
import { createUpload } from '@weatherline/upload';

const silent: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
export const PART = 50;

/** Parts of 50 recorded readings, as the archive of readings holds them. */
export function readingsEvents(parts: number): OutgoingMessage[] {
  const upstream = createRecordedUpstream();
  const places = recordedPlaces();
  const dt = Date.parse('2026-03-29T06:00:00Z') / 1000;
  const readings = Array.from({ length: PART }, (_, at): Reading => {
    const place = places[at % places.length];
    if (place === undefined) throw new Error('no recorded places');
    const query = { lat: String(place.lat), lon: String(place.lon), units: 'metric', appid: 'x', dt: String(dt) };
    const { body } = upstream.answer(new URLSearchParams(query));
    const location = { ...place, id: `${place.id}-${String(at).padStart(2, '0')}` };
    return { location, collectedAt: '2026-03-29T06:00:30Z', units: 'metric', body };
  });
  return Array.from({ length: parts }, (_, at) => {
    const slot = new Date(Date.UTC(2026, 2, 29, 6, 0, at)).toISOString().replace('.000Z', 'Z');
    return encodeEvent(
      envelopeOf(ReadingsFetched, {
        run: { id: slot.replaceAll(/[-:]/g, ''), slot, reason: 'replay' },
        part: { index: 1, count: 1 },
        provider: 'recorded',
        collectedAt: '2026-03-29T06:00:30Z',
        readings,
        failures: [],
        previous: null,
      }),
    );
  });
}

/** transform and upload in this process, from the first record in to the last product stored; records a second. */
export async function replay(
  broker: Broker,
  store: ObjectStore,
  parts: number,
): Promise<{ rate: number; cpu: number }> {
  const lane: Lane = 'replay';
  const events = readingsEvents(parts);
  for (let at = 0; at < events.length; at += 50) {
    await broker.publish('weatherline.readings.fetched.replay', events.slice(at, at + 50));
  }
  const done = Promise.withResolvers<void>();
  let stored = 0;
  const count = (): void => {
    stored += 1;
    if (stored === parts) done.resolve();
  };
  const before = process.cpuUsage();
  const since = performance.now();
  await using uploading = await consume({
    broker,
    lane,
    log: silent,
    function: createUpload({ store, version: '0', observe: count }),
  });
  await using transforming = await consume({ broker, lane, log: silent, function: transform });
  await done.promise;
  if (uploading.haltedBy ?? transforming.haltedBy) throw new Error('a function has halted');
  const seconds = (performance.now() - since) / 1000;
  const { user, system } = process.cpuUsage(before);
  return { rate: (parts * PART) / seconds, cpu: (user + system) / 1e6 / seconds };
}
