import type { Router } from '@koa/router';
import { instantText, slotInstant } from '@weatherline/events';
import type { Context } from 'koa';
import { decodeCursor, encodeCursor, limitOf, onlyKnown, slotParameter } from '../parameters.ts';
import { Problem } from '../problem.ts';
import type { Product } from '../products.ts';
import type { Line } from '../record-lines.ts';
import { formatOf, json, respond } from '../respond.ts';
import type { RoutePorts } from '../route-ports.ts';

/** Above this many parts `latest` names the records instead of carrying them. */
const MOST_PARTS_INLINE = 20;

export function productRoutes(router: Router, ports: RoutePorts): void {
  const { products, schedule, clock } = ports;

  router.get('/v1/products', async (ctx) => {
    const query = new URLSearchParams(ctx.querystring);
    onlyKnown(query, ['limit', 'cursor']);
    const limit = limitOf(query, { fallback: 20, max: 100 });
    const before = decodeCursor(query, 'products');
    const found = await products.take(limit + 1, before);
    const items = found.slice(0, limit);
    const last = items.at(-1);
    const next = found.length > limit && last !== undefined ? encodeCursor(last.id, 'products') : null;
    const links = [{ rel: 'self', href: ctx.url }];
    if (next !== null) {
      links.push({ rel: 'next', href: `/v1/products?limit=${limit}&cursor=${next}` });
      ctx.append('link', `</v1/products?limit=${limit}&cursor=${next}>; rel="next"`);
    }
    respond(ctx, { ...json({ items: items.map(metadataOf), next_cursor: next, links }) }, schedule, clock);
  });

  router.get('/v1/products/latest', async (ctx) => {
    onlyKnown(new URLSearchParams(ctx.querystring), []);
    const [product] = await products.take(1);
    if (product === undefined) throw new Problem(404, 'product-not-found', 'there is no product yet');
    ctx.set('content-location', `/v1/products/${product.id}`);
    const isInline = product.parts.stored <= MOST_PARTS_INLINE;
    const records = isInline ? { records: byLocation(product).map(({ record }) => record) } : {};
    respond(ctx, { ...json({ ...metadataOf(product), ...records }), modified: product.producedAt }, schedule, clock);
  });

  router.get('/v1/products/:slot', async (ctx) => {
    onlyKnown(new URLSearchParams(ctx.querystring), []);
    const product = await wanted(ctx, ports);
    respond(ctx, { ...json(metadataOf(product)), modified: product.producedAt }, schedule, clock);
  });

  router.get('/v1/products/:slot/records', async (ctx) => {
    const query = new URLSearchParams(ctx.querystring);
    onlyKnown(query, ['location', 'f']);
    const format = formatOf(ctx, query);
    const product = await wanted(ctx, ports);
    const places = query.get('location')?.split(',');
    const lines = byLocation(product).filter(({ locationId }) => places?.includes(locationId) ?? true);
    const links = [{ rel: 'self', href: ctx.url }];
    const reply =
      format === 'ndjson'
        ? ndjson(lines)
        : json({ items: lines.map(({ record }) => record), next_cursor: null, links });
    respond(ctx, { ...reply, modified: product.producedAt }, schedule, clock);
  });

  router.get('/v1/products/:slot/content', async (ctx) => {
    const product = await wanted(ctx, ports);
    respond(ctx, { ...ndjson(product.lines), modified: product.producedAt }, schedule, clock);
  });

  // A store that cannot presign serves the content itself.
  router.get('/v1/products/:slot/download', async (ctx) => {
    const product = await wanted(ctx, ports);
    ctx.set('cache-control', 'private, max-age=60');
    ctx.status = 302;
    ctx.redirect(`/v1/products/${product.id}/content`);
  });
}

async function wanted(ctx: Context & { params: Record<string, string> }, { products }: RoutePorts): Promise<Product> {
  const id = slotParameter(ctx.params['slot'] ?? '');
  const product = await products.get(id);
  if (product === undefined) throw new Problem(404, 'product-not-found', `there is no product of ${id}`);
  return product;
}

function ndjson(lines: readonly Line[]): { type: string; body: string } {
  return { type: 'application/x-ndjson; charset=utf-8', body: lines.map(({ text }) => `${text}\n`).join('') };
}

/** The parts of a slot as one: each location once, by its id. */
export function byLocation({ lines }: Product): Line[] {
  const last = new Map(lines.map((line) => [line.locationId, line]));
  return [...last.values()].toSorted((a, b) => (a.locationId < b.locationId ? -1 : 1));
}

export function metadataOf(product: Product): Record<string, unknown> {
  const { id, failures, parts, complete, bytes, revision } = product;
  const self = `/v1/products/${id}`;
  const slot = slotInstant(id);
  return {
    id,
    scheduled_for: slot === undefined ? null : instantText(slot),
    produced_at: instantText(product.producedAt),
    run_id: id,
    reason: product.reason ?? null,
    revision,
    records: product.lines.length,
    bytes,
    sha256: product.sha256 ?? null,
    parts,
    complete,
    locations: byLocation(product).map(({ locationId }) => locationId),
    failures,
    links: { self, records: `${self}/records`, content: `${self}/content`, download: `${self}/download` },
  };
}
