import type { Clock } from '@weatherline/runtime';
import { OwnedPartition, type Owning } from './owned-partition.ts';

/** One member of a group, and what it owns just now. */
export class Member {
  readonly owned = new Map<number, OwnedPartition>();
  /** It has left for good: nothing brings it back. */
  hasLeft = false;
  readonly #owning: Owning;

  constructor(owning: Owning) {
    this.#owning = owning;
  }

  own(partition: number): void {
    if (!this.owned.has(partition)) this.owned.set(partition, new OwnedPartition(this.#owning, partition));
  }

  async letGo(partitions: readonly number[]): Promise<void> {
    await Promise.all(
      partitions.map(async (partition) => {
        await this.owned.get(partition)?.leave();
        this.owned.delete(partition);
      }),
    );
  }
}

/** The partitions of one topic, shared among the members of one group. */
export class Group {
  readonly #partitions: number;
  readonly #clock: Clock;
  readonly #drainMs: number;
  #members: Member[] = [];
  #settled: Promise<void> = Promise.resolve();
  /** Moves the share of each member on by one at every forced rebalance. */
  #turn = 0;
  readonly #evicted = new Map<Member, () => void>();

  constructor(partitions: number, clock: Clock, drainMs: number) {
    this.#partitions = partitions;
    this.#clock = clock;
    this.#drainMs = drainMs;
  }

  get members(): readonly Member[] {
    return this.#members;
  }

  async join(member: Member): Promise<void> {
    this.#members.push(member);
    return this.#rebalance();
  }

  async leave(member: Member): Promise<void> {
    member.hasLeft = true;
    await this.#inTurn(async () => {
      await this.#drain(member, [...member.owned.keys()]);
      this.#remove(member);
    });
    return this.#rebalance();
  }

  /** Every partition changes hands, as far as there are hands. */
  async shuffle(): Promise<void> {
    this.#turn += 1;
    return this.#rebalance();
  }

  /**
   * Puts a member out at once: its commits are refused from now on, and its partitions go to the others. It runs on
   * until it notices, `noticesAfterMs` later, and joins again; undefined = it never does.
   */
  async evict(member: Member, noticesAfterMs: number | undefined): Promise<void> {
    if (noticesAfterMs === undefined) member.hasLeft = true;
    // It is out already, and on its way back.
    if (!this.#members.includes(member)) return;
    this.#putOut(member);
    this.#evicted.get(member)?.();
    if (noticesAfterMs !== undefined) void this.#returns(member, noticesAfterMs);
    return this.#rebalance();
  }

  #putOut(member: Member): void {
    for (const owned of member.owned.values()) owned.fence();
    this.#remove(member);
  }

  async #returns(member: Member, noticesAfterMs: number): Promise<void> {
    if (noticesAfterMs > 0) await this.#clock.sleep(noticesAfterMs);
    await member.letGo([...member.owned.keys()]);
    if (!member.hasLeft && !this.#members.includes(member)) await this.join(member);
  }

  #remove(member: Member): void {
    this.#members = this.#members.filter((one) => one !== member);
  }

  /** One at a time: everybody lets go of what is taken away before anybody gets something new. */
  async #rebalance(): Promise<void> {
    return this.#inTurn(async () => {
      await Promise.all(
        this.#members.map(async (member) => {
          const share = this.#shareOf(member);
          await this.#drain(
            member,
            [...member.owned.keys()].filter((partition) => !share.includes(partition)),
          );
        }),
      );
      // Whoever did not let go in time has been put out meanwhile; shares are counted anew.
      const members = [...this.#members];
      const taken = new Set(members.flatMap((member) => [...member.owned.keys()]));
      for (const member of members) {
        for (const partition of this.#shareOf(member)) if (!taken.has(partition)) member.own(partition);
      }
      if (members.some((member) => this.#shareOf(member).length !== member.owned.size)) void this.#rebalance();
    });
  }

  async #inTurn(work: () => Promise<void>): Promise<void> {
    const previous = this.#settled;
    this.#settled = previous.then(work);
    return this.#settled;
  }

  /** Waits until a member has let go, but no longer than it may take: then it is out. */
  async #drain(member: Member, partitions: readonly number[]): Promise<void> {
    if (partitions.length === 0) return;
    const done = new AbortController();
    const { promise: isOut, resolve } = Promise.withResolvers<void>();
    this.#evicted.set(member, resolve);
    const late = this.#clock.sleep(this.#drainMs, done.signal).then(
      () => 'late' as const,
      () => undefined,
    );
    const first = await Promise.race([member.letGo(partitions), late, isOut]);
    this.#evicted.delete(member);
    done.abort();
    if (first !== 'late') return;
    this.#putOut(member);
    void this.#returns(member, 0);
  }

  #shareOf(member: Member): number[] {
    const index = this.#members.indexOf(member);
    if (index < 0) return [];
    return Array.from({ length: this.#partitions }, (_, partition) => partition).filter(
      (partition) => (partition + this.#turn) % this.#members.length === index,
    );
  }
}
