import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Gateway } from './app.ts';

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
    else refuse(socket, statusOf(error.code));
  });
  // Nothing here is a tunnel, and nobody is asked to send a body.
  server.on('connect', (_: IncomingMessage, socket: Duplex) => refuse(socket, 405));
  server.on('checkContinue', (_, response) => {
    response.writeHead(413, { connection: 'close', 'content-length': '0' }).end();
  });
  server.on('checkExpectation', (_, response) => {
    response.writeHead(417, { connection: 'close', 'content-length': '0' }).end();
  });
  return server;
}

function statusOf(code: string | undefined): number {
  if (code === 'HPE_HEADER_OVERFLOW') return 431;
  return code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400;
}

/** Says what is wrong without a word of what was sent, and closes: nothing behind a bad request is trusted. */
function refuse(socket: Duplex, status: number): void {
  if (!socket.writable || socket.destroyed) {
    socket.destroy();
    return;
  }
  const title = STATUS_CODES[status] ?? 'Bad Request';
  const detail = 'the request is not one that HTTP/1.1 allows, or it took too long';
  const body = JSON.stringify({ type: '/problems/invalid-request', title, status, detail });
  const head = [
    `HTTP/1.1 ${status} ${title}`,
    'Connection: close',
    'Content-Type: application/problem+json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}
