import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Gateway } from './app.ts';
import { ALLOWED } from './http/arrival.ts';
import { ALWAYS, NOTHING, requestIdOf } from './http/own-headers.ts';
import { Problem, PROBLEM_TYPE, type ProblemSlug } from './http/problem.ts';
import { sendProblem } from './http/send.ts';

/** Of one process; above these a connection is refused or closed. */
export const LIMITS = {
  /** From the connection to the end of the headers: somebody who trickles them is not waited for. */
  headersMs: 5_000,
  /** From the connection to the end of the request. */
  requestMs: 10_000,
  /** Longer than the 60 s after which a load balancer of AWS drops an idle connection, or it would meet a closed one. */
  keepAliveMs: 65_000,
  /** How often the limits above are looked at. */
  checkMs: 1_000,
  /** A reader that takes nothing for this long has gone. */
  idleMs: 75_000,
  headerBytes: 16_384,
  headers: 60,
  /** 500 slow strangers must leave room; each costs some 20 KB. */
  connections: 4_000,
  requestsPerConnection: 1_000,
} as const;

/** The server of the public port. It never sets `insecureHTTPParser`, whatever the environment says. */
export function createGatewayServer({ callback }: Pick<Gateway, 'callback'>): Server {
  const server = createServer(
    {
      headersTimeout: LIMITS.headersMs,
      requestTimeout: LIMITS.requestMs,
      keepAliveTimeout: LIMITS.keepAliveMs,
      connectionsCheckingInterval: LIMITS.checkMs,
      maxHeaderSize: LIMITS.headerBytes,
      requireHostHeader: true,
      insecureHTTPParser: false,
    },
    callback,
  );
  server.maxHeadersCount = LIMITS.headers;
  server.maxConnections = LIMITS.connections;
  server.maxRequestsPerSocket = LIMITS.requestsPerConnection;
  server.setTimeout(LIMITS.idleMs);
  const last = new WeakMap<Duplex, ServerResponse>();
  server.on('request', (request, response) => last.set(request.socket, response));
  server.on('clientError', (error: Error & { code?: string }, socket) => {
    const before = last.get(socket);
    // The broken rest of a request that has its answer gets no second one, which could pass for that of another.
    if (before !== undefined && (!before.writableFinished || !before.shouldKeepAlive)) socket.destroy();
    else refuse(socket, new Problem(slugOf(error.code), MALFORMED));
  });
  // Nothing here is a tunnel, and nobody is asked to send a body.
  server.on('connect', (_: IncomingMessage, socket: Duplex) =>
    refuse(socket, new Problem('method-not-allowed', 'nothing here is a tunnel', { headers: { allow: ALLOWED } })),
  );
  server.on('checkContinue', (request, response) => {
    close(request, response, new Problem('body-not-allowed', 'a request that reads has no body'));
  });
  server.on('checkExpectation', (request, response) => {
    close(request, response, new Problem('expectation-failed', 'no expectation is met here'));
  });
  return server;
}

const MALFORMED = 'the request is not one that HTTP/1.1 allows, or it took too long';

function slugOf(code: string | undefined): ProblemSlug {
  if (code === 'HPE_HEADER_OVERFLOW') return 'headers-too-large';
  return code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 'request-timeout' : 'invalid-request';
}

/** Answers what was read of a request that goes no further: the rest of it is not read. */
function close(request: IncomingMessage, response: ServerResponse, problem: Problem): void {
  const requestId = requestIdOf(request);
  sendProblem({ request, response, own: [...ownOf(requestId), 'connection', 'close'] }, problem, requestId);
}

/** Says what is wrong without a word of what was sent, and closes: nothing behind a bad request is trusted. */
function refuse(socket: Duplex, problem: Problem): void {
  if (!socket.writable || socket.destroyed) {
    socket.destroy();
    return;
  }
  const requestId = randomUUID();
  const body = problem.text('/', requestId);
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}`,
    'connection: close',
    `content-type: ${PROBLEM_TYPE}`,
    `content-length: ${Buffer.byteLength(body)}`,
    'cache-control: no-store',
    ...lines([...Object.entries(problem.headers).flat(), ...ownOf(requestId)]),
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}

function ownOf(requestId: string): string[] {
  return ['x-request-id', requestId, ...ALWAYS, 'content-security-policy', NOTHING];
}

function lines(flat: readonly string[]): string[] {
  return flat.flatMap((name, at) => (at % 2 === 0 ? [`${name}: ${flat[at + 1] ?? ''}`] : []));
}
