import { createServer, request } from 'node:http';
import { once } from 'node:events';

/** What the owner of a directory does for other processes. */
export type Control = { readonly trigger: (order: TriggerOrder) => Promise<TriggerReceipt> };

export type TriggerOrder = { readonly slot: string; readonly reason: 'manual' | 'schedule' | 'backfill' };
export type TriggerReceipt = { readonly run: string; readonly parts: number; readonly isNew: boolean };

/** Serves the owner's socket. */
export async function serveControl(socket: string, control: Control): Promise<AsyncDisposable> {
  const server = createServer((incoming, outgoing) => {
    const answer = (status: number, body: unknown): void => {
      outgoing.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    if (incoming.method !== 'POST' || incoming.url !== '/trigger') {
      answer(404, { error: 'not found' });
      return;
    }
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      Promise.resolve()
        .then(async () => control.trigger(parseOrder(Buffer.concat(chunks).toString('utf8'))))
        .then(
          (receipt) => answer(200, receipt),
          (error: unknown) => answer(500, { error: error instanceof Error ? error.message : String(error) }),
        );
    });
  });
  server.listen(socket);
  await once(server, 'listening');
  return {
    [Symbol.asyncDispose]: async () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function parseOrder(text: string): TriggerOrder {
  const parsed: unknown = JSON.parse(text);
  if (typeof parsed !== 'object' || parsed === null || !('slot' in parsed) || typeof parsed.slot !== 'string') {
    throw new RangeError('expected {"slot": …}');
  }
  return { slot: parsed.slot, reason: 'manual' };
}

/** Asks the owner to trigger a slot; rejects when nobody answers. */
export async function askOwner(socket: string, order: TriggerOrder): Promise<TriggerReceipt> {
  const { promise, resolve, reject } = Promise.withResolvers<TriggerReceipt>();
  const outgoing = request({ socketPath: socket, path: '/trigger', method: 'POST' }, (incoming) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('error', reject);
    incoming.on('end', () => {
      try {
        resolve(parseReceipt(Buffer.concat(chunks).toString('utf8')));
      } catch (error) {
        reject(error);
      }
    });
  });
  outgoing.on('error', reject);
  outgoing.end(JSON.stringify(order));
  return promise;
}

function parseReceipt(text: string): TriggerReceipt {
  const parsed: unknown = JSON.parse(text);
  if (typeof parsed !== 'object' || parsed === null) throw new Error(`unexpected answer of the owner: ${text}`);
  if ('error' in parsed) throw new Error(String(parsed.error));
  if (!('run' in parsed) || !('parts' in parsed) || !('isNew' in parsed)) throw new Error(`unexpected answer: ${text}`);
  return { run: String(parsed.run), parts: Number(parsed.parts), isNew: Boolean(parsed.isNew) };
}
