import { slotId, slotInstant, type Location } from '@weatherline/events';
import type { RoutePorts } from '../route-ports.ts';
import { byLocation } from '../routes/product-view.ts';
import type { SlotEntry } from '../store/product-index.ts';
import type { Product } from '../store/products.ts';
import type { Row } from '../store/record-lines.ts';
import type { Run } from '../store/runs.ts';

/** One slot of a place: its record, or that there is none. */
export type Sample = { readonly at: Date; readonly row: Row | undefined };

export type PlaceView = {
  readonly location: Location;
  /** Its newest record of the span, and the slot that it is of. */
  readonly newest: { readonly row: Row; readonly slot: string } | undefined;
  /** Every slot of the span, oldest first; a missing one has no row. */
  readonly samples: readonly Sample[];
};

/** All that the pages show, read once. */
export type PageModel = {
  readonly now: Date;
  readonly current: Date;
  readonly next: Date;
  readonly from: Date;
  readonly version: string;
  readonly product: Product | undefined;
  readonly places: readonly PlaceView[];
  /** Every slot of the last seven days, oldest first, with those that are missing. */
  readonly runs: readonly Run[];
  readonly failingSince: Date | undefined;
  /** Of so many slots one was read: 1 = every one. */
  readonly every: number;
};

export const DAYS = 7;
const DAY_MS = 86_400_000;
/** A slot an hour for a week: more a chart cannot show, and reading them would take too long. */
const MOST_PRODUCTS = 168;

export async function loadModel(ports: RoutePorts): Promise<PageModel> {
  const { clock, schedule, products, locations, version, storeHealth } = ports;
  const now = clock.now();
  const from = new Date(now.getTime() - DAYS * DAY_MS);
  const runs = await ports.runs.between({ from: slotId(from), to: slotId(now) });
  const slots = runs.flatMap(({ slot }): SlotEntry[] => (slot === undefined ? [] : [slot]));
  const every = Math.max(1, Math.ceil(slots.length / MOST_PRODUCTS));
  // Counted from the newest, which is always there.
  const thinned = slots.filter((_, at) => (slots.length - 1 - at) % every === 0);
  const read: Product[] = [];
  for await (const product of products.readAll(thinned)) read.push(product);
  const older = read.length === 0 ? await products.take(1) : [];
  const all = [...older, ...read];
  return {
    now,
    current: schedule.current(now),
    next: schedule.next(now),
    from,
    version,
    product: all.at(-1),
    places: placesOf(locations, all, runs),
    runs,
    failingSince: storeHealth().failingSince,
    every,
  };
}

const ORDINALS = ['', '', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth', 'ninth'];

/** `every third slot`, where not all were read. */
export function thinning({ every }: Pick<PageModel, 'every'>): string {
  return every === 1 ? '' : `every ${ORDINALS[every] ?? `${every}th`} slot`;
}

/** Names as people look them up, whatever their accents and capitals. */
const NAMES = new Intl.Collator('en');

function placesOf(configured: readonly Location[], products: readonly Product[], runs: readonly Run[]): PlaceView[] {
  const bySlot = products.map((product) => ({
    slot: product.id,
    at: slotInstant(product.id) ?? product.producedAt,
    rows: new Map(byLocation(product).map((line) => [line.locationId, line.record])),
  }));
  const times = timesOf(bySlot, runs);
  const known = new Map(configured.map((location) => [location.id, location]));
  for (const [id, row] of bySlot.at(-1)?.rows ?? []) {
    const { lat, lon, location_name: name } = row;
    if (known.has(id) || typeof lat !== 'number' || typeof lon !== 'number') continue;
    known.set(id, { id, name: typeof name === 'string' ? name : id, lat, lon });
  }
  return [...known.values()]
    .map((location) => {
      const found = bySlot.findLast(({ rows }) => rows.has(location.id));
      const row = found?.rows.get(location.id);
      return {
        location,
        newest: found === undefined || row === undefined ? undefined : { row, slot: found.slot },
        samples: times.map(({ at, rows }) => ({ at, row: rows?.get(location.id) })),
      };
    })
    .toSorted((a, b) => NAMES.compare(a.location.name, b.location.name));
}

type OfSlot = { readonly slot: string; readonly at: Date; readonly rows?: ReadonlyMap<string, Row> };

/** The products with the slots between and after them that have none: nobody has to guess where a gap is. */
function timesOf(bySlot: readonly OfSlot[], runs: readonly Run[]): readonly OfSlot[] {
  const first = bySlot[0]?.slot;
  if (first === undefined) return [];
  const without = runs.flatMap(({ id, slot }): OfSlot[] => {
    const at = slotInstant(id);
    // One that has a product and was not read, because there are so many, is no gap.
    return at === undefined || slot !== undefined || id < first ? [] : [{ slot: id, at }];
  });
  return [...bySlot, ...without].toSorted((a, b) => (a.slot < b.slot ? -1 : 1));
}
