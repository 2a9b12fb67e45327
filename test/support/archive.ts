import { instantText, slotId, type Location } from '@weatherline/events';
import { openDirectoryStore } from '@weatherline/adapters/directory';
import { openEmbeddedBroker } from '@weatherline/adapters/embedded';
import { createRecorded } from '@weatherline/adapters/providers';
import { createFetch } from '@weatherline/fetch';
import {
  readAhead,
  sha256,
  systemClock,
  TOPICS,
  type Logger,
  type ObjectReader,
  type ObjectStore,
} from '@weatherline/runtime';
import { createRecordedUpstream, recordedPlaces } from '@weatherline/testkit/upstream';
import { openDataDirectory } from '../../cli/src/data-directory.ts';

const silent: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const PART = 50;
const SLOT_MS = 6 * 3_600_000;

export type Archive = { readonly from: Date; readonly slots: number; readonly locations: number | readonly Location[] };

/** So many places, each recorded one as often as it takes. */
export function places(count: number): Location[] {
  const recorded = recordedPlaces();
  return Array.from({ length: count }, (_, at): Location => {
    const place = recorded[at % recorded.length];
    if (place === undefined) throw new Error('no recorded places');
    return { ...place, id: `${place.id}-${String(at).padStart(3, '0')}` };
  }).toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

/** Archives the readings of 6-hourly slots as fetch does: by its own code, each with the readings of the slot before. */
export async function makeArchive(store: ObjectStore, { from, slots, locations }: Archive): Promise<void> {
  await using provider = createRecorded({ answer: createRecordedUpstream({ recordedDt: false }).answer });
  const fetch = createFetch({ provider, store, clock: systemClock, lane: 'replay', concurrency: PART });
  const all = typeof locations === 'number' ? places(locations) : locations;
  const count = Math.ceil(all.length / PART);
  const context = { log: silent, signal: new AbortController().signal, attempt: 1 };
  for (let at = 0; at < slots; at += 1) {
    const slot = new Date(from.getTime() + at * SLOT_MS);
    const run = { id: slotId(slot), slot: instantText(slot), reason: 'schedule' as const };
    const parts = Array.from({ length: count }, async (_, index) =>
      fetch.handle(
        {
          run,
          part: { index: index + 1, count },
          locations: all.slice(index * PART, (index + 1) * PART),
          previousSlot: instantText(new Date(slot.getTime() - SLOT_MS)),
          expiresAt: instantText(new Date(slot.getTime() + SLOT_MS)),
        },
        context,
      ),
    );
    await Promise.all(parts);
  }
}

/** Makes a data directory as `up` leaves it, with archived readings and no products. */
export async function makeDirectory(data: string, archive: Archive): Promise<void> {
  const directory = openDataDirectory(data);
  await using store = await openDirectoryStore({ directory: directory.objects });
  await using broker = await openEmbeddedBroker({ directory: directory.log });
  await broker.ensureTopics(TOPICS);
  await makeArchive(store, archive);
}

/** The SHA-256 of every product and sidecar, by key. */
export async function productsOf(store: ObjectReader): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  let startAfter: string | undefined;
  do {
    const page = await store.list({ prefix: 'weather-products/', ...(startAfter === undefined ? {} : { startAfter }) });
    for await (const object of readAhead(page.objects, 16, async ({ key }) => store.get(key))) {
      if (object !== undefined) found.set(object.key, sha256(object.body));
    }
    startAfter = page.next;
  } while (startAfter !== undefined);
  return found;
}
