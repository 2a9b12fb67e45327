import { decodeCursor, encodeCursor } from '../contract/cursor.ts';
import type { Reply } from '../http/reply.ts';
import type { RoutePorts } from '../route-ports.ts';
import type { SlotEntry, SlotRange } from '../store/product-index.ts';
import type { Line } from '../store/record-lines.ts';
import type { Filters } from './filters.ts';
import { modifiedOf } from './product-view.ts';
import { MEDIA_TYPES, naming, streamed, writerOf, written, type Writing } from './record-formats.ts';
import { linesOf } from './slot-lines.ts';

/** More stored bytes than this are sent as they are read, and not kept. */
export const MOST_BYTES_HELD = 2 * 2 ** 20;
/** A scan of more slots than this must not push what is often asked for out of memory. */
const MOST_SLOTS_KEPT = 64;
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
  for await (const { slot, lines } of linesOf(products.oldestSlots(rest), { products, filters, keep: true })) {
    modified = Math.max(modified, modifiedOf(slot).getTime());
    for (const line of lines) {
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
    ...validatorOf(modified, search),
  };
}

/** All of it in NDJSON or CSV: kept when it is small, otherwise sent as it is read. */
export async function wholeSeries(
  { range, filters, writing, href, search }: Series,
  ports: RoutePorts,
): Promise<Reply> {
  const { products } = ports;
  const slots: SlotEntry[] = [];
  let bytes = 0;
  for await (const slot of products.oldestSlots(range)) {
    slots.push(slot);
    bytes += bytesOf(slot);
    if (bytes > MOST_BYTES_HELD || slots.length > MOST_SLOTS_KEPT) break;
  }
  const links = [{ rel: 'self', href }];
  const writer = writerOf({ ...writing, links });
  const described = {
    type: MEDIA_TYPES[writing.format],
    headers: naming(writing.format, `${range.from}_${range.to}`),
    links,
  };
  if (bytes > MOST_BYTES_HELD || slots.length > MOST_SLOTS_KEPT) {
    const chunks = (signal: AbortSignal): AsyncIterable<string> =>
      streamed(writer, linesOf(products.oldestSlots(range), { products, filters, keep: false }), signal);
    return { kind: 'stream', ...described, chunks };
  }
  const found: Line[] = [];
  for await (const { lines } of linesOf(slots, { products, filters, keep: true })) found.push(...lines);
  const newest = Math.max(0, ...slots.map((slot) => modifiedOf(slot).getTime()));
  return { kind: 'whole', ...described, ...validatorOf(newest, search), body: written(writer, found, null) };
}

/** A range that begins at a moving instant loses records without anything being stored: no date tells of that. */
function validatorOf(modified: number, search: URLSearchParams): { modified?: Date } {
  return modified === 0 || !search.has('datetime') ? {} : { modified: new Date(modified) };
}

export function bytesOf({ parts }: SlotEntry): number {
  return parts.reduce((sum, { size }) => sum + size, 0);
}

function querySansCursor(search: URLSearchParams): string {
  const rest = new URLSearchParams(search);
  rest.delete('cursor');
  return rest.toString();
}
