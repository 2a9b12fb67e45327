import type { ObjectInfo } from '@weatherline/runtime';
import type { SlotEntry } from '../store/product-index.ts';
import { MOST_PARTS_READ, type Products } from '../store/products.ts';
import { readAhead } from '@weatherline/runtime';
import type { Line } from '../store/record-lines.ts';
import { type Filters, filterLines } from './filters.ts';
import { byLocation } from './product-view.ts';

/** Some lines of one slot; its pieces follow each other in the order of the location ids. */
export type Piece = { readonly slot: SlotEntry; readonly lines: readonly Line[] };

export type Reading = {
  readonly products: Products;
  readonly filters: Filters;
  /** May what is read stay in memory? A scan must not push out what is often asked for. */
  readonly keep: boolean;
};

const SLOTS_AHEAD = 4;
const PARTS_AHEAD = 4;

/**
 * The lines of slots that are asked for, each location once in a slot. A product of many parts is read part by part,
 * and no further than the reader goes on.
 */
export async function* linesOf(
  slots: AsyncIterable<SlotEntry> | Iterable<SlotEntry>,
  reading: Reading,
): AsyncGenerator<Piece> {
  const read = readAhead(slots, SLOTS_AHEAD, async (slot) => ({
    slot,
    whole: slot.parts.length <= MOST_PARTS_READ ? await wholeSlot(slot, reading) : undefined,
  }));
  for await (const { slot, whole } of read) {
    if (whole !== undefined) yield { slot, lines: whole };
    else yield* partByPart(slot, reading);
  }
}

/** Has this slot a line that is asked for? */
export async function holdsAny(slot: SlotEntry, filters: Filters, products: Products): Promise<boolean> {
  for await (const { lines } of linesOf([slot], { products, filters, keep: true })) if (lines.length > 0) return true;
  return false;
}

async function wholeSlot({ parts }: SlotEntry, { products, filters, keep }: Reading): Promise<readonly Line[]> {
  const read = await Promise.all(parts.map(async (info) => products.part(info, { keep })));
  return filterLines(byLocation({ lines: read.flatMap(({ lines }) => lines) }), filters);
}

async function* partByPart(slot: SlotEntry, { products, filters, keep }: Reading): AsyncGenerator<Piece> {
  const { location } = filters;
  const parts = location === undefined ? slot.parts : await partsHolding(location, slot.parts, products);
  const isScan = parts.length > MOST_PARTS_READ;
  const read = readAhead(parts, PARTS_AHEAD, async (info) => products.part(info, { keep: keep && !isScan }));
  for await (const { lines } of read) yield { slot, lines: filterLines(byLocation({ lines }), filters) };
}

/**
 * The parts that can hold any of these locations, in order. A plan deals its locations out in the order of their ids,
 * so that each part holds a stretch of them and can be found by halving.
 */
async function partsHolding(
  ids: readonly string[],
  parts: readonly ObjectInfo[],
  products: Products,
): Promise<readonly ObjectInfo[]> {
  const found = new Set<number>();
  for (const id of ids) {
    let [low, high] = [0, parts.length - 1];
    while (low <= high) {
      const middle = (low + high) >> 1;
      const info = parts[middle];
      const ordered = info === undefined ? [] : byLocation(await products.part(info));
      const [first, last] = [ordered[0]?.locationId, ordered.at(-1)?.locationId];
      // A part without a line says nothing of where to go on: then every part is looked through.
      if (first === undefined || last === undefined) return parts;
      if (id < first) high = middle - 1;
      else if (id > last) low = middle + 1;
      else {
        found.add(middle);
        break;
      }
    }
  }
  return parts.filter((_, at) => found.has(at));
}
