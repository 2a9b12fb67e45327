import type { Clock, HttpObservation, Logger } from '@weatherline/runtime';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Access, Admission } from './access-port.ts';
import { Answer } from './http/answer.ts';
import type { AnswerCache } from './http/answer-cache.ts';
import { ALLOWED, checkHost, checkReads, encodingsOf, isOpen, keyOf, settle } from './http/arrival.ts';
import { ALWAYS, requestIdOf, withoutPage } from './http/own-headers.ts';
import { Problem } from './http/problem.ts';
import type { Content, KeepingContext, Reply } from './http/reply.ts';
import {
  type Exchange,
  type ProblemPage,
  sendContent,
  sendPassing,
  sendProblem,
  sendRedirect,
  sendStream,
} from './http/send.ts';
import { Replaced } from './store/replaced.ts';
import { WINDOW_MS } from './store/window-cache.ts';
import { readTarget, type Target } from './http/target.ts';

/** One request on its way through the gateway. */
export type Visit = Exchange & {
  readonly requestId: string;
  readonly target: Target;
  readonly admission: Admission;
  readonly startedAt: number;
  /** The pattern that was matched, never the path: a path is whatever a caller likes. */
  route: string;
};

export type FrontOptions = {
  readonly answers: AnswerCache;
  readonly clock: Clock;
  readonly log: Logger;
  readonly keeping: () => KeepingContext;
  readonly access?: Access;
  readonly observe?: (observation: HttpObservation) => void;
  readonly accessLog?: boolean;
};

/** More requests than this, not counting those that are answered at once, are sent away. */
const MOST_IN_HAND = 1_024;
const FRESH_S = WINDOW_MS / 1000;

/**
 * Where every request comes in and every answer goes out. What is kept is sent from here without a router: that is the
 * hot path, and it does as little as it can.
 */
export class Front {
  readonly #options: FrontOptions;
  readonly #visits = new WeakMap<IncomingMessage, Visit>();
  #inHand = 0;
  #draining = false;

  constructor(options: FrontOptions) {
    this.#options = options;
  }

  drain(): void {
    this.#draining = true;
  }

  /** Answers what can be answered at once; `next` is called for what needs work. */
  receive(request: IncomingMessage, response: ServerResponse, next: () => Promise<void>): void {
    settle(request);
    const requestId = requestIdOf(request);
    const own = ['x-request-id', requestId, ...ALWAYS];
    if (this.#draining) own.push('connection', 'close');
    const startedAt = this.#options.clock.now().getTime();
    const arrival = { request, response, own, requestId, startedAt };
    const admission = this.#options.access?.admit(request, isOpen(request)) ?? { headers: [] };
    if (admission instanceof Promise) {
      admission.then(
        (decided) => this.#admitted(arrival, decided, next),
        (error: unknown) => this.fail({ ...arrival, admission: { headers: [] }, route: 'none' }, error),
      );
    } else this.#admitted(arrival, admission, next);
  }

  visitOf(request: IncomingMessage): Visit {
    const visit = this.#visits.get(request);
    if (visit === undefined) throw new Error('the request did not come through the front');
    return visit;
  }

  /** Sends the answer of a route: the one that is kept, or the one that it makes now. */
  async reply(visit: Visit, produce: () => Promise<Reply>): Promise<void> {
    const key = keyOf(visit.request);
    const found = key === undefined ? await produce() : await this.#options.answers.get(key, visit.route, produce);
    if (!('kind' in found)) {
      const ageS = this.#options.answers.ageS(found);
      await this.#sendAnswer(
        visit,
        found.answer,
        ageS,
        ageS > 0 ? `weatherline; hit; ttl=-${ageS}` : 'weatherline; fwd=miss',
      );
      return;
    }
    if (found.kind === 'whole') {
      const { keeping } = this.#options;
      await this.#sendAnswer(visit, new Answer(found, visit.route, keeping()), 0, 'weatherline; fwd=bypass');
      return;
    }
    const exchange = withoutPage(visit);
    if (found.kind === 'content') this.#done(visit, await this.#sendContent(exchange, found, produce));
    else if (found.kind === 'stream') this.#done(visit, await sendStream(exchange, found));
    else this.#done(visit, found.kind === 'redirect' ? sendRedirect(exchange, found) : sendPassing(exchange, found));
  }

  /** Every end that is no success becomes a problem document; what is not meant for callers stays in the log. */
  fail(visit: Omit<Visit, 'target'>, error: unknown, asPage?: ProblemPage): void {
    const problem = error instanceof Problem ? error : this.#fault(visit, error);
    if (visit.response.headersSent) {
      // Half an answer must not look like a whole one.
      visit.response.destroy();
      this.#observed(visit, problem.status);
      return;
    }
    sendProblem(asPage === undefined ? withoutPage(visit) : visit, problem, visit.requestId, asPage);
    this.#observed(visit, problem.status);
  }

  #admitted(
    arrival: Omit<Visit, 'target' | 'admission' | 'route'>,
    admission: Admission,
    next: () => Promise<void>,
  ): void {
    const { request, response, own } = arrival;
    const visit = { ...arrival, own: [...own, ...admission.headers], admission, route: 'none' };
    try {
      if (admission.refused !== undefined) throw admission.refused;
      checkHost(request);
      if (request.method === 'OPTIONS' || admission.answered !== undefined) {
        response.writeHead(204, [...withoutPage(visit).own, 'allow', ALLOWED]).end();
        return;
      }
      checkReads(request);
      const key = keyOf(request);
      const kept = key === undefined ? undefined : this.#options.answers.current(key);
      const encoding = kept?.answer.ready(encodingsOf(request));
      if (kept !== undefined && encoding !== undefined) {
        const ageS = this.#options.answers.ageS(kept);
        visit.route = kept.answer.route;
        const status = kept.answer.send(request, response, encoding, {
          own: visit.own,
          ageS,
          cacheStatus: statusOf(ageS),
        });
        this.#done(visit, status);
        return;
      }
      this.#takeInHand({ ...visit, target: readTarget(request.url ?? '/') }, next);
    } catch (error) {
      this.fail(visit, error);
    }
  }

  #takeInHand(visit: Visit, next: () => Promise<void>): void {
    if (this.#inHand >= MOST_IN_HAND) {
      throw new Problem('overloaded', 'too many requests are in hand', { headers: { 'retry-after': '2' } });
    }
    this.#inHand += 1;
    // Somebody who goes away leaves work behind: it counts until both have come to an end.
    let open = 2;
    const end = (): void => {
      open -= 1;
      if (open === 0) this.#inHand -= 1;
    };
    if (visit.response.closed) end();
    else visit.response.once('close', end);
    this.#visits.set(visit.request, visit);
    void next().then(end, end);
  }

  async #sendAnswer(visit: Visit, answer: Answer, ageS: number, cacheStatus: string): Promise<void> {
    const { request, response, own } = visit;
    const encoding = await answer.prepare(encodingsOf(request));
    if (response.destroyed) return;
    this.#done(visit, answer.send(request, response, encoding, { own, ageS, cacheStatus }));
  }

  /** A product that was replaced since it was listed is looked up again: its bytes never go out under an old tag. */
  async #sendContent(exchange: Exchange, content: Content, produce: () => Promise<Reply>): Promise<number> {
    const { keeping } = this.#options;
    try {
      return await sendContent(exchange, content, keeping());
    } catch (error) {
      if (!(error instanceof Replaced) || exchange.response.headersSent) throw error;
      const again = await produce();
      if (again.kind !== 'content') throw error;
      return sendContent(exchange, again, keeping());
    }
  }

  #done(visit: Omit<Visit, 'target'>, status: number): void {
    if (status === 304) visit.admission.refund?.();
    this.#observed(visit, status);
  }

  #observed({ route, request, requestId, startedAt }: Omit<Visit, 'target'>, status: number): void {
    const { observe, clock, log, accessLog = false } = this.#options;
    const method = request.method === 'GET' || request.method === 'HEAD' ? request.method : 'other';
    const durationMs = clock.now().getTime() - startedAt;
    observe?.({ route, method, status, durationMs });
    // The route and not the target: a query may hold what should not be repeated.
    if (accessLog)
      log.info('request answered', { request_id: requestId, method, route, status, duration_ms: durationMs });
  }

  #fault({ route, requestId }: Pick<Visit, 'route' | 'requestId'>, error: unknown): Problem {
    // A caller who went away is no fault.
    if (isGone(error)) return new Problem('store-unavailable', 'the caller went away');
    this.#options.log.error('request failed', { route, request_id: requestId, err: error });
    const isBug = error instanceof TypeError || error instanceof ReferenceError || error instanceof RangeError;
    return isBug
      ? new Problem('internal', 'the request could not be answered')
      : new Problem('store-unavailable', 'the store cannot be read just now');
  }
}

/** RFC 9211: a time to live below nothing says by how much an answer is overdue. */
function statusOf(ageS: number): string {
  return ageS <= FRESH_S ? 'weatherline; hit' : `weatherline; hit; ttl=${FRESH_S - ageS}`;
}

function isGone(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error.name === 'AbortError' || ('code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE');
}
