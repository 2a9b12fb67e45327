import { once } from 'node:events';
import { createServer } from 'node:http';
import { errorText, startRecordedUpstream } from '@weatherline/testkit/upstream';

export type KeyedUpstream = AsyncDisposable & {
  readonly url: string;
  /** From now on these keys are accepted, and no others. */
  readonly accept: (...keys: readonly string[]) => void;
  /** Calls so far with a key. */
  readonly callsWith: (key: string) => number;
  /** Calls that were refused. */
  readonly refused: () => number;
};

/** The recorded upstream, for callers with a key that it accepts: a provider's rotation has an overlap, and an end. */
export async function startKeyedUpstream(...keys: readonly string[]): Promise<KeyedUpstream> {
  const recorded = await startRecordedUpstream();
  const calls = new Map<string, number>();
  let accepted: readonly string[] = keys;
  let refused = 0;
  const server = createServer((request, response) => {
    const key = new URL(request.url ?? '/', recorded.url).searchParams.get('appid') ?? '';
    calls.set(key, (calls.get(key) ?? 0) + 1);
    if (!accepted.includes(key)) {
      refused += 1;
      response.writeHead(401, { 'content-type': 'application/json' }).end(errorText('error-401-invalid-key.json'));
      return;
    }
    fetch(`${recorded.url}${request.url}`).then(
      async (answer) => response.writeHead(answer.status, [...answer.headers].flat()).end(await answer.text()),
      () => response.destroy(),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    accept: (...now) => (accepted = now),
    callsWith: (key) => calls.get(key) ?? 0,
    refused: () => refused,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await recorded[Symbol.asyncDispose]();
    },
  };
}
