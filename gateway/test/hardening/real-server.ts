import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { parseSchedule } from '@weatherline/events/schedule';
import { systemClock, type Logger } from '@weatherline/runtime';
import { createMemoryStore, type MemoryStore } from '@weatherline/testkit';
import type { ExecutionContext } from 'ava';
import { createGateway, createGatewayServer, type Gateway } from '../../src/index.ts';
import { record, storeProduct } from '../support.ts';

export type RealServer = {
  readonly port: number;
  readonly url: string;
  readonly store: MemoryStore;
  readonly gateway: Gateway;
  readonly logged: string[];
  /** Calls of the store since the start. */
  readonly calls: { count: number };
};

export type Through = (store: MemoryStore) => Pick<MemoryStore, 'get' | 'list'>;

/** The gateway behind the server that it has in production, on the real clock, with one product of today. */
export async function realServer(t: ExecutionContext, through: Through = (store) => store): Promise<RealServer> {
  const store = createMemoryStore(systemClock.now);
  const calls = { count: 0 };
  const logged: string[] = [];
  const note = (message: string, fields: unknown): void => {
    logged.push(`${message} ${JSON.stringify(fields)}`);
  };
  const log: Logger = { debug: () => {}, info: () => {}, warn: note, error: note };
  const schedule = parseSchedule('0 */6 * * *');
  const gateway = createGateway({
    store: {
      get: async (key) => {
        calls.count += 1;
        return through(store).get(key);
      },
      list: async (options) => {
        calls.count += 1;
        return through(store).list(options);
      },
    },
    clock: systemClock,
    log,
    schedule,
    locations: [{ id: 'oslo', name: 'Oslo', lat: 59.91, lon: 10.75 }],
    version: '1.2.3',
  });
  const server = createGatewayServer(gateway).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const id = schedule.current(systemClock.now()).toISOString().slice(0, 19).replaceAll(/[-:]/g, '');
  await storeProduct({ store }, `${id}Z`, [record('oslo'), record('lima')]);
  return { port, url: `http://127.0.0.1:${port}`, store, gateway, logged, calls };
}

/** Sends bytes as they are and collects everything until the other side closes, or nothing more comes. */
export async function sendRaw(port: number, bytes: string | Buffer, quietMs = 1_500): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
  });
  socket.on('error', () => {});
  socket.write(bytes);
  await closedOrQuiet(socket, quietMs);
  socket.destroy();
  return text;
}

async function closedOrQuiet(socket: Socket, quietMs: number): Promise<void> {
  await new Promise<void>((resolve) => {
    socket.setTimeout(quietMs, resolve);
    socket.once('close', () => resolve());
  });
}
