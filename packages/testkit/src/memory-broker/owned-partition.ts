import {
  DependencyError,
  type Clock,
  type Committed,
  type PartitionBatch,
  type Subscription,
} from '@weatherline/runtime';
import type { MemoryLog } from './log.ts';

const MAX_METADATA_BYTES = 4096;
const REDELIVERY_MS = 100;

export type Owning = {
  readonly log: MemoryLog;
  readonly clock: Clock;
  readonly subscription: Subscription;
  /** Told of every commit that was taken. */
  readonly committed: (partition: number, position: Committed) => void;
  /** True = what was delivered comes once more, from the committed offset on. */
  readonly redelivers: () => boolean;
};

/** One partition while one member owns it. */
export class OwnedPartition {
  readonly partition: number;
  readonly #owning: Owning;
  readonly #leaving = new AbortController();
  readonly #assignment: Omit<PartitionBatch, 'messages'>;
  #position: number;
  #isFenced = false;
  #wake: (() => void) | undefined;
  readonly #running: Promise<void>;

  constructor(owning: Owning, partition: number) {
    const { log, subscription } = owning;
    const { group, topic } = subscription;
    const committed = log.committed(group, topic, partition);
    this.partition = partition;
    this.#owning = owning;
    this.#position = committed?.offset ?? 0;
    this.#assignment = {
      topic,
      partition,
      endAtAssignment: log.end(topic, partition),
      committedAtAssignment: committed,
      signal: this.#leaving.signal,
      commit: async (position) => this.#commit(position),
    };
    this.#running = this.#run();
  }

  wake(): void {
    this.#wake?.();
  }

  /** From now on its commits are refused; whether it knows is another matter. */
  fence(): void {
    this.#isFenced = true;
  }

  /** Stops reading, waits for the batch in hand, lets the member say goodbye. */
  async leave(): Promise<void> {
    this.#stop();
    await this.#running;
    try {
      await this.#owning.subscription.revoked?.(this.#assignment);
    } catch {
      // A partition that was lost takes no goodbye.
    } finally {
      this.#isFenced = true;
    }
  }

  #stop(): void {
    this.#leaving.abort(new Error('the partition is taken away'));
    this.wake();
  }

  async #commit(position: Committed): Promise<void> {
    const { group, topic } = this.#owning.subscription;
    if (this.#isFenced) {
      this.#stop();
      throw new DependencyError(
        'PARTITION_LOST',
        `${topic}/${this.partition} is no longer owned by this member of ${group}`,
      );
    }
    if (Buffer.byteLength(position.metadata) > MAX_METADATA_BYTES) {
      throw new RangeError(`expected at most ${MAX_METADATA_BYTES} bytes of offset metadata`);
    }
    this.#owning.committed(this.partition, position);
  }

  async #run(): Promise<void> {
    const { log, clock, subscription, redelivers } = this.#owning;
    const { topic, maxBatch, assigned, deliver } = subscription;
    let isReady = assigned === undefined;
    while (!this.#leaving.signal.aborted) {
      try {
        if (!isReady) await assigned?.(this.#assignment);
        isReady = true;
        const messages = log.fetch(topic, this.partition, this.#position, maxBatch);
        const last = messages.at(-1);
        if (last === undefined) {
          await this.#untilWoken();
          continue;
        }
        await deliver({ ...this.#assignment, messages });
        this.#position = redelivers() ? this.#committedOffset() : last.offset + 1;
      } catch {
        this.#position = this.#committedOffset();
        await clock.sleep(REDELIVERY_MS, this.#leaving.signal).catch(() => undefined);
      }
    }
  }

  #committedOffset(): number {
    const { log, subscription } = this.#owning;
    return log.committed(subscription.group, subscription.topic, this.partition)?.offset ?? 0;
  }

  async #untilWoken(): Promise<void> {
    if (this.#leaving.signal.aborted) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.#wake = undefined;
  }
}
