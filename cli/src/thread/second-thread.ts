import { Worker } from 'node:worker_threads';
import type { Elsewhere } from '@weatherline/runtime';
import type { ReadingsElsewhere } from '../replay/messages.ts';
import type { Answer, Order, Work } from './order.ts';

/** Without work for so long it ends: a process that only waits for the next slot stays small. */
const IDLE_MS = 10_000;
/** Longer than any part takes; after that it is made in this thread. */
const ANSWER_MS = 30_000;

type Made = Answer['message'];

/** A thread of its own for what is pure: it begins with the first order, and a core more is used. */
export class SecondThread implements AsyncDisposable {
  readonly #waiting = new Map<number, (made: Made) => void>();
  #worker: Worker | undefined;
  #idle: NodeJS.Timeout | undefined;
  #isOver = false;
  #orders = 0;

  /** See {@link Elsewhere}: whatever goes wrong there, the event is made here. */
  readonly make: Elsewhere = async ({ value, headers }, { startedAt, attempt, signal }) => {
    if (signal.aborted) return undefined;
    return this.#ask({ kind: 'transform', message: { value, headers }, startedAt, attempt });
  };

  /** See {@link ReadingsElsewhere}. */
  readonly readings: ReadingsElsewhere = async (body, replay) => this.#ask({ kind: 'readings', body, replay });

  async #ask(work: Work): Promise<Made> {
    if (this.#isOver) return undefined;
    const worker = this.#started();
    const id = (this.#orders += 1);
    const { promise, resolve } = Promise.withResolvers<Made>();
    this.#waiting.set(id, resolve);
    const late = setTimeout(() => void this.#end(), ANSWER_MS);
    try {
      const order: Order = { id, work };
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
      worker.postMessage(order);
      return await promise;
    } finally {
      clearTimeout(late);
      this.#waiting.delete(id);
      if (this.#waiting.size === 0) this.#idle = setTimeout(() => void this.#end(), IDLE_MS).unref();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    await this.#end();
  }

  #started(): Worker {
    clearTimeout(this.#idle);
    if (this.#worker !== undefined) return this.#worker;
    const worker = new Worker(new URL('transform.ts', import.meta.url), { name: 'weatherline transform' });
    worker.on('message', ({ id, message }: Answer) => this.#waiting.get(id)?.(message));
    const gone = (): void => {
      if (this.#worker === worker) this.#forget();
    };
    worker.on('error', gone);
    worker.on('exit', gone);
    worker.unref();
    this.#worker = worker;
    return worker;
  }

  async #end(): Promise<void> {
    const worker = this.#worker;
    this.#forget();
    await worker?.terminate();
  }

  /** Nobody answers any more: what waits is made in this thread. */
  #forget(): void {
    this.#worker = undefined;
    clearTimeout(this.#idle);
    for (const resolve of this.#waiting.values()) resolve(undefined);
  }
}
