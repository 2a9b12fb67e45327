import { decodeCursor, encodeCursor } from '../contract/cursor.ts';
import type { Reply } from '../http/reply.ts';
import type { RoutePorts } from '../route-ports.ts';
import type { SlotEntry, SlotRange } from '../store/product-index.ts';
import { readAhead } from '../store/read-ahead.ts';
import type { Line } from '../store/record-lines.ts';
import { type Filters, filterLines } from './filters.ts';
import { byLocation, modifiedOf } from './product-view.ts';
import { MEDIA_TYPES, naming, streamed, writerOf, written, type Writing } from './record-formats.ts';

/** More stored bytes than this are sent as they are read, and not kept. */
export const MOST_BYTES_HELD = 2 * 2 ** 20;
/** A scan of more slots than this must not push what is often asked for out of memory. */
const MOST_SLOTS_KEPT = 64;
const AHEAD = 4;
/** `20261123T060000Z luxembourg`: slot and location, which is the order of the records. */
const POSITION = /^\d{8}T\d{6}Z [^ ]{1,63}$/;

export type Series = {
  readonly range: SlotRange;
  readonly filters: Filters;
  readonly writing: Omit<Writing, 'links'>;
  readonly href: string;
  readonly search: URLSearchParams;
};

/** One page in JSON or GeoJSON. */
export async function pageOfSeries(
  { range, filters, writing, href, search, count, cursor }: Series & { count: number; cursor: string | undefined },
  { products }: RoutePorts,
): Promise<Reply> {
  const query = querySansCursor(search);
  const after = decodeCursor(cursor, search, POSITION);
  const [afterSlot = range.from] = after?.split(' ') ?? [];
  const rest = { from: afterSlot > range.from ? afterSlot : range.from, to: range.to };
  const found: { readonly line: Line; readonly at: string }[] = [];
  let modified = 0;
  let seen = 0;
  const slots = readAhead(products.oldestSlots(rest), aheadOf(count), async (slot) => {
    seen += 1;
    return { slot, lines: await linesOf(slot, products, seen <= MOST_SLOTS_KEPT) };
  });
  for await (const { slot, lines } of slots) {
    modified = Math.max(modified, modifiedOf(slot).getTime());
    for (const line of filterLines(byLocation({ lines }), filters)) {
      const at = `${slot.id} ${line.locationId}`;
      if (after === undefined || at > after) found.push({ line, at });
    }
    if (found.length > count) break;
  }
  const items = found.slice(0, count);
  const last = items.at(-1);
  const next = found.length > count && last !== undefined ? encodeCursor(last.at, search) : null;
  const links = [{ rel: 'self', href }];
  if (next !== null) links.push({ rel: 'next', href: `/v1/records?${query}${query === '' ? '' : '&'}cursor=${next}` });
  const writer = writerOf({ ...writing, links });
  return {
    kind: 'whole',
    type: MEDIA_TYPES[writing.format],
    body: written(
      writer,
      items.map(({ line }) => line),
      next,
    ),
    links,
    ...(modified === 0 ? {} : { modified: new Date(modified) }),
  };
}

/** All of it in NDJSON or CSV: kept when it is small, otherwise sent as it is read. */
export async function wholeSeries({ range, filters, writing }: Series, { products }: RoutePorts): Promise<Reply> {
  const slots: SlotEntry[] = [];
  let bytes = 0;
  const rest = products.oldestSlots(range);
  for await (const slot of rest) {
    slots.push(slot);
    bytes += bytesOf(slot);
    if (bytes > MOST_BYTES_HELD || slots.length > MOST_SLOTS_KEPT) break;
  }
  const writer = writerOf({ ...writing, links: [] });
  const described = { type: MEDIA_TYPES[writing.format], headers: naming(writing.format, `${range.from}_${range.to}`) };
  if (bytes > MOST_BYTES_HELD || slots.length > MOST_SLOTS_KEPT) {
    const parts = readAhead(products.oldestSlots(range), AHEAD, async (slot) => ({
      lines: byLocation({ lines: await linesOf(slot, products, false) }),
    }));
    return { kind: 'stream', ...described, chunks: streamed(writer, parts, filters) };
  }
  const lines: Line[] = [];
  for await (const some of readAhead(slots, AHEAD, async (slot) => linesOf(slot, products, true))) {
    lines.push(...filterLines(byLocation({ lines: some }), filters));
  }
  const newest = Math.max(0, ...slots.map((slot) => modifiedOf(slot).getTime()));
  const modified = newest === 0 ? {} : { modified: new Date(newest) };
  return { kind: 'whole', ...described, ...modified, body: written(writer, lines, null) };
}

export function bytesOf({ parts }: SlotEntry): number {
  return parts.reduce((sum, { size }) => sum + size, 0);
}

async function linesOf(
  { parts }: SlotEntry,
  products: RoutePorts['products'],
  keep: boolean,
): Promise<readonly Line[]> {
  const read = await Promise.all(parts.map(async (info) => products.part(info, { keep })));
  return read.flatMap(({ lines }) => lines);
}

function aheadOf(count: number): number {
  return Math.max(1, Math.min(AHEAD, count));
}

function querySansCursor(search: URLSearchParams): string {
  const rest = new URLSearchParams(search);
  rest.delete('cursor');
  return rest.toString();
}
