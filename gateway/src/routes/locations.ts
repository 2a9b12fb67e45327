import type { Router } from '@koa/router';
import type { Location } from '@weatherline/events';
import { onlyKnown } from '../parameters.ts';
import { Problem } from '../problem.ts';
import { json, respond } from '../respond.ts';
import type { RoutePorts } from '../route-ports.ts';

/** How many products back the last value of a place is looked for: a week of six-hourly slots. */
const LOOK_BACK = 28;

export function locationRoutes(router: Router, ports: RoutePorts): void {
  const { products, schedule, clock } = ports;

  router.get('/v1/locations', async (ctx) => {
    onlyKnown(new URLSearchParams(ctx.querystring), []);
    const items = (await catalogue(ports)).map(describe);
    respond(ctx, json({ items, next_cursor: null, links: [{ rel: 'self', href: ctx.url }] }), schedule, clock);
  });

  router.get('/v1/locations/:id', async (ctx) => {
    onlyKnown(new URLSearchParams(ctx.querystring), []);
    respond(ctx, json(describe(await place(ports, ctx.params['id'] ?? ''))), schedule, clock);
  });

  router.get('/v1/locations/:id/latest', async (ctx) => {
    onlyKnown(new URLSearchParams(ctx.querystring), []);
    const location = await place(ports, ctx.params['id'] ?? '');
    let seen = 0;
    for await (const product of products.newest()) {
      const line = product.lines.find(({ locationId }) => locationId === location.id);
      if (line !== undefined) {
        const links = [{ rel: 'product', href: `/v1/products/${product.id}` }];
        respond(
          ctx,
          {
            ...json({ location: location.id, product: product.id, record: line.record, links }),
            modified: product.producedAt,
          },
          schedule,
          clock,
        );
        return;
      }
      seen += 1;
      if (seen >= LOOK_BACK) break;
    }
    throw new Problem(404, 'not-found', `the newest ${seen} products have no record of ${location.id}`);
  });
}

/** The configured places, and those that the newest product has beside them. */
async function catalogue({ products, locations }: RoutePorts): Promise<Location[]> {
  const known = new Map(locations.map((location) => [location.id, location]));
  const [newest] = await products.take(1);
  for (const { locationId, record } of newest?.lines ?? []) {
    if (known.has(locationId)) continue;
    const { lat, lon, location_name: name } = record;
    if (typeof lat !== 'number' || typeof lon !== 'number') continue;
    known.set(locationId, { id: locationId, name: typeof name === 'string' ? name : locationId, lat, lon });
  }
  return [...known.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

async function place(ports: RoutePorts, id: string): Promise<Location> {
  const found = (await catalogue(ports)).find((location) => location.id === id);
  if (found === undefined) throw new Problem(404, 'location-not-found', `there is no location '${id.slice(0, 63)}'`);
  return found;
}

function describe(location: Location): Record<string, unknown> {
  const self = `/v1/locations/${location.id}`;
  const { elevation = null, country = null, timezone = null } = location;
  return { ...location, elevation, country, timezone, links: { self, latest: `${self}/latest` } };
}
