import { cursor, decodeCursor, encodeCursor } from '../contract/cursor.ts';
import { datetime, slot } from '../contract/instants.ts';
import { operation } from '../contract/operation.ts';
import { choice, limit } from '../contract/parameter.ts';
import { LatestProduct, pageOf, ProductMeta } from '../contract/schemas.ts';
import { Problem } from '../http/problem.ts';
import { json, type Reply } from '../http/reply.ts';
import type { RoutePorts } from '../route-ports.ts';
import { ALL_SLOTS, type SlotEntry, type SlotRange } from '../store/product-index.ts';
import type { Product } from '../store/products.ts';
import { readAhead } from '@weatherline/runtime';
import { type Filters, bbox, filterLines, location } from './filters.ts';
import { byLocation, linksOf, metadataOf } from './product-view.ts';
import { holdsAny } from './slot-lines.ts';

const SLOT_ID = /^\d{8}T\d{6}Z$/;
/** How many products a filter by place looks through before it says where to go on. */
const MOST_LOOKED_AT = 200;
const AHEAD = 8;

const list = operation({
  id: 'listProducts',
  route: '/v1/products',
  tag: 'products',
  summary: 'Products, newest first',
  path: {},
  query: {
    limit: limit(20, 100),
    cursor,
    datetime,
    location,
    bbox,
    run_id: { ...slot, description: 'Only the product of this run' },
    order: choice('desc = newest first (the default), asc = oldest first', 'desc', 'asc'),
  },
  formats: ['json'],
  answers: [{ status: 200, description: 'A page', content: { 'application/json': pageOf(ProductMeta) } }],
  problems: ['invalid-parameter', 'unknown-parameter', 'invalid-cursor'],
  async handle({ query, search, href }, { products }) {
    const { limit: count = 20, order = 'desc' } = query;
    const rest = new URLSearchParams(search);
    rest.delete('cursor');
    const after = decodeCursor(query.cursor, search, SLOT_ID);
    const range = within(query.datetime ?? ALL_SLOTS, query.run_id, after, order);
    const slots = order === 'desc' ? products.newestSlots(range, aheadOf(count)) : products.oldestSlots(range);
    const { items, endedAt } = await collect(slots, count, query, products);
    const next = endedAt === undefined ? null : encodeCursor(endedAt, search);
    const links = [{ rel: 'self', href }];
    const prefix = rest.size === 0 ? '' : `${rest.toString()}&`;
    if (next !== null) links.push({ rel: 'next', href: `/v1/products?${prefix}cursor=${next}` });
    return json({ items: items.map(metadataOf), next_cursor: next, links }, { links });
  },
});

const latest = operation({
  id: 'getLatestProduct',
  route: '/v1/products/latest',
  tag: 'products',
  summary: 'The newest product with its records; above 20 parts with links alone',
  path: {},
  query: { location, bbox },
  formats: ['json'],
  answers: [{ status: 200, description: 'A product', content: { 'application/json': LatestProduct } }],
  problems: ['invalid-parameter', 'unknown-parameter', 'product-not-found'],
  async handle({ query }, { products }) {
    const [product] = await products.take(1);
    if (product === undefined) throw new Problem('product-not-found', 'there is no product yet');
    return withRecords(product, query);
  },
});

function withRecords(product: Product, filters: Filters): Reply {
  const lines = filterLines(byLocation(product), filters);
  const { self, records, content } = linksOf(product.id);
  const links = [
    { rel: 'canonical', href: self },
    { rel: 'records', href: records },
    { rel: 'content', href: content },
  ];
  const metadata = JSON.stringify(metadataOf(product));
  const items = product.isRead ? `,"items":[${lines.map((line) => line.json).join(',')}]` : '';
  return {
    kind: 'whole',
    type: 'application/json; charset=utf-8',
    body: `${metadata.slice(0, -1)}${items}}\n`,
    modified: product.modifiedAt,
    links,
    headers: { 'content-location': self },
  };
}

const one = operation({
  id: 'getProduct',
  route: '/v1/products/{slot}',
  tag: 'products',
  summary: 'What is known of one product',
  path: { slot },
  query: {},
  formats: ['json'],
  answers: [{ status: 200, description: 'A product', content: { 'application/json': ProductMeta } }],
  problems: ['invalid-parameter', 'unknown-parameter', 'product-not-found'],
  async handle({ path }, ports) {
    const product = await ports.products.read(await wantedSlot(path.slot, ports));
    const { records, content, download } = linksOf(product.id);
    const links = [
      { rel: 'records', href: records },
      { rel: 'content', href: content },
      { rel: 'enclosure', href: download },
    ];
    return json(metadataOf(product), { modified: product.modifiedAt, links });
  },
});

/** The slot that a path names; a 404 tells which products lie before and after it. */
export async function wantedSlot(id: string | undefined, { products }: RoutePorts): Promise<SlotEntry> {
  if (id === undefined) throw new Problem('product-not-found', 'a product is named by its slot');
  const entry = await products.find(id);
  if (entry !== undefined) return entry;
  const before = await first(products.newestSlots({ from: ALL_SLOTS.from, to: id }));
  const after = await first(products.oldestSlots({ from: id, to: ALL_SLOTS.to }));
  throw new Problem('product-not-found', `there is no product of ${id}`, {
    extra: { nearest_before: before?.id ?? null, nearest_after: after?.id ?? null },
  });
}

async function first<Value>(values: AsyncIterable<Value>): Promise<Value | undefined> {
  for await (const value of values) return value;
  return undefined;
}

/** The range that is left: within what was asked, and behind the cursor. */
function within(
  { from, to }: SlotRange,
  runId: string | undefined,
  after: string | undefined,
  order: 'asc' | 'desc',
): SlotRange {
  const low = [from, runId ?? from, after !== undefined && order === 'asc' ? neighbour(after, 1) : from];
  const high = [to, runId ?? to, after !== undefined && order === 'desc' ? neighbour(after, -1) : to];
  return { from: low.toSorted().at(-1) ?? from, to: high.toSorted()[0] ?? to };
}

/** The id a second later or earlier, as text: also where that is no instant, since ids are only compared. */
function neighbour(id: string, by: 1 | -1): string {
  const digits = String(BigInt(id.replaceAll(/\D/g, '')) + BigInt(by)).padStart(14, '0');
  return `${digits.slice(0, 8)}T${digits.slice(8)}Z`;
}

type Collected = { readonly items: readonly Product[]; readonly endedAt: string | undefined };

/** Products until there are enough; `endedAt` = the slot behind which the next page begins, when there may be one. */
async function collect(
  slots: AsyncIterable<SlotEntry>,
  count: number,
  filters: Filters,
  products: RoutePorts['products'],
): Promise<Collected> {
  const isFiltered = filters.location !== undefined || filters.bbox !== undefined;
  const entries: SlotEntry[] = [];
  const most = isFiltered ? MOST_LOOKED_AT : count + 1;
  for await (const entry of slots) if (entries.push(entry) >= most) break;
  const items: Product[] = [];
  const looked = readAhead(isFiltered ? entries : entries.slice(0, count), AHEAD, async (entry) =>
    !isFiltered || (await holdsAny(entry, filters, products)) ? products.read(entry) : undefined,
  );
  for await (const product of looked) {
    if (product !== undefined) items.push(product);
    if (items.length > count) return { items: items.slice(0, count), endedAt: items[count - 1]?.id };
  }
  const isAll = entries.length < most;
  return { items, endedAt: isAll ? undefined : isFiltered ? entries.at(-1)?.id : items.at(-1)?.id };
}

function aheadOf(count: number): number {
  return Math.max(1, Math.min(8, Math.ceil(count / 4)));
}

export const productOperations = [list, latest, one];
