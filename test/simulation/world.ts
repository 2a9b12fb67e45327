import type { Clock } from '@weatherline/runtime';
import { randomFrom } from '@weatherline/testkit';

type Waiting = { readonly at: number; readonly tie: number; readonly wake: () => void; isCancelled: boolean };

/** How many steps are queued for one turn of the event loop; microtasks run between any two of them. */
const BURST = 64;

/** One thread, one queue by virtual time with ties drawn from the seed: whatever happens, happens here, in one order. */
export class World {
  readonly random: () => number;
  readonly clock: Clock;
  now = Date.parse('2026-11-23T06:00:00Z');
  steps = 0;
  /** Two halves of a hash over everything that was noted. */
  #hash: [number, number] = [0x811c9dc5, 0x1b873593];
  readonly #heap: Waiting[] = [];
  readonly trace: string[] | undefined;

  constructor(seed: number, options: { readonly trace?: boolean } = {}) {
    this.random = randomFrom(seed);
    this.trace = options.trace === true ? [] : undefined;
    this.clock = { now: () => new Date(this.now), sleep: async (ms, signal) => this.sleep(ms, signal) };
  }

  note(text: string): void {
    this.trace?.push(`${new Date(this.now).toISOString().slice(11, 23)} ${text}`);
    let [a, b] = this.#hash;
    for (let at = 0; at < text.length; at += 1) {
      a = Math.imul(a ^ text.charCodeAt(at), 0x01000193);
      b = Math.imul(b ^ text.charCodeAt(at), 0x5bd1e995);
    }
    this.#hash = [Math.imul(a ^ this.now, 0x01000193), Math.imul(b ^ (this.now >>> 7), 0x5bd1e995)];
  }

  get hash(): string {
    return this.#hash.map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('');
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(reasonOf(signal));
        return;
      }
      const waiting = { at: this.now + Math.max(0, ms), tie: this.random(), wake: resolve, isCancelled: false };
      this.#push(waiting);
      signal?.addEventListener(
        'abort',
        () => {
          waiting.isCancelled = true;
          reject(reasonOf(signal));
        },
        { once: true },
      );
    });
  }

  /** Runs time forward until the work has settled. */
  async run(work: Promise<void>): Promise<void> {
    let isDone = false;
    let failure: unknown;
    const settled = work
      .catch((error: unknown) => {
        failure = error ?? new Error('failed');
      })
      .finally(() => {
        isDone = true;
      });
    await new Promise<void>((resolve, reject) => {
      const step = (): void => {
        if (isDone) return;
        const next = this.#pop();
        if (next === undefined) {
          isDone = true;
          reject(new Error('nothing is left to happen, and the work has not settled'));
          return;
        }
        this.steps += 1;
        this.now = Math.max(this.now, next.at);
        next.wake();
      };
      const burst = (): void => {
        if (isDone) {
          resolve();
          return;
        }
        for (let at = 0; at < BURST; at += 1) setImmediate(step);
        setImmediate(burst);
      };
      burst();
    });
    await settled;
    if (failure !== undefined) throw failure;
  }

  #push(waiting: Waiting): void {
    const heap = this.#heap;
    let at = heap.push(waiting) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(waiting, heap[parent])) break;
      heap[at] = heap[parent] as Waiting;
      at = parent;
    }
    heap[at] = waiting;
  }

  #pop(): Waiting | undefined {
    for (;;) {
      const first = this.#heap[0];
      const last = this.#heap.pop();
      if (first === undefined || last === undefined) return undefined;
      if (this.#heap.length > 0) this.#sink(last);
      if (!first.isCancelled) return first;
    }
  }

  #sink(waiting: Waiting): void {
    const heap = this.#heap;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1], heap[child])) child += 1;
      if (!isBefore(heap[child], waiting)) break;
      heap[at] = heap[child] as Waiting;
      at = child;
    }
    heap[at] = waiting;
  }
}

function isBefore(one: Waiting | undefined, other: Waiting | undefined): boolean {
  if (one === undefined || other === undefined) return false;
  return one.at < other.at || (one.at === other.at && one.tie < other.tie);
}

function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error('aborted');
}

/** A promise of its own every time: one for all would keep whatever ever waited for it. */
export async function never<Result = never>(): Promise<Result> {
  return new Promise<Result>(() => {});
}
