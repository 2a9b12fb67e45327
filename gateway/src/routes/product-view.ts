import { instantText, slotInstant } from '@weatherline/events';
import type { SlotEntry } from '../store/product-index.ts';
import type { Product } from '../store/products.ts';
import type { Line, Row } from '../store/record-lines.ts';

/** The parts of a slot as one: each location once, by its id. */
export function byLocation({ lines }: Pick<Product, 'lines'>): Line[] {
  const last = new Map(lines.map((line) => [line.locationId, line]));
  return [...last.values()].toSorted((a, b) => (a.locationId < b.locationId ? -1 : 1));
}

export function linksOf(id: string): { self: string; records: string; content: string; download: string } {
  const self = `/v1/products/${id}`;
  return { self, records: `${self}/records`, content: `${self}/content`, download: `${self}/download` };
}

export function metadataOf(product: Product): Record<string, unknown> {
  const { id, failures, parts, complete, bytes, revision, isRead } = product;
  const lines = byLocation(product);
  return {
    id,
    scheduled_for: slotText(id),
    produced_at: instantText(product.producedAt),
    run_id: id,
    reason: product.reason ?? null,
    revision: revision ?? null,
    records: isRead ? product.lines.length : null,
    bytes,
    sha256: product.sha256 ?? null,
    parts,
    complete,
    locations: isRead ? lines.map(({ locationId }) => locationId) : null,
    bbox: isRead ? boxOf(lines.map(({ record }) => record)) : null,
    failures: isRead ? failures : null,
    links: linksOf(id),
  };
}

export function slotText(id: string): string {
  const slot = slotInstant(id);
  return slot === undefined ? id : instantText(slot);
}

/** When the newest part of a slot was stored. */
export function modifiedOf({ parts, meta }: SlotEntry): Date {
  return new Date(Math.max(...[...parts, ...meta].map(({ lastModified }) => lastModified.getTime())));
}

/** West, south, east, north: the narrowest box, also across the 180th meridian (RFC 7946 §5.2). */
function boxOf(rows: readonly Row[]): number[] | null {
  const points = rows.flatMap(({ lat, lon }) =>
    typeof lat === 'number' && typeof lon === 'number' ? [{ lat, lon }] : [],
  );
  if (points.length === 0) return null;
  const lats = points.map(({ lat }) => lat);
  const lons = points.map(({ lon }) => lon).toSorted((a, b) => a - b);
  // The widest gap between neighbours is what the box leaves out.
  let [west = 0, east = 0, widest] = [lons[0], lons.at(-1), 360 - ((lons.at(-1) ?? 0) - (lons[0] ?? 0))];
  for (const [at, lon] of lons.entries()) {
    const next = lons[at + 1];
    if (next === undefined || next - lon <= widest) continue;
    widest = next - lon;
    [west, east] = [next, lon];
  }
  return [west, Math.min(...lats), east, Math.max(...lats)];
}
