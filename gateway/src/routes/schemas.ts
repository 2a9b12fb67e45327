import type { Router } from '@koa/router';
import { Problem } from '../problem.ts';
import { json, respond } from '../respond.ts';
import type { RoutePorts } from '../route-ports.ts';

/** The schemas of events and records, where `dataschema` points to: the same that validate. */
export function schemaRoutes(router: Router, { schedule, clock }: RoutePorts): void {
  router.get('/schemas/:name', async (ctx) => {
    // Loaded when asked for: no other request needs it.
    const { publishedSchemas } = await import('@weatherline/events/json-schema');
    const schemas = publishedSchemas();
    const schema = schemas.get(ctx.params['name'] ?? '');
    if (schema === undefined) {
      throw new Problem(404, 'not-found', `there is no such schema; there are ${[...schemas.keys()].join(', ')}`);
    }
    respond(ctx, { ...json(schema), type: 'application/schema+json' }, schedule, clock);
  });
}
