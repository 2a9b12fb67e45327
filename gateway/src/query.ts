import type { Location } from '@weatherline/events';
import type { Schedule } from '@weatherline/events/schedule';
import type { Clock, Logger } from '@weatherline/runtime';
import { Problem } from './http/problem.ts';
import type { Link } from './http/reply.ts';
import { operations } from './operations.ts';
import { readAsk } from './read-ask.ts';
import { openPorts } from './route-ports.ts';
import { type StoreReader, WatchedStore } from './store/watched-store.ts';

export type QueryOptions = {
  readonly store: StoreReader;
  readonly clock: Clock;
  readonly log: Logger;
  readonly schedule: Schedule;
  readonly locations: readonly Location[];
  readonly version: string;
};

export type QueryAnswer = {
  /** The body that HTTP would carry, in pieces as they are read. */
  readonly chunks: AsyncIterable<string | Uint8Array>;
  readonly links: readonly Link[];
};

/**
 * Answers a query of `GET /v1/records` from a store, without a server: for programs that have the store itself.
 * Throws the `Problem` that HTTP would answer with.
 */
export async function queryRecords(options: QueryOptions, search: URLSearchParams): Promise<QueryAnswer> {
  const operation = operations.find(({ id }) => id === 'listRecords');
  if (operation === undefined) throw new Error('expected an operation listRecords');
  const store = new WatchedStore(options);
  const ports = openPorts({ ...options, presigner: undefined }, store, operations);
  const href = `${operation.route}?${search.toString()}`;
  const ask = readAsk(operation, { params: {}, search, href, accepts: (first) => first });
  const reply = await operation.handle(ask, ports);
  if (reply.kind === 'whole') return { chunks: piece(reply.body), links: reply.links ?? [] };
  if (reply.kind === 'stream') return { chunks: reply.chunks(new AbortController().signal), links: reply.links ?? [] };
  throw new Error(`expected records, got ${reply.kind}`);
}

async function* piece(body: string | Uint8Array): AsyncGenerator<string | Uint8Array> {
  yield body;
}

export { Problem };
