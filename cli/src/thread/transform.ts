import { parentPort } from 'node:worker_threads';
import { outputOf, readingsAgain, systemClock, type Logger, type OutgoingMessage } from '@weatherline/runtime';
import { transform } from '@weatherline/transform';
import type { Answer, Order, Work } from './order.ts';

/** The thread in which replayed events are unpacked and transformed: bytes in, bytes out. What fails is told by the main thread. */
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

async function answer({ id, work }: Order): Promise<Answer> {
  try {
    const { key, value, headers } = await outcomeOf(work);
    // A buffer of its own: one of Node's pool belongs to others, too.
    return { id, message: { key, headers, value: value === null ? null : new Uint8Array(value) } };
  } catch {
    return { id };
  }
}

async function outcomeOf(work: Work): Promise<OutgoingMessage> {
  if (work.kind === 'readings') return readingsAgain(work.body, work.replay);
  const { message, startedAt, attempt } = work;
  return outputOf(transform, message, { startedAt, attempt, log: silent, clock: systemClock, signal });
}
