/** An answer that is no success, as RFC 9457 describes one; its detail is for the caller. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;
  readonly slug: string;
  readonly title: string;
  readonly extra: Readonly<Record<string, unknown>>;

  constructor(status: number, slug: string, detail: string, extra: Readonly<Record<string, unknown>> = {}) {
    super(detail);
    this.status = status;
    this.slug = slug;
    this.title = TITLES[slug] ?? 'Error';
    this.extra = extra;
  }

  body(instance: string, requestId: string): Record<string, unknown> {
    const { status, slug, title, message, extra } = this;
    return { type: `/problems/${slug}`, title, status, detail: message, instance, request_id: requestId, ...extra };
  }
}

const TITLES: Readonly<Record<string, string>> = {
  'invalid-parameter': 'Invalid query parameter',
  'unknown-parameter': 'Unknown query parameter',
  'invalid-cursor': 'Invalid cursor',
  'not-found': 'Not found',
  'product-not-found': 'No such product',
  'location-not-found': 'No such location',
  'method-not-allowed': 'Method not allowed',
  'not-acceptable': 'No such format',
  'store-unavailable': 'The store cannot be reached',
  internal: 'Internal error',
};

export function invalidParameter(parameter: string, detail: string, received: string): Problem {
  return new Problem(400, 'invalid-parameter', `${parameter} ${detail}`, {
    errors: [{ parameter, detail, received: received.slice(0, 100) }],
  });
}
