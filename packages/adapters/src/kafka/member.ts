import { setTimeout as delay } from 'node:timers/promises';
import { backoffMs, DependencyError, type LoggedMessage, type Logger, type Subscription } from '@weatherline/runtime';
import type { Admin, Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import { assignerWith } from './assigner.ts';
import { CommitQueue } from './commit-queue.ts';
import { brokerError, isLost } from './errors.ts';
import type { ConsumerGroup } from './internals.ts';
import { loggedMessage } from './message.ts';
import { OwnedPartition, type Assigned } from './owned-partition.ts';
import { positionsOf } from './positions.ts';

export type MemberTimes = {
  /** How long the group waits for a silent member before it gives its partitions away. */
  readonly sessionMs: number;
  readonly heartbeatMs: number;
  /** How long a fetch waits at the broker when there is nothing. */
  readonly fetchWaitMs: number;
};

export const MEMBER_TIMES: MemberTimes = { sessionMs: 10_000, heartbeatMs: 3_000, fetchWaitMs: 500 };

const REBALANCE_MS = 60_000;
const PARTITION_BYTES = 512 * 1024;
/** How long the fetcher waits for a batch before it goes on without that partition. */
const SLICE_MS = 250;
/** Without an answer for so long a member is in trouble, and for so long it starts again. */
const TROUBLE_AFTER_MS = 10_000;
const SILENT_MS = 120_000;
const POSITIONS_WITHIN_MS = 10_000;
const POSITIONS_WAIT_MS = 200;
const DISCONNECT_WITHIN_MS = 8_000;
const RESTART_BACKOFF = { firstMs: 500, capMs: 10_000 };

/** One consumer of kafkajs, from its start to its crash or close. */
type Life = { isOver: boolean };

/** One member of a group: joins, delivers, heartbeats, drains before every rejoin, and starts again after a crash. */
export class Member implements AsyncDisposable {
  readonly #kafka: Kafka;
  readonly #admin: () => Promise<Admin>;
  readonly #subscription: Subscription;
  readonly #times: MemberTimes;
  readonly #log: Logger | undefined;
  readonly #closing = new AbortController();
  readonly #partitions = new Map<number, OwnedPartition>();
  #group: ConsumerGroup | undefined;
  #commits: CommitQueue | undefined;
  #lastAnswer = 0;
  #trouble: unknown;
  #crash: ((cause: unknown) => void) | undefined;
  readonly #first = Promise.withResolvers<void>();
  readonly #running: Promise<void>;

  constructor(
    kafka: Kafka,
    admin: () => Promise<Admin>,
    subscription: Subscription,
    { times, log }: { readonly times: MemberTimes; readonly log: Logger | undefined },
  ) {
    this.#kafka = kafka;
    this.#admin = admin;
    this.#subscription = subscription;
    this.#times = times;
    this.#log = log;
    this.#running = this.#run();
  }

  /** Resolves when the group has been joined once, or could not be: then it goes on trying. */
  async started(): Promise<void> {
    await this.#first.promise;
  }

  /** Why nothing is consumed just now; undefined = all is well. */
  get trouble(): unknown {
    const silent = Date.now() - this.#lastAnswer;
    if (this.#trouble !== undefined || silent < TROUBLE_AFTER_MS) return this.#trouble;
    const { topic } = this.#subscription;
    return new DependencyError('BROKER_UNAVAILABLE', `consume ${topic}: no answer from a broker for ${silent} ms`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    this.#crash?.(undefined);
    await this.#running;
  }

  async #run(): Promise<void> {
    for (let tries = 0; !this.#closing.signal.aborted; tries += 1) {
      const since = Date.now();
      const cause = await this.#consume();
      if (this.#closing.signal.aborted) break;
      this.#trouble = brokerError(cause, `consume ${this.#subscription.topic}`);
      this.#log?.warn('consumer restarts', { ...this.#names(), err: this.#trouble });
      this.#first.resolve();
      if (Date.now() - since > SILENT_MS) tries = 0;
      const wait = backoffMs(RESTART_BACKOFF, tries, Math.random);
      await delay(wait, undefined, { signal: this.#closing.signal }).catch(() => undefined);
    }
    this.#first.resolve();
  }

  /** Resolves with the cause when the consumer has crashed, or is asked to close. */
  async #consume(): Promise<unknown> {
    const { group, topic } = this.#subscription;
    const crashed = new Promise<unknown>((resolve) => (this.#crash = resolve));
    const life = { isOver: false };
    const consumer = this.#kafka.consumer({
      groupId: group,
      sessionTimeout: this.#times.sessionMs,
      heartbeatInterval: this.#times.heartbeatMs,
      rebalanceTimeout: REBALANCE_MS,
      maxWaitTimeInMs: this.#times.fetchWaitMs,
      maxBytesPerPartition: PARTITION_BYTES,
      allowAutoTopicCreation: false,
      readUncommitted: true,
      // kafkajs counts over the life of a consumer; a member that stays needs no new session when the brokers are back.
      retry: { retries: 30, initialRetryTime: 200, maxRetryTime: 2_000, restartOnFailure: async () => false },
      partitionAssigners: [
        assignerWith({
          leaving: async () => this.#leaveAll(),
          joined: async (joined) => {
            if (!life.isOver) await this.#joined(joined, life);
            if (!life.isOver) return;
            // kafkajs ignores a stop that comes while it joins, and would go on as a member that nobody knows of.
            await joined.leave().catch(() => undefined);
            throw new Error('the consumer has been closed');
          },
        }),
      ],
    });
    consumer.on(consumer.events.CRASH, ({ payload }) => this.#crash?.(payload.error));
    // A fetch that failed is a FETCH event too; a REQUEST is one that was answered.
    consumer.on(consumer.events.REQUEST, () => (this.#lastAnswer = Date.now()));
    const beat = setInterval(() => void this.#heartbeat(), this.#times.heartbeatMs / 3);
    this.#lastAnswer = Date.now();
    try {
      const running = this.#start(consumer, topic).catch((error: unknown) => error ?? new Error('the consumer ended'));
      const failed = await Promise.race([crashed, running.then(async (error) => error ?? crashed)]);
      return failed;
    } finally {
      life.isOver = true;
      // After a crash no commit would arrive; waiting for it would only delay the next start.
      if (!this.#closing.signal.aborted) this.#commits?.close();
      await this.#leaveAll();
      clearInterval(beat);
      await this.#disconnect(consumer);
    }
  }

  async #start(consumer: Consumer, topic: string): Promise<undefined> {
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await consumer.run({
      // Its own commits would run ahead of the effects.
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: 64,
      eachBatch: async (payload) => this.#eachBatch(payload),
    });
    return undefined;
  }

  async #disconnect(consumer: Consumer): Promise<void> {
    const done = new AbortController();
    const late = delay(DISCONNECT_WITHIN_MS, undefined, { signal: done.signal }).catch(() => undefined);
    await Promise.race([consumer.disconnect().catch(() => undefined), late]);
    done.abort();
  }

  async #joined(group: ConsumerGroup, life: Life): Promise<void> {
    const { topic } = this.#subscription;
    const mine = group.assigned().find((assigned) => assigned.topic === topic)?.partitions ?? [];
    const commits = new CommitQueue(group, topic);
    try {
      const positions = await this.#positions(life);
      this.#commits = commits;
      this.#group = group;
      for (const position of positions) {
        if (!mine.includes(position.partition)) continue;
        const { partition } = position;
        const seek = (offset: number): void => group.seek({ topic, partition, offset: String(offset) });
        this.#partitions.set(partition, new OwnedPartition(this.#subscription, position, commits, seek));
      }
      await Promise.all([...this.#partitions.values()].map(async (owned) => owned.open()));
    } catch (error) {
      // A rebalance that comes meanwhile is met by the next heartbeat; anything else is a new start.
      if (!isLost(error) && !(error instanceof Error && 'code' in error && error.code === 'PARTITION_LOST')) {
        life.isOver = true;
        this.#crash?.(error);
      }
      await this.#leaveAll();
      return;
    }
    this.#lastAnswer = Date.now();
    this.#trouble = undefined;
    this.#log?.info('partitions assigned', {
      ...this.#names(),
      partitions: mine.toSorted((one, other) => one - other),
      generation: group.generationId,
    });
    this.#first.resolve();
  }

  /** A coordinator that has just moved is loading for a while: that is no reason to start again. */
  async #positions(life: Life): Promise<Assigned[]> {
    const { group, topic } = this.#subscription;
    for (const deadline = Date.now() + POSITIONS_WITHIN_MS; ;) {
      try {
        return await positionsOf(await this.#admin(), group, topic);
      } catch (error) {
        if (life.isOver || Date.now() > deadline || brokerError(error, 'ask').disposition === 'halt') throw error;
        await delay(POSITIONS_WAIT_MS);
      }
    }
  }

  async #leaveAll(): Promise<void> {
    const group = this.#group;
    this.#group = undefined;
    await Promise.all([...this.#partitions.values()].map(async (owned) => owned.leave()));
    // kafkajs keeps pauses over a rejoin.
    group?.resume([{ topic: this.#subscription.topic, partitions: [...this.#partitions.keys()] }]);
    this.#partitions.clear();
    this.#commits?.close();
    this.#commits = undefined;
  }

  async #heartbeat(): Promise<void> {
    const group = this.#group;
    if (group === undefined) return;
    if (Date.now() - this.#lastAnswer > SILENT_MS)
      this.#crash?.(new Error(`no answer from a broker for ${SILENT_MS} ms`));
    try {
      await group.heartbeat({ interval: this.#times.heartbeatMs });
    } catch (error) {
      // The others wait for us: the handlers are told at once, kafkajs rejoins when its batches have returned.
      if (isLost(error)) for (const owned of this.#partitions.values()) owned.abort();
    }
  }

  async #eachBatch(payload: EachBatchPayload): Promise<void> {
    const { batch } = payload;
    const { topic } = this.#subscription;
    const owned = this.#partitions.get(batch.partition);
    const group = this.#group;
    if (owned === undefined || group === undefined || owned.signal.aborted) {
      // Not ours any more: nothing is resolved, so the next owner, or we after the rejoin, fetch it again.
      await delay(50);
      return;
    }
    const messages = batch.messages.map((message): LoggedMessage => loggedMessage(topic, batch.partition, message));
    const last = batch.messages.at(-1);
    if (last === undefined) return;
    // The fetch position moves past what we hold; a rejected batch seeks back.
    payload.resolveOffset(last.offset);
    const done = owned.take(messages);
    const slice = new AbortController();
    const ended = AbortSignal.any([slice.signal, owned.signal]);
    const settled = await Promise.race([
      done.then(() => true),
      delay(SLICE_MS, undefined, { signal: ended }).then(
        () => false,
        () => false,
      ),
    ]);
    slice.abort();
    if (settled || owned.signal.aborted) return;
    // It waits or is slow: the others of this broker are not held for it.
    const here = [{ topic, partitions: [batch.partition] }];
    group.pause(here);
    void done.finally(() => group.resume(here));
  }

  #names(): { group: string; topic: string } {
    const { group, topic } = this.#subscription;
    return { group, topic };
  }
}
