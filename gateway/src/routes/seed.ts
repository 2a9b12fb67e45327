import type { Router } from '@koa/router';
import { limitOf } from '../parameters.ts';
import { json, respond } from '../respond.ts';
import type { RoutePorts } from '../route-ports.ts';

/** The API that the seed's clients know, unchanged. */
export function seedRoutes(router: Router, { products, schedule, clock }: RoutePorts): void {
  router.get('/products', async (ctx) => {
    const query = new URLSearchParams(ctx.querystring);
    // As the seed did, it looks at nothing but `limit`.
    const limit = limitOf(query, { fallback: 1, max: 100, strict: true });
    const newest = await products.take(limit);
    const texts = newest.toReversed().flatMap(({ lines }) => lines.map(({ text }) => text));
    const reply = { type: 'application/json; charset=utf-8', body: `[${texts.join(',')}]` };
    respond(ctx, { ...reply, modified: newest[0]?.producedAt }, schedule, clock);
  });

  router.get('/health', (ctx) => {
    ctx.set('cache-control', 'no-store');
    const { type, body } = json({ status: 'healthy', service: 'products-api' });
    ctx.type = type;
    ctx.body = body;
  });
}
