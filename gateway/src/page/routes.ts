import type { Router } from '@koa/router';
import type { Front } from '../front.ts';
import { Problem } from '../http/problem.ts';
import { json, type Whole } from '../http/reply.ts';
import type { RoutePorts } from '../route-ports.ts';
import { PAGE_POLICY } from '../routes/html-page.ts';
import { explorePage } from './explore.ts';
import { homePage } from './home.ts';
import type { Html } from './html.ts';
import { keptModel } from './kept-model.ts';
import { locationPage } from './location.ts';
import { DAYS } from './model.ts';

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

type Ask = { readonly isPage: boolean; readonly id: string; readonly search: URLSearchParams };

/** The pages for people; `/` has links for programs. */
export function pageRoutes(router: Router, ports: RoutePorts, front: Front): void {
  const load = keptModel(ports);

  const serve = (path: string, route: string, answer: (ask: Ask) => Promise<Whole>): void => {
    router.get(path, async (ctx) => {
      const visit = front.visitOf(ctx.req);
      visit.route = route;
      const { search } = visit.target;
      // Only this is kept with the answer, not the whole request.
      const ask = { isPage: ctx.accepts('json', 'html') === 'html', id: ctx.params['id'] ?? '', search };
      await front.reply(visit, async () => answer(ask));
    });
  };

  serve('/', '/', async ({ isPage }) =>
    isPage
      ? page(homePage(await load()))
      : json({ title: 'weatherline', version: ports.version, links: LINKS }, { links: LINKS }),
  );

  serve('/locations/:id', '/locations/{id}', async ({ id, search }) => {
    const asked = Number(search.get('days') ?? DAYS);
    const days = Number.isInteger(asked) && asked >= 1 && asked <= DAYS ? asked : DAYS;
    const model = await load();
    const place = model.places.find(({ location }) => location.id === id);
    if (place === undefined)
      throw new Problem('location-not-found', 'there is no such location; /v1/locations lists them');
    return page(locationPage(model, place, days));
  });

  serve('/explore', '/explore', async ({ search }) => page(explorePage(await load(), search)));
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
