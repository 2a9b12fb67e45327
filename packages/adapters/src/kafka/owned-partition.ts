import { setTimeout as delay } from 'node:timers/promises';
import {
  DependencyError,
  type Committed,
  type LoggedMessage,
  type PartitionBatch,
  type Subscription,
} from '@weatherline/runtime';
import type { CommitQueue } from './commit-queue.ts';

export type Assigned = {
  readonly partition: number;
  readonly earliest: number;
  readonly end: number;
  readonly committed: Committed | undefined;
};

const MAX_METADATA_BYTES = 4096;
const REDELIVERY_MS = 100;
/** A handler has eight seconds after the signal, a commit some more; who is later than that is fenced off. */
const LEAVE_WITHIN_MS = 15_000;

/** One partition in one generation: delivers what was fetched, batch by batch, and goes back when a batch is rejected. */
export class OwnedPartition {
  readonly partition: number;
  readonly #subscription: Subscription;
  readonly #commits: CommitQueue;
  readonly #seek: (offset: number) => void;
  readonly #leaving = new AbortController();
  readonly #assignment: Omit<PartitionBatch, 'messages'>;
  /** The position is before everything that the topic still holds. */
  readonly #isBehind: boolean;
  #committed: number;
  #isOurs = true;
  #running: Promise<void> = Promise.resolve();

  constructor(
    subscription: Subscription,
    { partition, earliest, end, committed }: Assigned,
    commits: CommitQueue,
    seek: (offset: number) => void,
  ) {
    this.partition = partition;
    this.#subscription = subscription;
    this.#commits = commits;
    this.#seek = seek;
    // What was deleted before it was handled is gone: the group goes on with the first event that is left.
    this.#isBehind = committed !== undefined && committed.offset < earliest;
    const from = this.#isBehind ? undefined : committed;
    this.#committed = from?.offset ?? earliest;
    this.#assignment = {
      topic: subscription.topic,
      partition,
      endAtAssignment: end,
      committedAtAssignment: from,
      signal: this.#leaving.signal,
      commit: async (position) => this.#commit(position),
    };
  }

  get signal(): AbortSignal {
    return this.#leaving.signal;
  }

  /** A group without a position would start where it likes, and its lag could not be told: it gets the earliest offset. */
  async open(): Promise<void> {
    if (this.#assignment.committedAtAssignment === undefined) {
      await this.#commit({ offset: this.#committed, metadata: '' });
    }
    // Left alone, kafkajs would ask for what is gone, and commit -2 in its place: KEDA takes that for the lag of a full topic.
    if (this.#isBehind) this.#seek(this.#committed);
    await this.#subscription.assigned?.(this.#assignment);
  }

  /** Delivers these after what is in hand; resolves when that is done, also when it was rejected. */
  async take(messages: readonly LoggedMessage[]): Promise<void> {
    this.#running = this.#running.then(async () => this.#deliver(messages));
    return this.#running;
  }

  /** Tells the handlers to come to an end. */
  abort(): void {
    this.#leaving.abort(
      new DependencyError('PARTITION_LOST', `${this.#assignment.topic}/${this.partition} is leaving`),
    );
  }

  /** Waits for the batch in hand, says goodbye; afterwards nothing of this partition can be committed. */
  async leave(): Promise<void> {
    this.abort();
    const goodbye = this.#running.then(async () => this.#subscription.revoked?.(this.#assignment));
    const done = new AbortController();
    const late = delay(LEAVE_WITHIN_MS, undefined, { signal: done.signal }).catch(() => undefined);
    // Its last commit may fail because the group went on without us; the next owner repeats what it did not see.
    await Promise.race([goodbye.catch(() => undefined), late]);
    done.abort();
    this.#isOurs = false;
  }

  async #deliver(messages: readonly LoggedMessage[]): Promise<void> {
    const { maxBatch, deliver } = this.#subscription;
    try {
      for (let at = 0; at < messages.length && !this.signal.aborted; at += maxBatch) {
        await deliver({ ...this.#assignment, messages: messages.slice(at, at + maxBatch) });
      }
    } catch {
      // Whoever rejected has said why; here it only means "read again from the committed offset".
      await delay(REDELIVERY_MS, undefined, { signal: this.signal }).catch(() => undefined);
      if (!this.signal.aborted) this.#seek(this.#committed);
    }
  }

  async #commit(position: Committed): Promise<void> {
    const { topic } = this.#assignment;
    if (!this.#isOurs) {
      throw new DependencyError('PARTITION_LOST', `${topic}/${this.partition} is no longer owned by this member`);
    }
    if (Buffer.byteLength(position.metadata) > MAX_METADATA_BYTES) {
      throw new RangeError(`expected at most ${MAX_METADATA_BYTES} bytes of offset metadata`);
    }
    await this.#commits.commit(this.partition, position);
    this.#committed = position.offset;
  }
}
