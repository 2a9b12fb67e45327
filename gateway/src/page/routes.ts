import type { Router } from '@koa/router';
import { Landing } from '../contract/schemas.ts';
import type { Front } from '../front.ts';
import { json } from '../http/reply.ts';
import type { RoutePorts } from '../route-ports.ts';
import { PAGE_POLICY } from '../routes/html-page.ts';
import { page } from './view.ts';

const LINKS = [
  { rel: 'self', href: '/' },
  { rel: 'service-desc', href: '/openapi.json' },
  { rel: 'service-doc', href: '/docs' },
  { rel: 'status', href: '/v1/status' },
  { rel: 'data', href: '/v1/products' },
  { rel: 'latest-version', href: '/v1/products/latest' },
  { rel: 'data', href: '/v1/records' },
  { rel: 'collection', href: '/v1/locations' },
];

export { Landing };

/** `/`: a page for people, links for programs. */
export function pageRoutes(router: Router, ports: RoutePorts, front: Front): void {
  const { products, version } = ports;
  router.get('/', async (ctx) => {
    const visit = front.visitOf(ctx.req);
    visit.route = '/';
    const isPage = ctx.accepts('json', 'html') === 'html';
    await front.reply(visit, async () => {
      if (!isPage) return json({ title: 'weatherline', version, links: LINKS }, { links: LINKS });
      const [newest] = await products.take(1);
      return {
        kind: 'whole',
        type: 'text/html; charset=utf-8',
        body: page(newest, ports).text,
        keeping: 'revalidate',
        headers: { 'content-security-policy': PAGE_POLICY },
      };
    });
  });
}
