import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { checkConditions, isCurrent } from './conditional.ts';
import { encode, type Encoding, encodingOf, isCompressible } from './encoding.ts';
import { NOTHING } from './own-headers.ts';
import { type KeepingContext, keepingHeaders, linkHeader, type Whole } from './reply.ts';

/** Headers in the flat form that `writeHead` takes without copying: name, value, name, value. */
export type FlatHeaders = readonly string[];

type Representation = {
  readonly body: Buffer;
  readonly etag: string;
  readonly headers: string[];
  readonly on304: string[];
};

export type SendOptions = {
  /** Of this request: its id, rate limit, origin. */
  readonly own: FlatHeaders;
  /** Seconds since the answer was checked against the store. */
  readonly ageS: number;
  readonly cacheStatus: string;
};

/** One answer with its bytes in every encoding that was asked for, ready to be sent. */
export class Answer {
  readonly digest: string;
  readonly route: string;
  #reply: Whole;
  readonly #body: Buffer;
  readonly #made = new Map<Encoding, Representation>();
  #keeping: string[];

  constructor(reply: Whole, route: string, context: KeepingContext) {
    this.#reply = reply;
    this.route = route;
    this.#body = typeof reply.body === 'string' ? Buffer.from(reply.body) : reply.body;
    this.digest = createHash('sha256').update(this.#body).update(reply.type).digest('base64url').slice(0, 22);
    this.#keeping = keepingHeaders(reply.keeping ?? 'until-next', context);
    this.#make('identity', this.#body);
  }

  /** Bytes held at most, for the cache's bound: plain, and what both encodings usually come to. */
  get size(): number {
    return 1_000 + 2 * this.#body.length;
  }

  /** The same bytes, found unchanged: they may be kept for another while. */
  renew(reply: Whole, context: KeepingContext): void {
    this.#reply = reply;
    this.#keeping = keepingHeaders(reply.keeping ?? 'until-next', context);
    for (const [encoding, { body }] of this.#made) this.#make(encoding, body);
  }

  /** The encoding to be sent; undefined = it has to be made first. */
  ready(accepted: string | undefined): Encoding | undefined {
    const encoding = this.#wanted(accepted);
    return this.#made.has(encoding) ? encoding : undefined;
  }

  async prepare(accepted: string | undefined): Promise<Encoding> {
    const encoding = this.#wanted(accepted);
    if (!this.#made.has(encoding)) this.#make(encoding, await encode(this.#body, encoding));
    return encoding;
  }

  /** Sends 200 or 304 and returns which; throws the 412 of a condition that is not met. */
  send(request: IncomingMessage, response: ServerResponse, encoding: Encoding, options: SendOptions): number {
    const { own, ageS, cacheStatus } = options;
    const made = this.#made.get(encoding);
    if (made === undefined) throw new Error(`the answer was not made in ${encoding}`);
    const validators = { etag: made.etag, modified: this.#reply.modified };
    checkConditions(request.headers, validators);
    const fresh = isCurrent(request.headers, validators);
    const headers = fresh ? made.on304 : made.headers;
    response.writeHead(fresh ? 304 : 200, [...headers, 'age', String(ageS), 'cache-status', cacheStatus, ...own]);
    if (fresh || request.method === 'HEAD') response.end();
    else response.end(made.body);
    return fresh ? 304 : 200;
  }

  #wanted(accepted: string | undefined): Encoding {
    return isCompressible(this.#reply.type, this.#body.length) ? encodingOf(accepted) : 'identity';
  }

  #make(encoding: Encoding, body: Buffer): void {
    const { type, modified, links = [], headers = {} } = this.#reply;
    // Each encoding is a representation of its own, so each has a tag of its own and all of them stay strong.
    const etag = encoding === 'identity' ? `"${this.digest}"` : `"${this.digest}-${encoding}"`;
    const on304 = ['etag', etag, 'vary', 'Accept, Accept-Encoding', ...this.#keeping];
    if (modified !== undefined) on304.push('last-modified', modified.toUTCString());
    if (links.length > 0) on304.push('link', linkHeader(links));
    for (const [name, value] of Object.entries(headers)) on304.push(name, value);
    if (headers['content-security-policy'] === undefined) on304.push('content-security-policy', NOTHING);
    const all = [...on304, 'content-type', type, 'content-length', String(body.length)];
    if (encoding !== 'identity') all.push('content-encoding', encoding);
    this.#made.set(encoding, { body, etag, on304, headers: all });
  }
}
