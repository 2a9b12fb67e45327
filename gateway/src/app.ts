import { Router } from '@koa/router';
import type { Location } from '@weatherline/events';
import type { Schedule } from '@weatherline/events/schedule';
import type { Check, Clock, HttpObservation, Logger, ObjectStore, Presigner } from '@weatherline/runtime';
import type { IncomingMessage, ServerResponse } from 'node:http';
import Koa, { type Context } from 'koa';
import type { Access } from './access-port.ts';
import type { Operation } from './contract/operation.ts';
import { Front, type Visit } from './front.ts';
import { AnswerCache } from './http/answer-cache.ts';
import { Problem } from './http/problem.ts';
import type { KeepingContext } from './http/reply.ts';
import { operations } from './operations.ts';
import { problemPage } from './page/problem-page.ts';
import { pageRoutes } from './page/routes.ts';
import { readAsk } from './read-ask.ts';
import { openPorts, type RoutePorts } from './route-ports.ts';
import { type StoreCall, WatchedStore } from './store/watched-store.ts';

export type GatewayOptions = {
  readonly store: Pick<ObjectStore, 'get' | 'list'> & Partial<Presigner>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly schedule: Schedule;
  readonly locations: readonly Location[];
  readonly version: string;
  readonly observe?: (observation: HttpObservation) => void;
  readonly observeStore?: (call: StoreCall) => void;
  /** Who may read, and how much; without it everybody, as much as they like. */
  readonly access?: Access;
  /** May the store's own addresses be given out? */
  readonly presign?: boolean;
  /** Is every request a line in the log? */
  readonly accessLog?: boolean;
};

export type GatewayHealth = { readonly ready: boolean; readonly failingSince: Date | undefined };

/** The store as `/readyz` shows it: a gateway that still has answers in memory stays ready without it. */
export async function storeCheck({ health }: Pick<Gateway, 'health'>): Promise<Check> {
  const { ready, failingSince } = await health();
  if (failingSince === undefined) return { name: 'store', ok: ready };
  const detail = `not reached since ${failingSince.toISOString()}`;
  return { name: 'store', ok: ready, degraded: true, detail };
}

export type Gateway = {
  readonly callback: (request: IncomingMessage, response: ServerResponse) => void;
  /** Can products be read, from the store or from memory? */
  readonly health: () => Promise<GatewayHealth>;
  /** From now on every answer asks its caller to use another connection. */
  readonly drain: () => void;
};

/** Reads products back for HTTP clients. */
export function createGateway(options: GatewayOptions): Gateway {
  const { schedule, clock, log, access } = options;
  const watched = new WatchedStore({ store: options.store, clock, observe: options.observeStore });
  const ports = openPorts({ ...options, presigner: presignerOf(options) }, watched, operations);
  const isPrivate = access?.isPrivate ?? false;
  const keeping = (): KeepingContext => ({
    schedule,
    now: clock.now(),
    isPrivate,
    newest: ports.products.newestComplete,
  });
  const answers = new AnswerCache({
    clock,
    log,
    keeping,
    failingSince: () => watched.failingSince,
    asOf: () => (watched.failingSince === undefined ? clock.now() : (watched.lastSuccess ?? clock.now())),
  });
  const front = new Front({ ...options, answers, keeping });
  const handle = koaOf(ports, front, log).callback();
  return {
    callback: (request, response) => {
      // Koa answers its own errors; nothing is left to reject.
      front.receive(request, response, async () =>
        handle(request, response).catch((error: unknown) => log.error('request not handled', { err: error })),
      );
    },
    health: async () => {
      const found = await ports.products.take(1).then(
        () => true,
        () => false,
      );
      return { ready: found || answers.hasAny, failingSince: watched.failingSince };
    },
    drain: () => front.drain(),
  };
}

function koaOf(ports: RoutePorts, front: Front, log: Logger): Koa {
  const router = new Router();
  for (const operation of operations) {
    router.get(operation.route.replaceAll(/\{(\w+)\}/g, ':$1'), async (ctx) => answer(ctx, operation, ports, front));
  }
  pageRoutes(router, ports, front);
  const app = new Koa();
  app.on('error', (error: unknown) => log.debug('response not sent', { err: error }));
  app.use(async (ctx, next) => {
    const visit = front.visitOf(ctx.req);
    // The answer is written by the front, in one piece; Koa routes.
    ctx.respond = false;
    ctx.res.statusCode = 200;
    try {
      await next();
      if (!ctx.res.headersSent)
        throw new Problem('not-found', 'there is nothing here; /openapi.json says what there is');
    } catch (error) {
      const isForPeople = !ctx.path.startsWith('/v1/') && ctx.accepts('json', 'html') === 'html';
      front.fail(visit, error, isForPeople ? problemPage : undefined);
    }
  });
  app.use(router.routes());
  return app;
}

async function answer(
  ctx: Context & { params: Record<string, string> },
  operation: Operation,
  ports: RoutePorts,
  front: Front,
): Promise<void> {
  const visit = front.visitOf(ctx.req);
  visit.route = operation.route;
  const { href, search } = visit.target;
  const accepts = (...types: [string, ...string[]]): string | false => ctx.accepts(...types);
  const ask = readAsk(operation, { params: ctx.params, href, search, accepts });
  await front.reply(visit, async () => operation.handle(ask, ports));
}

function presignerOf({ store, presign = true }: GatewayOptions): Presigner | undefined {
  const { presignGet } = store;
  return presign && presignGet !== undefined ? { presignGet: presignGet.bind(store) } : undefined;
}

export type { Visit };
