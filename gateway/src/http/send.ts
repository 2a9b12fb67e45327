import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { FlatHeaders } from './answer.ts';
import { checkConditions, isCurrent, isRangeCurrent } from './conditional.ts';
import { bytesOf, rangeOf, sizeOf } from './content.ts';
import { type Problem, PROBLEM_TYPE } from './problem.ts';
import {
  type Content,
  type KeepingContext,
  keepingHeaders,
  linkHeader,
  type Passing,
  type Redirect,
  type Stream,
} from './reply.ts';

/** The exchange of one request, and the headers that belong to it alone. */
export type Exchange = {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly own: FlatHeaders;
};

/** A problem as people read it. */
export type ProblemPage = (
  problem: Problem,
  requestId: string,
) => {
  readonly type: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
};

export function sendProblem(
  { request, response, own }: Exchange,
  problem: Problem,
  requestId: string,
  asPage?: ProblemPage,
): void {
  const path = (request.url ?? '/').split('?')[0] ?? '/';
  // What is no path of ours, such as an address with a host of the caller's choice, is not repeated.
  const instance = /^\/(?!\/)[\w\-./:+~,%]*$/.test(path) ? path : '/';
  const {
    type,
    body,
    headers: more = {},
  } = asPage?.(problem, requestId) ?? {
    type: PROBLEM_TYPE,
    body: problem.text(instance, requestId),
  };
  const text = Buffer.from(body);
  const headers = ['content-type', type, 'content-length', String(text.length), 'cache-control', 'no-store'];
  const further = Object.entries({ ...problem.headers, ...more }).flat();
  response
    .writeHead(problem.status, [...headers, ...further, ...own])
    .end(request.method === 'HEAD' ? undefined : text);
}

export function sendRedirect({ request, response, own }: Exchange, { location, maxAgeS }: Redirect): number {
  // The address is a key to the object for as long as it works: no shared cache may keep it.
  const headers = ['location', location, 'cache-control', `private, max-age=${maxAgeS}`, 'content-length', '0'];
  response.writeHead(302, [...headers, ...own]).end(request.method === 'HEAD' ? undefined : '');
  return 302;
}

export function sendPassing({ request, response, own }: Exchange, { type, body }: Passing): number {
  const bytes = Buffer.from(body);
  const headers = ['content-type', type, 'content-length', String(bytes.length), 'cache-control', 'no-store'];
  response.writeHead(200, [...headers, ...own]).end(request.method === 'HEAD' ? undefined : bytes);
  return 200;
}

/** Sends what is read, as it is read; a failure cuts the connection, so that nobody takes half for the whole. */
export async function sendStream({ request, response, own }: Exchange, stream: Stream): Promise<number> {
  const headers = ['content-type', stream.type, 'cache-control', 'no-store', 'vary', 'Accept', ...described(stream)];
  if (request.method === 'HEAD') {
    response.writeHead(200, [...headers, ...own]).end();
    return 200;
  }
  // The first piece is read before the status is sent: what fails at once is told as a problem.
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const pieces = stream.chunks(gone.signal)[Symbol.asyncIterator]();
  const first = await pieces.next();
  response.writeHead(200, [...headers, ...own]);
  await pipeline(Readable.from(resumed(first, pieces), { objectMode: false, highWaterMark: 65_536 }), response);
  return 200;
}

async function* resumed(first: IteratorResult<string>, rest: AsyncIterator<string>): AsyncGenerator<Buffer> {
  try {
    for (let piece = first; piece.done !== true; piece = await rest.next()) yield Buffer.from(piece.value);
  } finally {
    await rest.return?.();
  }
}

/** Stored bytes: whole, or one range of them; validators and `Repr-Digest` (RFC 9530) are of the whole. */
export async function sendContent(
  { request, response, own }: Exchange,
  reply: Content,
  context: KeepingContext,
): Promise<number> {
  const { content, type, modified, keeping } = reply;
  const size = sizeOf(content);
  const validators = { etag: `"${content.etag}"`, modified };
  const headers = ['etag', validators.etag, 'vary', 'Accept', ...keepingHeaders(keeping, context), ...described(reply)];
  if (modified !== undefined) headers.push('last-modified', modified.toUTCString());
  checkConditions(request.headers, validators);
  if (isCurrent(request.headers, validators)) {
    response.writeHead(304, [...headers, ...own]).end();
    return 304;
  }
  const ifRange = [request.headers['if-range'] ?? []].flat()[0];
  const applies = request.method === 'GET' && isRangeCurrent(ifRange, validators);
  const range = applies ? rangeOf(request.headers.range, size) : undefined;
  headers.push('content-type', type, 'accept-ranges', 'bytes');
  if (content.sha256 !== undefined) {
    headers.push('repr-digest', `sha-256=:${Buffer.from(content.sha256, 'hex').toString('base64')}:`);
  }
  const { first, last } = range ?? { first: 0, last: size - 1 };
  if (range !== undefined) headers.push('content-range', `bytes ${first}-${last}/${size}`);
  headers.push('content-length', String(last - first + 1));
  const status = range === undefined ? 200 : 206;
  if (request.method === 'HEAD' || size === 0) {
    response.writeHead(status, [...headers, ...own]).end();
    return status;
  }
  const pieces = bytesOf(content, { first, last });
  const start = await pieces.next();
  response.writeHead(status, [...headers, ...own]);
  await pipeline(Readable.from(following(start, pieces), { objectMode: false, highWaterMark: 65_536 }), response);
  return status;
}

async function* following(start: IteratorResult<Uint8Array>, rest: AsyncGenerator<Uint8Array>): AsyncGenerator<Buffer> {
  if (start.done !== true) yield Buffer.from(start.value);
  for await (const piece of rest) yield Buffer.from(piece);
}

function described({ links = [], headers = {} }: Pick<Content, 'links' | 'headers'>): string[] {
  const own = Object.entries(headers).flat();
  return links.length === 0 ? own : ['link', linkHeader(links), ...own];
}
