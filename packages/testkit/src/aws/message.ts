import { parseObject, type Json } from './json.ts';

/** What stands in a path, by the names of its pattern. */
export type Params = Readonly<Record<string, string>>;

export type Headers = Readonly<Record<string, string>>;

type Parts = {
  readonly method: string;
  /** As it was sent, still encoded: an ARN in it keeps its slashes apart from those of the path. */
  readonly path: string;
  /** What follows the question mark, as it was sent: a signature is over these bytes. */
  readonly search: string;
  readonly headers: Headers;
  readonly body: Buffer;
};

export type AwsReply = { readonly status: number; readonly headers: Headers; readonly body: Buffer };

/** One call of AWS's API, in whichever of its protocols. */
export class AwsCall {
  readonly #parts: Parts;
  /** What the pattern found in the path, decoded. */
  readonly params: Params;

  constructor(parts: Parts, params: Params = {}) {
    this.#parts = parts;
    this.params = params;
  }

  get method(): string {
    return this.#parts.method;
  }

  get path(): string {
    return this.#parts.path;
  }

  get search(): string {
    return this.#parts.search;
  }

  get query(): URLSearchParams {
    return new URLSearchParams(this.search);
  }

  get headers(): Headers {
    return this.#parts.headers;
  }

  get body(): Buffer {
    return this.#parts.body;
  }

  /** From the scope of the signature; who does not sign calls STS, or S3 as anybody. */
  get service(): string {
    return this.#scope[1] ?? (this.form.has('Action') ? 'sts' : 's3');
  }

  get region(): string {
    return this.#scope[0] ?? 'us-east-1';
  }

  /** Its name where the protocol sends one, else method and path. */
  get operation(): string {
    const target = this.headers['x-amz-target']?.split('.').at(-1);
    const search = this.search === '' ? '' : `?${this.search}`;
    return target ?? this.form.get('Action') ?? `${this.method} ${this.path}${search}`;
  }

  get speaksJson(): boolean {
    return this.headers['x-amz-target'] !== undefined || !XML_SERVICES.has(this.service);
  }

  get json(): Json {
    return parseObject(this.body.toString());
  }

  get form(): URLSearchParams {
    const isForm = this.headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true;
    return new URLSearchParams(isForm ? this.body.toString() : '');
  }

  param(name: string): string {
    return this.params[name] ?? '';
  }

  with(changes: Partial<Parts>, params: Params = this.params): AwsCall {
    return new AwsCall({ ...this.#parts, ...changes }, params);
  }

  get #scope(): readonly string[] {
    const credential = /Credential=([^,\s]+)/.exec(this.headers['authorization'] ?? '')?.[1];
    return (credential ?? this.query.get('X-Amz-Credential') ?? '').split('/').slice(2, 4);
  }
}

const XML_SERVICES = new Set([
  'autoscaling',
  'cloudfront',
  'ec2',
  'elasticloadbalancing',
  'iam',
  'monitoring',
  'rds',
  'route53',
  's3',
  's3-outposts',
  'ses',
  'sns',
  'sts',
]);

export function jsonReply(body: Json, status = 200): AwsReply {
  return { status, headers: { 'content-type': 'application/x-amz-json-1.1' }, body: Buffer.from(JSON.stringify(body)) };
}

export function bytesReply(body: Buffer | string, contentType: string): AwsReply {
  return { status: 200, headers: { 'content-type': contentType }, body: Buffer.from(body) };
}

export function emptyReply(status = 200): AwsReply {
  return { status, headers: {}, body: Buffer.alloc(0) };
}

export type Refusal = { readonly status: number; readonly code: string; readonly message: string };

/** An error in the words of the protocol that the call came in. */
export function refusalReply(call: AwsCall, { status, code, message }: Refusal): AwsReply {
  if (call.speaksJson) {
    // Lower case and upper case: the protocols differ, and every client knows one of them.
    const reply = jsonReply({ __type: code, message, Message: message }, status);
    return { ...reply, headers: { ...reply.headers, 'x-amzn-errortype': code } };
  }
  const inner = `<Code>${code}</Code><Message>${message.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</Message>`;
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n${errorDocument(call.service, inner)}`;
  return { status, headers: { 'content-type': 'application/xml' }, body: Buffer.from(body) };
}

function errorDocument(service: string, inner: string): string {
  if (service === 's3') return `<Error>${inner}<RequestId>stand-in</RequestId></Error>`;
  if (service === 'ec2')
    return `<Response><Errors><Error>${inner}</Error></Errors><RequestID>stand-in</RequestID></Response>`;
  return `<ErrorResponse><Error><Type>Sender</Type>${inner}</Error><RequestId>stand-in</RequestId></ErrorResponse>`;
}
