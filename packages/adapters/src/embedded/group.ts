/** The partitions of one topic, shared among the members of one group in this process. */
export type Member = {
  /** Is told the whole of what it owns now; resolves when what it lost is let go. */
  readonly own: (partitions: readonly number[]) => Promise<void>;
};

export class Group {
  readonly #partitions: number;
  readonly #members: Member[] = [];
  #settled: Promise<void> = Promise.resolve();

  constructor(partitions: number) {
    this.#partitions = partitions;
  }

  async join(member: Member): Promise<void> {
    this.#members.push(member);
    return this.#rebalance();
  }

  async leave(member: Member): Promise<void> {
    const at = this.#members.indexOf(member);
    if (at >= 0) this.#members.splice(at, 1);
    return this.#rebalance(member);
  }

  /** One at a time: everybody lets go of what is taken away before anybody gets something new. */
  async #rebalance(leaver?: Member): Promise<void> {
    const previous = this.#settled;
    this.#settled = (async () => {
      await previous;
      if (leaver !== undefined) await leaver.own([]);
      const members = [...this.#members];
      const shares = members.map((_, index) => this.#shareOf(index, members.length));
      const held = new Map(members.map((member, index) => [member, shares[index] ?? []]));
      for (const phase of ['shrink', 'grow'] as const) {
        await Promise.all([...held].map(async ([member, share]) => this.#tell(member, share, phase)));
      }
    })();
    return this.#settled;
  }

  readonly #owned = new Map<Member, readonly number[]>();

  async #tell(member: Member, share: readonly number[], phase: 'shrink' | 'grow'): Promise<void> {
    const owned = this.#owned.get(member) ?? [];
    const next = phase === 'shrink' ? owned.filter((partition) => share.includes(partition)) : share;
    this.#owned.set(member, next);
    await member.own(next);
  }

  #shareOf(index: number, members: number): number[] {
    return Array.from({ length: this.#partitions }, (_, partition) => partition).filter(
      (partition) => partition % members === index,
    );
  }
}
