import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createGateway, createGatewayServer, openAccess } from '@weatherline/gateway';
import { productKey } from '@weatherline/events';
import { parseSchedule } from '@weatherline/events/schedule';
import { createLogger, createMetrics, sha256, systemClock } from '@weatherline/runtime';
import { createMemoryStore } from '@weatherline/testkit';
import { slotRecords } from './gateway-data.ts';

/**
 * A server to be measured from outside: the gateway with all that it has in production over a store in memory, or
 * node:http with the same bytes ready; `logged` writes a line for each request, to nowhere. Tells its port, and on request
 * the CPU it has used.
 */

const PARTS = Number(process.argv[3] ?? 1);
const RECORDS = Number(process.argv[4] ?? 4);
const NOWHERE = { destination: createWriteStream('/dev/null') };
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

async function gateway(accessLog: boolean): Promise<Server> {
  const store = createMemoryStore(() => systemClock.now());
  const schedule = parseSchedule('0 */6 * * *');
  const slot = schedule.current(systemClock.now());
  const id = `${slot.toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
  for (let index = 1; index <= PARTS; index += 1) {
    const body = slotRecords(RECORDS, index)
      .map((record) => `${JSON.stringify(record)}\n`)
      .join('');
    const key = productKey(id, { index, count: PARTS });
    await store.put(key, Buffer.from(body), {
      ifNoneMatch: '*',
      contentType: 'application/x-ndjson',
      metadata: { revision: '1', sha256: sha256(Buffer.from(body)) },
    });
  }
  const metrics = createMetrics({ service: 'bench', version: '0' });
  const config = {
    // Counted as in production, without a limit that the bench would reach.
    rateLimit: { limit: 1_000_000, windowMs: 1_000 },
    trustedProxies: 0,
    apiKeys: undefined,
    jwtIssuer: undefined,
    jwtAudience: undefined,
    jwtJwksUrl: undefined,
    jwtAlgorithms: ['RS256'],
    corsOrigins: undefined,
  } as const;
  return createGatewayServer(
    createGateway({
      store,
      clock: systemClock,
      log: accessLog ? createLogger({ ...NOWHERE, service: 'bench', version: '0', level: 'info' }) : silent,
      accessLog,
      schedule,
      locations: [],
      version: '0',
      observe: metrics.observeHttp,
      observeStore: metrics.observeStore,
      access: openAccess({ config, env: {}, clock: systemClock, log: silent }),
    }),
  );
}

function raw(): Server {
  const bytes = Buffer.from(JSON.stringify({ items: slotRecords(RECORDS, 1) }));
  return createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': bytes.length });
    response.end(bytes);
  });
}

const server = process.argv[2] === 'raw' ? raw() : await gateway(process.argv[2] === 'logged');
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const address = server.address();
process.on('message', (asked) => {
  if (asked === 'cpu') process.send?.({ cpu: process.cpuUsage(), rss: process.memoryUsage.rss() });
  if (asked === 'collect') {
    globalThis.gc?.();
    process.send?.({ collected: true });
  }
});
process.send?.({ port: typeof address === 'object' && address !== null ? address.port : 0 });
