import type { Router } from '@koa/router';
import { json, respond } from '../respond.ts';
import type { RoutePorts } from '../route-ports.ts';
import { page } from './view.ts';

const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** `/`: a page for people, links for programs. */
export function pageRoutes(router: Router, ports: RoutePorts): void {
  const { products, schedule, clock, version } = ports;
  router.get('/', async (ctx) => {
    if (ctx.accepts('json', 'html') !== 'html') {
      const links = ['/products', '/health', '/v1/products', '/v1/products/latest', '/v1/locations'];
      respond(
        ctx,
        json({ title: 'weatherline', version, links: links.map((href) => ({ rel: 'data', href })) }),
        schedule,
        clock,
      );
      return;
    }
    const [newest] = await products.take(1);
    ctx.set('content-security-policy', POLICY);
    const body = page(newest, ports).text;
    respond(ctx, { type: 'text/html; charset=utf-8', body, modified: newest?.producedAt }, schedule, clock);
    // It says how old the product is: that is true for a minute.
    ctx.set('cache-control', 'no-cache');
    ctx.remove('expires');
  });
}
