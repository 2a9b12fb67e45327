import { setTimeout as delay } from 'node:timers/promises';
import { backoffMs, DependencyError, type Committed } from '@weatherline/runtime';
import { brokerError, isLost } from './errors.ts';
import type { ConsumerGroup } from './internals.ts';

const BACKOFF = { firstMs: 100, capMs: 2_000 };

/** The commits of one member in one generation: what comes while a request is away travels together in the next. */
export class CommitQueue {
  readonly #group: ConsumerGroup;
  readonly #topic: string;
  readonly #generation: number | null;
  #waiting = new Map<number, { position: Committed; settle: PromiseWithResolvers<void>[] }>();
  #running = false;
  #closed = false;

  constructor(group: ConsumerGroup, topic: string) {
    this.#group = group;
    this.#topic = topic;
    this.#generation = group.generationId;
  }

  /** Durable when it resolves; rejects when the group has moved on. While the brokers are away it waits for them. */
  async commit(partition: number, position: Committed): Promise<void> {
    const settle = Promise.withResolvers<void>();
    // A later position of the same partition covers an earlier one.
    const before = this.#waiting.get(partition)?.settle ?? [];
    this.#waiting.set(partition, { position, settle: [...before, settle] });
    if (!this.#running) void this.#run();
    return settle.promise;
  }

  /** From here on nothing is committed: what waits is told so. */
  close(): void {
    this.#closed = true;
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#waiting.size > 0) {
      const batch = this.#waiting;
      this.#waiting = new Map();
      try {
        await this.#send(batch);
        for (const { settle } of batch.values()) for (const one of settle) one.resolve();
      } catch (error) {
        for (const { settle } of batch.values()) for (const one of settle) one.reject(error);
      }
    }
    this.#running = false;
  }

  async #send(batch: ReadonlyMap<number, { readonly position: Committed }>): Promise<void> {
    const partitions = [...batch].map(([partition, { position }]) => ({
      partition,
      offset: String(position.offset),
      metadata: position.metadata,
    }));
    for (let tries = 0; ; tries += 1) {
      if (this.#closed || this.#group.generationId !== this.#generation) throw this.#lost();
      try {
        await this.#group.commitOffsets({ topics: [{ topic: this.#topic, partitions }] });
        return;
      } catch (error) {
        if (isLost(error)) throw this.#lost(error);
        const failure = brokerError(error, `commit to ${this.#topic}`);
        if (failure.disposition === 'halt') throw failure;
        await delay(backoffMs(BACKOFF, tries, Math.random));
      }
    }
  }

  #lost(cause?: unknown): DependencyError {
    return new DependencyError(
      'PARTITION_LOST',
      `${this.#topic}: no longer owned by this member of ${this.#group.groupId}`,
      { cause },
    );
  }
}
