import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { createRecordedUpstream, type UpstreamOptions } from './answer.ts';
import type { FaultRule, Reply } from './script.ts';

export type RecordedRequest = {
  /** Unix milliseconds. */
  readonly at: number;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
};

export type RecordedServer = AsyncDisposable & {
  readonly url: string;
  /** Every weather request so far, without its key. */
  readonly requests: readonly RecordedRequest[];
  readonly setScript: (script: readonly FaultRule[]) => void;
};

/**
 * The recorded upstream as an HTTP server, for tests and for people.
 *
 * `PUT /_script` takes a fault script (a JSON array of rules), `DELETE /_script` ends it, `GET /_requests` lists what
 * was asked.
 */
export async function startRecordedUpstream(
  options: UpstreamOptions & { readonly port?: number; readonly host?: string } = {},
): Promise<RecordedServer> {
  const upstream = createRecordedUpstream(options);
  const requests: RecordedRequest[] = [];
  const weather = new Map([
    ['/data/2.5/weather', upstream.answer],
    ['/data/3.0/onecall/timemachine', upstream.timemachine],
    ['/v1/archive', upstream.archive],
  ]);
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://upstream');
    const answer = weather.get(url.pathname);
    if (answer !== undefined) {
      const { appid: _key, ...query } = Object.fromEntries(url.searchParams);
      requests.push({ at: Date.now(), path: url.pathname, query });
      send(response, answer(url.searchParams));
    } else if (url.pathname === '/_requests') json(response, 200, requests);
    else if (url.pathname === '/_script' && request.method === 'DELETE') {
      upstream.setScript([]);
      json(response, 200, []);
    } else if (url.pathname === '/_script' && request.method === 'PUT') {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        try {
          const rules: FaultRule[] = JSON.parse(Buffer.concat(chunks).toString('utf8'));
          upstream.setScript(rules);
          json(response, 200, rules);
        } catch {
          json(response, 400, { error: 'expected a JSON array of fault rules' });
        }
      });
    } else json(response, 404, { cod: '404', message: 'Internal error' });
  });
  server.listen(options.port ?? 0, options.host ?? '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    setScript: upstream.setScript,
    [Symbol.asyncDispose]: async () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function send(response: ServerResponse, { status, headers, body, manner }: Reply): void {
  if (manner === 'hang') return;
  if (manner === 'reset') {
    response.destroy();
    return;
  }
  const length = { 'content-length': String(Buffer.byteLength(body)) };
  response.writeHead(status, { ...headers, ...length });
  if (manner === 'hang-body' || manner === 'truncate') {
    response.write(body.slice(0, 40));
    // The half is on its way before the connection goes.
    if (manner === 'truncate') setTimeout(() => response.destroy(), 20);
    return;
  }
  response.end(body);
}
