import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { ProviderError } from '@weatherline/runtime';

/** A provider's answer as it came over the wire. */
export type WireAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
};

export type Timeouts = {
  /** Until the connection stands, until the status line, until the last byte; milliseconds. */
  readonly connectMs: number;
  readonly headersMs: number;
  readonly totalMs: number;
};

export const TIMEOUTS: Timeouts = { connectMs: 2_000, headersMs: 5_000, totalMs: 10_000 };

/** An answer over this is no answer about one place. */
export const MAX_BODY_BYTES = 8 * 1024;

export type HttpCaller = Disposable & {
  /** GET; throws a ProviderError that never holds the address, the query or anything of the system's error but its code. */
  readonly get: (url: URL, signal: AbortSignal) => Promise<WireAnswer>;
};

/** Keeps connections; follows no redirect, which would carry the key to whoever asks for it. */
export function createHttpCaller(timeouts: Timeouts = TIMEOUTS): HttpCaller {
  const agents = {
    http: new HttpAgent({ keepAlive: true, maxSockets: 32, scheduling: 'lifo' }),
    https: new HttpsAgent({ keepAlive: true, maxSockets: 32, scheduling: 'lifo' }),
  };
  return {
    get: async (url, signal) => call(url, signal, timeouts, agents),
    [Symbol.dispose]() {
      agents.http.destroy();
      agents.https.destroy();
    },
  };
}

type Agents = { readonly http: HttpAgent; readonly https: HttpsAgent };

async function call(url: URL, signal: AbortSignal, timeouts: Timeouts, agents: Agents): Promise<WireAnswer> {
  signal.throwIfAborted();
  const secure = url.protocol === 'https:';
  const { promise, resolve, reject } = Promise.withResolvers<WireAnswer>();
  const options = {
    headers: { accept: 'application/json', 'accept-encoding': 'identity', 'user-agent': 'weatherline' },
    agent: secure ? agents.https : agents.http,
  };
  const outgoing = (secure ? httpsRequest : httpRequest)(url, options, (incoming) => {
    clearTimeout(timers.headers);
    collect(incoming).then(resolve, reject);
  });
  const timer = (ms: number, phase: string): NodeJS.Timeout =>
    setTimeout(() => {
      reject(new ProviderError('retry', 'TIMEOUT', `no ${phase} within ${ms} ms`));
      outgoing.destroy();
    }, ms);
  const timers: Partial<Record<'connect' | 'headers' | 'total', NodeJS.Timeout>> = {};
  const abort = (): void => {
    reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
    outgoing.destroy();
  };
  signal.addEventListener('abort', abort, { once: true });
  // Time runs from when a connection is ours: the provider is not to blame for our own queue.
  outgoing.once('socket', (socket) => {
    timers.headers = timer(timeouts.headersMs, 'answer');
    timers.total = timer(timeouts.totalMs, 'complete answer');
    // A connection that is used again has none to make, and would keep the listener for ever.
    if (!socket.connecting) return;
    timers.connect = timer(timeouts.connectMs, 'connection');
    socket.once('connect', () => clearTimeout(timers.connect));
  });
  // Only the code of the system's error is kept: its message and stack may hold the address.
  outgoing.on('error', (error: NodeJS.ErrnoException) => reject(connectionError(error.code)));
  outgoing.end();
  try {
    return await promise;
  } finally {
    for (const pending of Object.values(timers)) clearTimeout(pending);
    signal.removeEventListener('abort', abort);
  }
}

async function collect(incoming: IncomingMessage): Promise<WireAnswer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of incoming) {
      const bytes = Buffer.from(chunk);
      size += bytes.length;
      if (size > MAX_BODY_BYTES) {
        incoming.destroy();
        throw new ProviderError('location', 'BODY_TOO_LARGE', `expected at most ${MAX_BODY_BYTES} bytes, got more`);
      }
      chunks.push(bytes);
    }
  } catch (error) {
    if (error instanceof ProviderError) throw error;
    throw new ProviderError('retry', 'TRUNCATED', `the answer ended after ${size} bytes`);
  }
  const headers = Object.fromEntries(
    Object.entries(incoming.headers).map(([name, text]) => [name, Array.isArray(text) ? text.join(', ') : text]),
  );
  return { status: incoming.statusCode ?? 0, headers, body: Buffer.concat(chunks).toString('utf8') };
}

function connectionError(code: string | undefined): ProviderError {
  return new ProviderError('retry', 'CONNECTION', `the connection failed (${code ?? 'no code'})`);
}
