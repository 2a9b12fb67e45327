import { channel } from 'node:diagnostics_channel';
import { appendFileSync } from 'node:fs';
import { CommitQueue } from '../../packages/adapters/src/kafka/commit-queue.ts';
import { OwnedPartition } from '../../packages/adapters/src/kafka/owned-partition.ts';
import { Publisher } from '../../packages/adapters/src/kafka/publisher.ts';

/**
 * Loaded before a deployable by `node --import`: names every point at which it speaks to the outside, and kills it at
 * `WEATHERLINE_TEST_CRASH_AT=<name>:<n>`. `WEATHERLINE_TEST_CRASH_LOG` names a file that takes every point passed.
 *
 * A name with `+` is the moment after the answer, one without it the moment before the request.
 */
const target = process.env['WEATHERLINE_TEST_CRASH_AT'];
const log = process.env['WEATHERLINE_TEST_CRASH_LOG'];
const counts = new Map<string, number>();

function pass(name: string): void {
  const count = (counts.get(name) ?? 0) + 1;
  counts.set(name, count);
  const point = `${name}:${count}`;
  if (log !== undefined) appendFileSync(log, `${point}\n`);
  if (point !== target) return;
  process.kill(process.pid, 'SIGKILL');
  // The signal may take a moment; nothing more may happen meanwhile.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10_000);
}

/** Kafka: an operation of the adapter, before and after. */
function around(owner: object, method: string, name: string): void {
  const original: unknown = Reflect.get(owner, method);
  if (typeof original !== 'function') throw new Error(`there is no ${method} any more`);
  Reflect.set(owner, method, async function wrapped(this: unknown, ...args: unknown[]): Promise<unknown> {
    pass(name);
    const result: unknown = await Reflect.apply(original, this, args);
    pass(`${name}+`);
    return result;
  });
}
around(Publisher.prototype, 'publish', 'publish');
around(CommitQueue.prototype, 'commit', 'commit');
around(OwnedPartition.prototype, 'take', 'deliver');
around(OwnedPartition.prototype, 'open', 'assign');

/** S3 and the provider: a request on the wire, and its answer. */
function nameOf(message: unknown): string | undefined {
  if (typeof message !== 'object' || message === null || !('request' in message)) return undefined;
  const { request } = message;
  if (typeof request !== 'object' || request === null || !('path' in request) || !('method' in request))
    return undefined;
  const path = String(request.path);
  if (path.startsWith('/data/')) return 'ask provider';
  const kind = /weather-readings|weather-products|weather-runs|keys|list-type/.exec(path)?.[0] ?? 'other';
  const suffix = path.includes('.meta.json') ? ' meta' : '';
  return `${String(request.method)} ${kind}${suffix}`;
}
for (const [event, mark] of [
  ['http.client.request.start', ''],
  ['http.client.response.finish', '+'],
] as const) {
  channel(event).subscribe((message) => {
    const name = nameOf(message);
    if (name !== undefined) pass(`${name}${mark}`);
  });
}
