import { systemClock, type Broker, type Clock, type LoggedMessage, type Subscription } from '@weatherline/runtime';
import type { CommitRecord } from '../invariants/index.ts';
import { Group, Member } from './group.ts';
import { MemoryLog } from './log.ts';

export type MemoryBrokerOptions = {
  readonly clock?: Clock;
  /** How long a member may take to let go of a partition before it is put out; default 30 s. */
  readonly drainMs?: number;
  /** True = the batch that was just delivered comes once more. */
  readonly redelivers?: () => boolean;
};

export type MemoryBroker = Broker & {
  /** Every commit that was taken, in order. */
  readonly commits: readonly (CommitRecord & { readonly metadata: string })[];
  /**
   * Puts a member out: its partitions move at once, its commits are refused. It runs on until it notices and joins again;
   * without `noticesAfterMs` it is gone for good, as after a crash.
   */
  evict(membership: AsyncDisposable, noticesAfterMs?: number): Promise<void>;
  /** Takes every partition of a group to another member, as a rebalance does: each is drained first. */
  rebalance(group: string, topic: string): Promise<void>;
  /** How many events a group has not finished. */
  backlog(group: string, topic: string): number;
};

/** A broker in memory: a log, groups and members, on any clock, with the accidents that a real one has. */
export function createMemoryBroker(options: MemoryBrokerOptions = {}): MemoryBroker {
  return new InMemory(options);
}

class InMemory implements MemoryBroker {
  readonly commits: (CommitRecord & { readonly metadata: string })[] = [];
  readonly #log = new MemoryLog();
  readonly #clock: Clock;
  readonly #options: MemoryBrokerOptions;
  readonly #groups = new Map<string, Group>();
  readonly #memberships = new Map<AsyncDisposable, { readonly group: Group; readonly member: Member }>();

  constructor(options: MemoryBrokerOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  async ensureTopics(topics: Parameters<Broker['ensureTopics']>[0]): Promise<void> {
    for (const spec of topics) this.#log.ensure(spec);
  }

  async publish(topic: string, messages: Parameters<Broker['publish']>[1]): Promise<void> {
    const touched = this.#log.append(topic, messages, this.#clock.now());
    for (const [name, { members }] of this.#groups) {
      if (!name.endsWith(` ${topic}`)) continue;
      for (const { owned } of members) for (const partition of touched) owned.get(partition)?.wake();
    }
  }

  async subscribe(subscription: Subscription): Promise<AsyncDisposable> {
    const { group: name, topic } = subscription;
    const group = this.#groupOf(name, topic);
    const member = new Member({
      log: this.#log,
      clock: this.#clock,
      subscription,
      redelivers: this.#options.redelivers ?? (() => false),
      committed: (partition, position) => {
        this.#log.commit(name, topic, partition, position);
        this.commits.push({ group: name, topic, partition, ...position });
      },
    });
    const membership = {
      [Symbol.asyncDispose]: async () => {
        if (this.#memberships.delete(membership)) await group.leave(member);
      },
    };
    this.#memberships.set(membership, { group, member });
    await group.join(member);
    return membership;
  }

  async lag(group: string, topic: string): ReturnType<Broker['lag']> {
    return this.#log.lag(group, topic);
  }

  async *read(topic: string, from: Parameters<Broker['read']>[1]): AsyncIterable<LoggedMessage> {
    yield* this.#log.read(topic, from);
  }

  async evict(membership: AsyncDisposable, noticesAfterMs?: number): Promise<void> {
    const known = this.#memberships.get(membership);
    if (noticesAfterMs === undefined) this.#memberships.delete(membership);
    if (known !== undefined) await known.group.evict(known.member, noticesAfterMs);
  }

  async rebalance(group: string, topic: string): Promise<void> {
    await this.#groupOf(group, topic).shuffle();
  }

  backlog(group: string, topic: string): number {
    return this.#log.lag(group, topic).reduce((sum, { lag }) => sum + lag, 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#memberships.keys()].map(async (membership) => membership[Symbol.asyncDispose]()));
  }

  #groupOf(name: string, topic: string): Group {
    const id = `${name} ${topic}`;
    const known = this.#groups.get(id);
    if (known !== undefined) return known;
    const group = new Group(this.#log.partitionCount(topic), this.#clock, this.#options.drainMs ?? 30_000);
    this.#groups.set(id, group);
    return group;
  }
}
