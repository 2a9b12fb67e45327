import { once } from 'node:events';
import { createServer } from 'node:http';
import { productKey, productMetaKey } from '@weatherline/events';
import { parseSchedule } from '@weatherline/events/schedule';
import type { Logger, Presigner } from '@weatherline/runtime';
import { createMemoryStore, createVirtualClock, type MemoryStore, type VirtualClock } from '@weatherline/testkit';
import type { ExecutionContext } from 'ava';
import { fetch } from './contract.ts';
import { createGateway, type Gateway, type GatewayOptions } from '../src/index.ts';

export const NOW = Date.parse('2026-11-23T07:00:00Z');

export type Served = {
  readonly url: string;
  readonly store: MemoryStore;
  readonly clock: VirtualClock;
  readonly logged: string[];
  readonly health: Gateway['health'];
};

/** A gateway over an empty store, at seven o'clock. */
export async function serve(
  t: ExecutionContext,
  { presignGet, ...further }: Partial<Presigner & GatewayOptions> = {},
  through: (store: MemoryStore) => Pick<MemoryStore, 'get' | 'list'> = (store) => store,
): Promise<Served> {
  const clock = createVirtualClock(NOW);
  const store = createMemoryStore(clock.now);
  const logged: string[] = [];
  const note = (message: string, fields: unknown): void => {
    logged.push(`${message} ${JSON.stringify(fields)}`);
  };
  const log: Logger = { debug: () => {}, info: () => {}, warn: note, error: note };
  const locations = [
    { id: 'luxembourg', name: 'Luxembourg', lat: 49.61, lon: 6.13 },
    { id: 'oslo', name: 'Oslo', lat: 59.91, lon: 10.75 },
  ];
  const schedule = parseSchedule('0 */6 * * *');
  const gateway = createGateway({
    log,
    ...further,
    store: {
      get: async (key) => through(store).get(key),
      list: async (listing) => through(store).list(listing),
      ...(presignGet === undefined ? {} : { presignGet }),
    },
    clock,
    schedule,
    locations,
    version: '1.2.3',
  });
  const server = createServer(gateway.callback).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { url: `http://127.0.0.1:${port}`, store, clock, logged, health: gateway.health };
}

export function record(id: string, change: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return { location_id: id, location_name: id, lat: 1, lon: 2, temp: 3.5, ...change };
}

type Stored = { readonly part?: { index: number; count: number }; readonly failures?: readonly unknown[] };

/** Stores a product as upload would. */
export async function storeProduct(
  { store }: Pick<Served, 'store'>,
  runId: string,
  records: readonly (Record<string, unknown> | string)[],
  { part = { index: 1, count: 1 }, failures = [] }: Stored = {},
): Promise<void> {
  const text = records.map((entry) => `${typeof entry === 'string' ? entry : JSON.stringify(entry)}\n`).join('');
  const metadata = { run: runId, revision: '0', sha256: 'abc', reason: 'schedule' };
  await store.put(productKey(runId, part), Buffer.from(text), {
    ifNoneMatch: '*',
    contentType: 'application/x-ndjson',
    metadata,
  });
  const meta = Buffer.from(JSON.stringify({ schema: 'weatherline.product-meta/1', failures }));
  await store.put(productMetaKey(runId, part), meta, { ifNoneMatch: '*', contentType: 'application/json', metadata });
}

export async function getJson(url: string): Promise<any> {
  return (await fetch(url)).json();
}
