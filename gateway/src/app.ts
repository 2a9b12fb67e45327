import { Router } from '@koa/router';
import type { Location } from '@weatherline/events';
import type { Schedule } from '@weatherline/events/schedule';
import type { Clock, HttpObservation, Logger, ObjectStore } from '@weatherline/runtime';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import Koa, { type Context, type Next } from 'koa';
import { pageRoutes } from './page/routes.ts';
import { Problem } from './problem.ts';
import { Products } from './products.ts';
import type { RoutePorts } from './route-ports.ts';
import { locationRoutes } from './routes/locations.ts';
import { productRoutes } from './routes/products.ts';
import { schemaRoutes } from './routes/schemas.ts';
import { seedRoutes } from './routes/seed.ts';

export type GatewayOptions = {
  readonly store: ObjectStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly schedule: Schedule;
  readonly locations: readonly Location[];
  readonly version: string;
  readonly observe?: (observation: HttpObservation) => void;
};

export type Gateway = {
  readonly callback: (request: IncomingMessage, response: ServerResponse) => void;
  /** Can products be read, from the store or from memory? */
  readonly ready: () => Promise<boolean>;
};

/** Reads products back for HTTP clients. */
export function createGateway(options: GatewayOptions): Gateway {
  const { schedule, clock, locations, version, log } = options;
  const products = new Products(options);
  const ports: RoutePorts = { products, schedule, clock, locations, version };
  const router = new Router();
  for (const routes of [seedRoutes, productRoutes, locationRoutes, schemaRoutes, pageRoutes]) routes(router, ports);

  const app = new Koa();
  app.on('error', (error: unknown) => log.debug('response not sent', { err: error }));
  app.use(observed(options));
  app.use(problems(log));
  app.use(router.routes());
  app.use(router.allowedMethods());
  const handle = app.callback();
  return {
    callback: (request, response) => {
      // Koa answers its own errors; nothing is left to reject.
      handle(request, response).catch((error: unknown) => log.error('request not handled', { err: error }));
    },
    ready: async () =>
      products.take(1).then(
        () => true,
        () => false,
      ),
  };
}

function observed({ observe, clock }: GatewayOptions): (ctx: Context, next: Next) => Promise<void> {
  return async (ctx, next) => {
    const startedAt = clock.now().getTime();
    const asked = ctx.get('x-request-id');
    ctx.set('x-request-id', /^[\w.-]{1,64}$/.test(asked) ? asked : randomUUID());
    ctx.set('x-content-type-options', 'nosniff');
    ctx.set('referrer-policy', 'no-referrer');
    await next();
    // The pattern, never the path: a path is whatever a caller likes.
    const route = typeof ctx['_matchedRoute'] === 'string' ? ctx['_matchedRoute'] : 'none';
    const method = /^(GET|HEAD|OPTIONS)$/.test(ctx.method) ? ctx.method : 'other';
    observe?.({ route, method, status: ctx.status, durationMs: clock.now().getTime() - startedAt });
  };
}

/** Every end that is no success becomes a problem document; what is not meant for callers stays in the log. */
function problems(log: Logger): (ctx: Context, next: Next) => Promise<void> {
  return async (ctx, next) => {
    try {
      await next();
      if (ctx.body !== undefined && ctx.body !== null) return;
      if (ctx.status === 404) throw new Problem(404, 'not-found', 'there is nothing here');
      if (ctx.status === 405 || ctx.status === 501) {
        throw new Problem(405, 'method-not-allowed', `${ctx.method} is not allowed here`);
      }
    } catch (error) {
      const problem = error instanceof Problem ? error : unavailable(error, log, ctx);
      ctx.status = problem.status;
      ctx.remove('etag');
      ctx.set('cache-control', 'no-store');
      if (problem.status === 503) ctx.set('retry-after', '15');
      ctx.body = JSON.stringify(problem.body(ctx.path, ctx.response.get('x-request-id')));
      ctx.type = 'application/problem+json; charset=utf-8';
    }
  };
}

function unavailable(error: unknown, log: Logger, ctx: Context): Problem {
  log.error('request failed', { route: ctx['_matchedRoute'], err: error });
  const isProgrammingError = error instanceof TypeError || error instanceof ReferenceError;
  return isProgrammingError
    ? new Problem(500, 'internal', 'the request could not be answered')
    : new Problem(503, 'store-unavailable', 'the store cannot be read just now');
}
