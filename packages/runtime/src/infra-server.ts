import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ConfigurationError } from './errors.ts';

export type Check = {
  readonly name: string;
  readonly ok: boolean;
  readonly detail?: string;
  /** It serves, but not as it should: still ready, and says so. */
  readonly degraded?: boolean;
};

export type InfraOptions = {
  readonly host: string;
  readonly port: number;
  /** What readiness depends on, asked each time. */
  readonly checks: () => readonly Check[] | Promise<readonly Check[]>;
  readonly metrics: { readonly text: () => Promise<string>; readonly contentType: string };
  readonly version: { readonly version: string; readonly service: string };
};

export type Listening = AsyncDisposable & { readonly port: number };
export type Infra = Listening & {
  /** From now on `/readyz` says 503: the process is about to go. */
  drain(): void;
};

type Answer = { status: number; type: string; body: string };

/** `/healthz`, `/readyz`, `/metrics` and `/version`, for the platform and never for the public. */
export async function serveInfra(options: InfraOptions): Promise<Infra> {
  let draining = false;
  const server = createServer((request, response) => {
    const send = ({ status, type, body }: Answer): void => {
      response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
    };
    answerInfra(request.url ?? '/', options, draining).then(send, () => send(json(500, { status: 'error' })));
  });
  const listening = await listen(server, { ...options, setting: 'WEATHERLINE_INFRA_PORT' });
  return {
    ...listening,
    drain() {
      draining = true;
    },
  };
}

async function answerInfra(url: string, options: InfraOptions, draining: boolean): Promise<Answer> {
  const path = url.split('?')[0];
  if (path === '/healthz') return json(200, { status: 'ok' });
  if (path === '/version') return json(200, { ...options.version, node: process.version });
  if (path === '/metrics') {
    return { status: 200, type: options.metrics.contentType, body: await options.metrics.text() };
  }
  if (path !== '/readyz') return json(404, { status: 'not found' });
  const checks = draining ? [{ name: 'draining', ok: false }] : await options.checks();
  const ready = checks.every(({ ok }) => ok);
  const isDegraded = checks.some(({ degraded = false }) => degraded);
  return json(ready ? 200 : 503, { status: ready ? (isDegraded ? 'degraded' : 'ok') : 'unready', checks });
}

function json(status: number, body: unknown): Answer {
  return { status, type: 'application/json; charset=utf-8', body: `${JSON.stringify(body)}\n` };
}

export type ListenOptions = { readonly host: string; readonly port: number; readonly setting: string };

/** Listens, or throws a ConfigurationError that names the port, the setting and what to do. */
export async function listen(server: Server, { host, port, setting }: ListenOptions): Promise<Listening> {
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    const why = code === 'EADDRINUSE' ? 'is in use by another process' : `cannot be listened on (${String(code)})`;
    throw new ConfigurationError(
      `port ${port} on ${host} ${why}: free it, or set ${setting} to another port (0 = any free one)`,
      { cause },
    );
  }
  const address: AddressInfo | string | null = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    [Symbol.asyncDispose]: async () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
        // A client that keeps its connection open must not keep the process.
        setTimeout(() => server.closeAllConnections(), 2_000).unref();
      }),
  };
}
