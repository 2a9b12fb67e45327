import { parseProductKey, slotId, slotInstant, slotPath, type Part } from '@weatherline/events';
import type { ObjectInfo, ObjectReader } from '@weatherline/runtime';

/** Slots from `from` up to, not including, `to`. */
export type SlotRange = { readonly from: Date; readonly to: Date };

export type ArchivedPart = { readonly run: string; readonly part: Part; readonly info: ObjectInfo };

export type StoredProduct = { readonly etag: string; readonly hasMeta: boolean };

const PLAN = /^weather-runs\/(\d{4})\/(\d{2})\/(\d{2})\/(\d{6})\.json$/;
const READINGS = /^weather-readings\/(\d{4})\/(\d{2})\/(\d{2})\/(\d{6})(?:\.(\d{5})-of-(\d{5}))?\.json\.gz$/;

/** The archived readings of a range of slots, in the order of slots and parts. */
export async function* archivedParts(store: ObjectReader, range: SlotRange): AsyncGenerator<ArchivedPart> {
  for await (const info of objectsIn(store, 'weather-readings', range)) {
    const [, year, month, day, time, index = '1', count = '1'] = READINGS.exec(info.key) ?? [];
    if (year === undefined) continue;
    const run = `${year}${month}${day}T${time}Z`;
    if (slotInstant(run) !== undefined) yield { run, part: { index: Number(index), count: Number(count) }, info };
  }
}

/** The products of a range of slots by key; one without its sidecar is not whole. */
export async function storedProducts(store: ObjectReader, range: SlotRange): Promise<Map<string, StoredProduct>> {
  const products = new Map<string, StoredProduct>();
  const sidecars = new Set<string>();
  for await (const { key, etag } of objectsIn(store, 'weather-products', range)) {
    const kind = parseProductKey(key)?.kind;
    if (kind === 'product') products.set(key, { etag, hasMeta: false });
    if (kind === 'meta') sidecars.add(key.replace(/\.meta\.json$/, '.jsonl'));
  }
  for (const [key, { etag }] of products) products.set(key, { etag, hasMeta: sidecars.has(key) });
  return products;
}

/** The runs of a range of slots that were planned. */
export async function* plannedRuns(store: ObjectReader, range: SlotRange): AsyncGenerator<string> {
  for await (const { key } of objectsIn(store, 'weather-runs', range)) {
    const [, year, month, day, time] = PLAN.exec(key) ?? [];
    const run = `${year}${month}${day}T${time}Z`;
    if (slotInstant(run) !== undefined) yield run;
  }
}

/** What lies under a root for the slots of a range: listed by the narrowest prefix that holds all of them. */
async function* objectsIn(store: ObjectReader, root: string, range: SlotRange): AsyncGenerator<ObjectInfo> {
  const [first, last] = [pathOf(range.from), pathOf(new Date(range.to.getTime() - 1000))];
  const end = `${root}/${pathOf(range.to)}`;
  const prefix = `${root}/${commonFolder(first, last)}`;
  // A key continues its slot's path: it comes after the path itself.
  let startAfter: string | undefined = `${root}/${first}`;
  while (startAfter !== undefined) {
    const page = await store.list({ prefix, startAfter });
    for (const info of page.objects) {
      if (info.key >= end) return;
      yield info;
    }
    startAfter = page.next;
  }
}

function pathOf(instant: Date): string {
  return slotPath(slotId(instant));
}

function commonFolder(one: string, other: string): string {
  const [ones, others] = [one.split('/').slice(0, -1), other.split('/').slice(0, -1)];
  let depth = 0;
  while (depth < ones.length && ones[depth] === others[depth]) depth += 1;
  return ones
    .slice(0, depth)
    .map((name) => `${name}/`)
    .join('');
}
