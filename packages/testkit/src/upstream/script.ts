import { altered } from './altered.ts';
import { errorText } from './bodies.ts';

export type FaultKind =
  | 'unauthorized'
  | 'subscription'
  | 'bad-request'
  | 'not-found'
  | 'too-many'
  | 'internal'
  | 'bad-gateway-html'
  | 'hang'
  | 'hang-body'
  | 'reset'
  | 'truncate'
  | 'not-json'
  | 'wrong-content-type'
  | 'too-large'
  | 'redirect'
  | 'stale-dt'
  | 'gust-below-speed'
  | 'swapped-units'
  | 'malformed';

/** A rule of a fault script: whom it hits, and how often. */
export type FaultRule = {
  readonly fault: FaultKind;
  /** The id of a recorded place; absent = every place. */
  readonly location?: string;
  /** Lets this many matching requests through first; default 0. */
  readonly after?: number;
  /** Hits this many requests; default: all. */
  readonly times?: number;
  /** Seconds, sent as `Retry-After` with `too-many`. */
  readonly retryAfter?: number;
};

/** What goes over the wire; `manner` is what an HTTP server does to the connection. */
export type Reply = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly manner?: 'hang' | 'hang-body' | 'reset' | 'truncate';
};

const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' };
const HTML_TYPE = { 'content-type': 'text/html' };

/** Which rule hits the next request of a place, counting as it goes. */
export class FaultScript {
  readonly #rules: readonly FaultRule[];
  readonly #seen: number[];

  constructor(rules: readonly FaultRule[] = []) {
    this.#rules = rules;
    this.#seen = rules.map(() => 0);
  }

  next(location: string | undefined): FaultRule | undefined {
    for (const [at, rule] of this.#rules.entries()) {
      if (rule.location !== undefined && rule.location !== location) continue;
      const seen = this.#seen[at] ?? 0;
      this.#seen[at] = seen + 1;
      const { after = 0, times = Number.POSITIVE_INFINITY } = rule;
      if (seen >= after && seen < after + times) return rule;
    }
    return undefined;
  }
}

/** The answer of a faulty upstream; undefined for faults that change a good answer instead. */
export function faultyReply({ fault, retryAfter }: FaultRule, good: Reply): Reply {
  switch (fault) {
    case 'unauthorized':
      return { status: 401, headers: JSON_TYPE, body: errorText('error-401-invalid-key.json') };
    case 'subscription':
      return { status: 401, headers: JSON_TYPE, body: errorText('error-401-onecall3-subscription.json') };
    case 'bad-request':
      return { status: 400, headers: JSON_TYPE, body: errorText('error-400-wrong-latitude.json') };
    case 'not-found':
      return { status: 404, headers: JSON_TYPE, body: errorText('error-404-city-not-found.json') };
    case 'too-many': {
      const headers = retryAfter === undefined ? JSON_TYPE : { ...JSON_TYPE, 'retry-after': String(retryAfter) };
      return { status: 429, headers, body: errorText('error-429-blocked.json') };
    }
    case 'internal':
      return { status: 500, headers: JSON_TYPE, body: errorText('error-500-internal.json') };
    case 'bad-gateway-html':
      return { status: 502, headers: HTML_TYPE, body: errorText('error-502-bad-gateway.html') };
    case 'hang':
    case 'hang-body':
    case 'reset':
    case 'truncate':
      return { ...good, manner: fault };
    case 'not-json':
      return { ...good, body: good.body.slice(0, good.body.length / 2) };
    case 'wrong-content-type':
      return { ...good, headers: HTML_TYPE };
    case 'too-large':
      return { ...good, body: good.body.replace(/\}$/, `,"padding":"${'x'.repeat(9000)}"}`) };
    case 'redirect':
      return { status: 302, headers: { location: 'http://127.0.0.1:1/elsewhere' }, body: '' };
    case 'stale-dt':
    case 'gust-below-speed':
    case 'swapped-units':
    case 'malformed':
      return { ...good, body: JSON.stringify(altered(JSON.parse(good.body), fault)) };
  }
}
