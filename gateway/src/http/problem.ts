/** Every kind of answer that is no success: RFC 9457's `type` is `/problems/<slug>`, and a page there explains it. */
export const PROBLEMS = {
  'invalid-parameter': [400, 'Invalid parameter', 'A parameter has a value that it cannot have; `errors` names it.'],
  'unknown-parameter': [
    400,
    'Unknown query parameter',
    'The route has no such parameter. A typo must not look like an answer.',
  ],
  'invalid-cursor': [400, 'Invalid cursor', 'A cursor belongs to the query that returned it; begin again without one.'],
  'invalid-request': [400, 'Invalid request', 'The request cannot be understood: its target, its headers or its form.'],
  'range-too-large': [
    400,
    'Range too large',
    'The range of time is longer than the format allows; NDJSON and CSV have no bound.',
  ],
  unauthorized: [401, 'Not authorised', 'A valid API key or token is needed.'],
  'insufficient-scope': [403, 'Insufficient scope', 'The key or token is valid, but not for this.'],
  'not-found': [404, 'Not found', 'There is nothing under this address.'],
  'product-not-found': [
    404,
    'No such product',
    'The slot has no product. It may be missing, or not be made yet; `/v1/runs` shows which.',
  ],
  'location-not-found': [404, 'No such location', '`/v1/locations` lists those that there are.'],
  'method-not-allowed': [405, 'Method not allowed', 'Everything here is read with GET or HEAD.'],
  'not-acceptable': [406, 'No such format', '`available` lists the formats of the route.'],
  'request-timeout': [408, 'Request time-out', 'The request took too long to arrive.'],
  'precondition-failed': [
    412,
    'Precondition failed',
    'The content has changed since the `If-Match` or `If-Unmodified-Since` of the request was true.',
  ],
  'body-not-allowed': [413, 'Body not allowed', 'Requests that read have no body.'],
  'range-not-satisfiable': [416, 'Range not satisfiable', 'The range begins behind the end of the content.'],
  'expectation-failed': [417, 'Expectation failed', 'No expectation of a request is met here.'],
  'headers-too-large': [431, 'Headers too large', 'The target and the headers of a request are at most 16 KiB.'],
  'rate-limited': [429, 'Too many requests', 'Wait as many seconds as `Retry-After` says.'],
  internal: [500, 'Internal error', 'A fault of ours; it is in the log under the request id.'],
  'store-unavailable': [
    503,
    'The store cannot be reached',
    'Nothing of what was asked for is in memory. Try again after `Retry-After` seconds.',
  ],
  'keys-unavailable': [503, 'Tokens cannot be checked', 'The keys of the token issuer cannot be read just now.'],
  overloaded: [503, 'Too much to do', 'Too many requests are in hand. Try again after `Retry-After` seconds.'],
} as const satisfies Readonly<Record<string, readonly [status: number, title: string, about: string]>>;

export type ProblemSlug = keyof typeof PROBLEMS;

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

export type ProblemOptions = {
  /** Further members of the document. */
  readonly extra?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
};

/** An answer that is no success; its detail is for the caller. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly slug: ProblemSlug;
  readonly status: number;
  readonly #options: ProblemOptions;

  constructor(slug: ProblemSlug, detail: string, options: ProblemOptions = {}) {
    super(detail);
    this.slug = slug;
    [this.status] = PROBLEMS[slug];
    this.#options = options;
  }

  get headers(): Readonly<Record<string, string>> {
    return { ...(this.status === 503 ? { 'retry-after': '15' } : {}), ...this.#options.headers };
  }

  /** The document; `instance` is the path alone, because a query may hold what should not be repeated. */
  text(instance: string, requestId: string): string {
    const { slug, status, message: detail } = this;
    const [, title] = PROBLEMS[slug];
    const said = { type: `/problems/${slug}`, title, status, detail, instance: instance.slice(0, 200) };
    return `${JSON.stringify({ ...said, request_id: requestId, ...this.#options.extra })}\n`;
  }
}

export function invalidParameter(parameter: string, detail: string, received: string): Problem {
  return new Problem('invalid-parameter', `${parameter} ${detail}`, {
    extra: { errors: [{ parameter, detail, received: received.slice(0, 100) }] },
  });
}
