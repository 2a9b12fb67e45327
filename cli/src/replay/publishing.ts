import type { OutgoingMessage } from '@weatherline/runtime';
import { patiently, type Patience } from '../patience.ts';
import type { Books } from './books.ts';
import type { ExecutePorts } from './execute-ports.ts';
import { found } from './judge.ts';
import { messagesOf, type Prepared } from './messages.ts';
import type { Pace } from './pace.ts';
import { subjectOf, type StoredPlan } from './plan.ts';

export type PublishingPorts = Pick<ExecutePorts, 'installation' | 'clock' | 'planOf'> & {
  readonly pace: Pace;
  readonly books: Books;
};

export type PublishingOptions = {
  readonly stored: StoredPlan;
  readonly rate: number;
  readonly window: number;
  readonly patience: Patience;
};

type Ready = Extract<Prepared, { readonly message: OutgoingMessage }>;

const BATCH = 16;
const BATCH_BYTES = 512 * 1024;
const WAIT_MS = 5;

/** Publishes the parts of a plan that have not ended, at its pace, so many at once. */
export class Publishing {
  /** The subjects of the parts that have been asked for and have not ended. */
  readonly underWay = new Set<string>();
  readonly #ports: PublishingPorts;
  readonly #options: PublishingOptions;
  /** A slow replay goes part by part, so that it can be stopped between any two. */
  readonly #most: number;
  #isOver = false;

  constructor(ports: PublishingPorts, options: PublishingOptions) {
    this.#ports = ports;
    this.#options = options;
    this.#most = Math.max(1, Math.min(BATCH, options.window, Math.floor(options.rate / 4)));
  }

  /** Everything was asked for, and has ended. */
  get isIdle(): boolean {
    return this.#isOver && this.underWay.size === 0;
  }

  async run(): Promise<void> {
    const { installation, planOf, books } = this.#ports;
    const { stored, patience } = this.#options;
    const { store, log, readings } = installation;
    const ports = { store, log, planOf, patience, elsewhere: readings };
    let batch: Ready[] = [];
    let bytes = 0;
    for await (const prepared of messagesOf(ports, stored, books.progress.settled)) {
      if (patience.signal.aborted) return;
      if ('changed' in prepared) {
        books.tally.settle(prepared.index, found(prepared, 'conflict', prepared.changed));
        continue;
      }
      batch.push(prepared);
      bytes += prepared.message.value?.length ?? 0;
      if (batch.length < this.#most && bytes < BATCH_BYTES) continue;
      if (!(await this.#send(batch))) return;
      [batch, bytes] = [[], 0];
    }
    this.#isOver = await this.#send(batch);
  }

  /** False = it was stopped before. */
  async #send(batch: readonly Ready[]): Promise<boolean> {
    const { pace, books, installation } = this.#ports;
    const { patience } = this.#options;
    if (batch.length === 0) return !patience.signal.aborted;
    if (!(await this.#mayBegin(batch.length)) || !(await pace.take(batch.length))) return false;
    // The pace may have taken its time.
    if (!(await this.#mayBegin(batch.length))) return false;
    for (const { item, index } of batch) if (!books.tally.has(index)) this.underWay.add(subjectOf(item));
    for (const [topic, some] of Map.groupBy(batch, (one) => one.topic)) {
      const messages = some.map(({ message }) => message);
      await patiently(patience, async () => installation.publish(topic, messages));
    }
    return true;
  }

  /** Waits for room; and for the lease, which the books renew unless somebody else has it: false = it was stopped. */
  async #mayBegin(parts: number): Promise<boolean> {
    const { clock, books } = this.#ports;
    const { window, patience } = this.#options;
    const { signal } = patience;
    const isFull = (): boolean => this.underWay.size > 0 && this.underWay.size + parts > window;
    while (!signal.aborted && (isFull() || !books.isHeld)) await clock.sleep(WAIT_MS, signal).catch(() => undefined);
    return !signal.aborted;
  }
}
