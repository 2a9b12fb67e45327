import { parentPort } from 'node:worker_threads';
import { outputOf, systemClock, type Logger } from '@weatherline/runtime';
import { transform } from '@weatherline/transform';
import type { Answer, Order } from './order.ts';

/** The thread in which replayed events are transformed: bytes in, bytes out. What fails is told by the main thread. */
const silent: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const { signal } = new AbortController();

parentPort?.on('message', (order: Order) => {
  void handOver(order);
});

async function handOver(order: Order): Promise<void> {
  const made = await answer(order);
  // The bytes change hands; nothing is copied.
  parentPort?.postMessage(made, made.message?.value ? [made.message.value.buffer] : []);
}

async function answer({ id, message, startedAt, attempt }: Order): Promise<Answer> {
  try {
    const handling = { startedAt, attempt, log: silent, clock: systemClock, signal };
    const { key, value, headers } = await outputOf(transform, message, handling);
    // A buffer of its own: one of Node's pool belongs to others, too.
    return { id, message: { key, headers, value: value === null ? null : new Uint8Array(value) } };
  } catch {
    return { id };
  }
}
