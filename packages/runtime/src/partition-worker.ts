import { CommitTracker } from './commit-tracker.ts';
import { OneAtATime } from './one-at-a-time.ts';
import type { LoggedMessage, PartitionBatch } from './ports.ts';

type Assignment = Omit<PartitionBatch, 'messages'>;

/** What a partition needs of the process that it is handled in. */
export type PartitionProcess = { readonly id: string; readonly turn: () => Promise<void> };

/** Handles one message to its end. False = it was abandoned because the partition or the process is going away. */
export type HandleMessage = (message: LoggedMessage, worker: PartitionWorker) => Promise<boolean>;

/** One partition while it is ours: bounded concurrency, contiguous commits, care after an unclean start. */
export class PartitionWorker {
  readonly tracker: CommitTracker;
  readonly signal: AbortSignal;
  readonly #assignment: Assignment;
  readonly #concurrency: number;
  readonly #turn: () => Promise<void>;
  /** Offsets below this may have been in hand when the last owner died: one at a time, each start committed first. */
  readonly #carefulBelow: number;
  readonly #commits = new OneAtATime();
  #committing: Promise<void> | undefined;
  #dirty = false;
  #hasPosition: boolean;
  #barrier: Promise<void> | undefined;

  constructor(
    assignment: Assignment,
    { concurrency, maxBatch, process }: { concurrency: number; maxBatch: number; process: PartitionProcess },
  ) {
    const committed = assignment.committedAtAssignment;
    this.tracker = new CommitTracker(committed, process.id);
    this.signal = assignment.signal;
    this.#hasPosition = committed !== undefined;
    this.#assignment = assignment;
    this.#concurrency = concurrency;
    this.#turn = process.turn;
    this.#carefulBelow = this.tracker.unclean
      ? Math.min(assignment.endAtAssignment, (committed?.offset ?? 0) + maxBatch)
      : 0;
  }

  isCareful(offset: number): boolean {
    return offset < this.#carefulBelow;
  }

  async deliver(batch: PartitionBatch, handle: HandleMessage): Promise<void> {
    const todo = batch.messages.filter(({ offset }) => this.tracker.add(offset));
    // A partition that never had a position gets one before its first event starts: without it a crash leaves no trace.
    if (!this.#hasPosition) await this.commitNow();
    this.#hasPosition = true;
    let at = 0;
    const work = async (): Promise<void> => {
      while (at < todo.length && !this.signal.aborted) {
        await this.#barrier;
        const message = todo[at];
        if (message === undefined || this.signal.aborted) return;
        at += 1;
        if (await handle(message, this)) {
          this.tracker.complete(message.offset);
          this.#commitSoon();
        }
      }
    };
    const careful = todo.filter(({ offset }) => this.isCareful(offset)).length;
    if (careful > 0) {
      const rest = todo.splice(careful);
      await work();
      todo.push(...rest);
    }
    await Promise.all(Array.from({ length: Math.min(this.#concurrency, todo.length) }, async () => work()));
    // Even a batch of finished work moves the position.
    this.#commitSoon();
    await this.#committing;
  }

  /** While one event waits for a dependency, no other of its partition is started. */
  async holding<Result>(wait: () => Promise<Result>): Promise<Result> {
    const waited = wait();
    const barrier = waited.then(
      () => undefined,
      () => undefined,
    );
    const before = this.#barrier;
    this.#barrier = before === undefined ? barrier : Promise.all([before, barrier]).then(() => undefined);
    return waited;
  }

  /** Durable when it resolves: before a start that must be counted, and at the end. */
  async commitNow(clean = false): Promise<void> {
    await this.#commit(clean);
  }

  #commitSoon(): void {
    this.#dirty = true;
    this.#committing ??= this.#commitWhileDirty().finally(() => {
      this.#committing = undefined;
    });
    // Awaited by deliver; a rejection must not count as unhandled until then.
    this.#committing.catch(() => undefined);
  }

  async #commitWhileDirty(): Promise<void> {
    while (this.#dirty) {
      // Completions of the same turn share one commit.
      await this.#turn();
      this.#dirty = false;
      await this.#commit(false);
    }
  }

  /** One at a time: on its way, or when it is tried again, an older position must not overtake a newer one. */
  async #commit(clean: boolean): Promise<void> {
    await this.#commits.run(async () => {
      const position = this.tracker.position(clean);
      if (position !== undefined) await this.#assignment.commit(position);
    });
  }
}
