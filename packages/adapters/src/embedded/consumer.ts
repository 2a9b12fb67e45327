import { setTimeout as delay } from 'node:timers/promises';
import {
  DependencyError,
  type Committed,
  type LoggedMessage,
  type PartitionBatch,
  type Subscription,
} from '@weatherline/runtime';

/** What a consumer needs of the log. */
export type ConsumerLog = {
  readonly committed: (group: string, topic: string, partition: number) => Committed | undefined;
  readonly end: (topic: string, partition: number) => number;
  readonly commit: (group: string, topic: string, partition: number, position: Committed) => Promise<void>;
  readonly fetch: (topic: string, partition: number, from: number, limit: number) => LoggedMessage[];
};

const MAX_METADATA_BYTES = 4096;
const REDELIVERY_MS = 100;

/** One partition while one member owns it: reads, delivers one batch at a time, sleeps until it is woken. */
export class OwnedPartition {
  readonly partition: number;
  readonly #log: ConsumerLog;
  readonly #subscription: Subscription;
  readonly #leaving = new AbortController();
  readonly #assignment: Omit<PartitionBatch, 'messages'>;
  #isOurs = true;
  #wake: (() => void) | undefined;
  #position: number;
  readonly #running: Promise<void>;

  constructor(log: ConsumerLog, subscription: Subscription, partition: number) {
    const { group, topic } = subscription;
    this.partition = partition;
    this.#log = log;
    this.#subscription = subscription;
    const committed = log.committed(group, topic, partition);
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

  /** Stops reading, waits for the batch in hand, says goodbye. */
  async leave(): Promise<void> {
    this.#leaving.abort();
    this.wake();
    await this.#running;
    try {
      await this.#subscription.revoked?.(this.#assignment);
    } finally {
      this.#isOurs = false;
    }
  }

  async #commit(position: Committed): Promise<void> {
    const { group, topic } = this.#subscription;
    if (!this.#isOurs) {
      throw new DependencyError(
        'PARTITION_LOST',
        `${topic}/${this.partition} is no longer owned by this member of ${group}`,
      );
    }
    if (Buffer.byteLength(position.metadata) > MAX_METADATA_BYTES) {
      throw new RangeError(`expected at most ${MAX_METADATA_BYTES} bytes of offset metadata`);
    }
    await this.#log.commit(group, topic, this.partition, position);
  }

  async #run(): Promise<void> {
    const { topic, group, maxBatch, assigned, deliver } = this.#subscription;
    let isReady = assigned === undefined;
    while (!this.#leaving.signal.aborted) {
      try {
        if (!isReady) {
          await assigned?.(this.#assignment);
          isReady = true;
        }
        const messages = this.#log.fetch(topic, this.partition, this.#position, maxBatch);
        const last = messages.at(-1);
        if (last === undefined) {
          await this.#untilWoken();
          continue;
        }
        await deliver({ ...this.#assignment, messages });
        this.#position = last.offset + 1;
      } catch {
        // Whoever rejected has said why; here it only means "read again from the committed offset".
        this.#position = this.#log.committed(group, topic, this.partition)?.offset ?? 0;
        await delay(REDELIVERY_MS, undefined, { signal: this.#leaving.signal }).catch(() => undefined);
      }
    }
  }

  async #untilWoken(): Promise<void> {
    if (this.#leaving.signal.aborted) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.#wake = undefined;
  }
}
