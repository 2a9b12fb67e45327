import { parsePlanKey, parseProductKey, parseReadingsKey, slotId, type Part } from '@weatherline/events';
import type { ObjectInfo, ObjectReader } from '@weatherline/runtime';
import { objectsBetween } from '../runs/key-range.ts';

/** Slots from `from` up to, not including, `to`. */
export type SlotRange = { readonly from: Date; readonly to: Date };

export type ArchivedPart = { readonly run: string; readonly part: Part; readonly info: ObjectInfo };

export type StoredProduct = { readonly etag: string; readonly hasMeta: boolean };

/** The archived readings of a range of slots, in the order of slots and parts. */
export async function* archivedParts(store: ObjectReader, range: SlotRange): AsyncGenerator<ArchivedPart> {
  for await (const info of objectsIn(store, 'weather-readings/', range)) {
    const named = parseReadingsKey(info.key);
    if (named !== undefined) yield { run: named.runId, part: named.part, info };
  }
}

/** The products of a range of slots by key; one without its sidecar is not whole. */
export async function storedProducts(store: ObjectReader, range: SlotRange): Promise<Map<string, StoredProduct>> {
  const products = new Map<string, StoredProduct>();
  const sidecars = new Set<string>();
  for await (const { key, etag } of objectsIn(store, 'weather-products/', range)) {
    const kind = parseProductKey(key)?.kind;
    if (kind === 'product') products.set(key, { etag, hasMeta: false });
    if (kind === 'meta') sidecars.add(key.replace(/\.meta\.json$/, '.jsonl'));
  }
  for (const [key, { etag }] of products) products.set(key, { etag, hasMeta: sidecars.has(key) });
  return products;
}

/** The runs of a range of slots that were planned. */
export async function* plannedRuns(store: ObjectReader, range: SlotRange): AsyncGenerator<string> {
  for await (const { key } of objectsIn(store, 'weather-runs/', range)) {
    const run = parsePlanKey(key);
    if (run !== undefined) yield run;
  }
}

/** What lies under a root for the slots of a range, which ends before `to`. */
function objectsIn(store: ObjectReader, root: string, { from, to }: SlotRange): AsyncGenerator<ObjectInfo> {
  const last = new Date(to.getTime() - 1000);
  return objectsBetween(store, root, { from: slotId(from), to: slotId(last) });
}
