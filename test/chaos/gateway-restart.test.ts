import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Agent, createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openS3Store } from '@weatherline/adapters/s3';
import { startS3Server, type S3Server } from '@weatherline/testkit/s3';
import test, { type ExecutionContext } from 'ava';

const MAIN = fileURLToPath(new URL('../../gateway/main.ts', import.meta.url));
const PER_SECOND = 500;

type Replica = { readonly child: ChildProcess; readonly port: number; readonly infraPort: number; isReady: boolean };

test('a rolling restart under 500 requests a second: none fails', async (t) => {
  t.timeout(120_000);
  const s3 = await startS3Server({ buckets: ['weatherline'] });
  t.teardown(async () => s3[Symbol.asyncDispose]());
  await using store = await openS3Store({
    bucket: 'weatherline',
    region: 'us-east-1',
    endpoint: s3.url,
    forcePathStyle: true,
    credentials: { accessKeyId: s3.accessKeyId, secretAccessKey: s3.secretAccessKey },
  });
  const id = new Date(Math.floor(Date.now() / 21_600_000) * 21_600_000).toISOString();
  const key = `weather-products/${id.slice(0, 10).replaceAll('-', '/')}/${id.slice(11, 19).replaceAll(':', '')}.jsonl`;
  await store.put(key, Buffer.from('{"location_id":"oslo","temp":1}\n'), {
    ifNoneMatch: '*',
    contentType: 'application/x-ndjson',
  });

  const replicas = [await start(t, s3), await start(t, s3)];
  const state = { stopped: false, next: 0 };
  // As a Service does: an endpoint leaves a moment after it said that it is not ready.
  const watching = (async () => {
    while (!state.stopped) {
      for (const replica of replicas) replica.isReady = await isReady(replica);
      await wait(500);
    }
  })();
  const balancer = createServer((request, response) => {
    const ready = replicas.filter((replica) => replica.isReady);
    const replica = ready[(state.next += 1) % Math.max(1, ready.length)];
    if (replica === undefined) response.writeHead(502).end();
    else forward(replica, request, response);
  }).listen(0, '127.0.0.1');
  await once(balancer, 'listening');
  t.teardown(() => {
    balancer.closeAllConnections();
    balancer.close();
  });
  const address = balancer.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/v1/products/latest`;

  const failures: string[] = [];
  let good = 0;
  const load = (async () => {
    const pending = new Set<Promise<void>>();
    while (!state.stopped) {
      for (let at = 0; at < PER_SECOND / 50; at += 1) {
        const asked = ask(url).then(
          () => void (good += 1),
          (error: unknown) => void failures.push(String(error)),
        );
        pending.add(asked);
        void asked.finally(() => pending.delete(asked));
      }
      await wait(20);
    }
    await Promise.all(pending);
  })();

  await wait(1_500);
  for (const at of [0, 1]) {
    const old = replicas[at];
    if (old === undefined) continue;
    const fresh = await start(t, s3);
    const closed = once(old.child, 'exit');
    old.child.kill('SIGTERM');
    const [code] = await closed;
    t.is(code, 0);
    replicas[at] = fresh;
    await wait(1_500);
  }
  state.stopped = true;
  await Promise.all([load, watching]);
  t.log(`${good} requests answered, ${failures.length} failed`);
  t.deepEqual(failures, []);
  t.true(good > 2_000);
});

const agent = new Agent({ keepAlive: true, maxSockets: 64 });

/** One request through, on kept connections, without trying again: a failure is a failure. */
function forward({ port }: Replica, request: IncomingMessage, response: ServerResponse): void {
  const onward = httpRequest(
    { agent, port, host: '127.0.0.1', path: request.url, headers: { host: 'gateway' } },
    (answer) => {
      response.writeHead(answer.statusCode ?? 502);
      answer.pipe(response);
    },
  );
  onward.on('error', () => response.writeHead(502).end()).end();
}

async function ask(url: string): Promise<void> {
  const response = await fetch(url);
  await response.text();
  if (response.status !== 200) throw new Error(`answered ${response.status}`);
}

async function isReady({ infraPort }: Replica): Promise<boolean> {
  return fetch(`http://127.0.0.1:${infraPort}/readyz`).then(
    (response) => response.ok,
    () => false,
  );
}

async function start(t: ExecutionContext, s3: S3Server): Promise<Replica> {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, [MAIN], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH,
      HOME,
      WEATHERLINE_HTTP_HOST: '127.0.0.1',
      WEATHERLINE_HTTP_PORT: '0',
      WEATHERLINE_INFRA_PORT: '0',
      WEATHERLINE_S3_BUCKET: 'weatherline',
      WEATHERLINE_S3_ENDPOINT: s3.url,
      WEATHERLINE_S3_PATH_STYLE: 'true',
      WEATHERLINE_S3_REGION: 'us-east-1',
      WEATHERLINE_DRAIN_DELAY: '2s',
      WEATHERLINE_RATE_LIMIT: 'off',
      AWS_ACCESS_KEY_ID: s3.accessKeyId,
      AWS_SECRET_ACCESS_KEY: s3.secretAccessKey,
    },
  });
  t.teardown(() => child.kill('SIGKILL'));
  for await (const line of createInterface({ input: child.stdout })) {
    const said: { msg?: string; port?: number; infra_port?: number } = JSON.parse(line);
    if (said.msg !== 'listening') continue;
    child.stdout.resume();
    return { child, port: said.port ?? 0, infraPort: said.infra_port ?? 0, isReady: true };
  }
  throw new Error('the gateway ended before it listened');
}
