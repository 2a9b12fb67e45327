import type { Router } from '@koa/router';
import type { Context } from 'koa';
import type { Front } from '../front.ts';
import { Problem } from '../http/problem.ts';
import { json, type Whole } from '../http/reply.ts';
import type { RoutePorts } from '../route-ports.ts';
import { PAGE_POLICY } from '../routes/html-page.ts';
import { explorePage } from './explore.ts';
import { homePage } from './home.ts';
import type { Html } from './html.ts';
import { locationPage } from './location.ts';
import { DAYS, loadModel } from './model.ts';

const LINKS = [
  { rel: 'self', href: '/' },
  { rel: 'service-desc', href: '/openapi.json' },
  { rel: 'service-doc', href: '/docs' },
  { rel: 'status', href: '/v1/status' },
  { rel: 'data', href: '/v1/products' },
  { rel: 'data', href: '/v1/records' },
  { rel: 'latest-version', href: '/v1/products/latest' },
  { rel: 'collection', href: '/v1/locations' },
];

/** The pages for people; `/` has links for programs. */
export function pageRoutes(router: Router, ports: RoutePorts, front: Front): void {
  router.get('/', async (ctx) => {
    const visit = arrive(ctx, front, '/');
    const isPage = ctx.accepts('json', 'html') === 'html';
    await front.reply(visit, async () =>
      isPage
        ? page(homePage(await loadModel(ports)))
        : json({ title: 'weatherline', version: ports.version, links: LINKS }, { links: LINKS }),
    );
  });

  router.get('/locations/:id', async (ctx) => {
    const visit = arrive(ctx, front, '/locations/{id}');
    const asked = Number(visit.target.search.get('days') ?? DAYS);
    const days = Number.isInteger(asked) && asked >= 1 && asked <= DAYS ? asked : DAYS;
    await front.reply(visit, async () => {
      const model = await loadModel(ports);
      const place = model.places.find(({ location }) => location.id === ctx.params['id']);
      if (place === undefined)
        throw new Problem('location-not-found', 'there is no such location; /v1/locations lists them');
      return page(locationPage(model, place, days));
    });
  });

  router.get('/explore', async (ctx) => {
    const visit = arrive(ctx, front, '/explore');
    await front.reply(visit, async () => page(explorePage(await loadModel(ports), visit.target.search)));
  });
}

function arrive(ctx: Context, front: Front, route: string): ReturnType<Front['visitOf']> {
  const visit = front.visitOf(ctx.req);
  visit.route = route;
  return visit;
}

/** It says how old things are, so others ask each time whether it still stands. */
function page(content: Html): Whole {
  return {
    kind: 'whole',
    type: 'text/html; charset=utf-8',
    body: content.text,
    keeping: 'revalidate',
    headers: { 'content-security-policy': PAGE_POLICY },
  };
}
