import { Autoscaler, type Phases } from './autoscaler.ts';
import type { ScalerSettings } from './scaled-objects.ts';
import type { DeletedEvents, PartitionView } from './scaler.ts';

/** So many events more in a partition from this second on. */
export type Arrival = { readonly at: number; readonly partition: number; readonly count: number };

type Span = { readonly from: number; readonly to: number };

export type World = {
  readonly partitions: readonly PartitionView[];
  readonly arrivals: readonly Arrival[];
  /** Events that one replica handles in a second. */
  readonly rate: number;
  /** And all of them together at most, when they share a key. */
  readonly budget?: number;
  /** From a replica that is wanted to one that consumes: node, image, process, join. */
  readonly startSeconds: number;
  /** A group whose members change handles nothing for so long. */
  readonly rebalanceSeconds: number;
  /** Events wait for a dependency: nothing is handled, and the brokers tell so. */
  readonly outages?: readonly Span[];
  /** The brokers do not answer: nothing is handled, and nobody knows. */
  readonly silences?: readonly Span[];
  readonly deleted: DeletedEvents;
  readonly phases: Phases;
  readonly seconds: number;
};

export type Change = { readonly at: number; readonly from: number; readonly to: number };

export type Outcome = {
  readonly changes: readonly Change[];
  readonly replicas: number;
  readonly most: number;
  readonly handled: number;
  /** When the last event was handled. */
  readonly doneAt: number;
  readonly lag: number;
};

type Partition = { committed: number | undefined; start: number; end: number };

function isIn(spans: readonly Span[] | undefined, at: number): boolean {
  return (spans ?? []).some(({ from, to }) => at >= from && at < to);
}

/** The closed loop: what arrives, what the autoscaler makes of it, and what the replicas that it started have handled. */
export function simulate(settings: ScalerSettings, world: World): Outcome {
  const partitions: Partition[] = world.partitions.map((one) => ({ ...one }));
  const autoscaler = new Autoscaler(settings, world.deleted, world.phases);
  const group = new Group(partitions, world);
  const arrivals = Map.groupBy(world.arrivals, ({ at }) => at);
  const changes: Change[] = [];
  let replicas = 0;
  let most = 0;
  for (let at = 0; at < world.seconds; at += 1) {
    for (const { partition, count } of arrivals.get(at) ?? []) {
      const found = partitions[partition];
      if (found !== undefined) found.end += count;
    }
    const isSilent = isIn(world.silences, at);
    if (!isSilent && !isIn(world.outages, at)) group.work(at);
    const next = autoscaler.tick(at, () => (isSilent ? undefined : partitions));
    if (next !== replicas) {
      changes.push({ at, from: replicas, to: next });
      group.resize(at, next);
    }
    replicas = next;
    most = Math.max(most, replicas);
  }
  const lag = partitions.reduce((sum, { committed, start, end }) => sum + end - Math.max(committed ?? start, start), 0);
  return { changes, replicas, most, handled: group.handled, doneAt: group.doneAt, lag };
}

/** Members of a consumer group over the partitions, each with its share of them and its rate. */
class Group {
  handled = 0;
  doneAt = 0;
  readonly #partitions: Partition[];
  readonly #world: World;
  /** When each replica begins to consume. */
  #readyAt: number[] = [];
  #members = 0;
  #busyUntil = 0;
  #owed: number[] = [];

  constructor(partitions: Partition[], world: World) {
    this.#partitions = partitions;
    this.#world = world;
  }

  resize(at: number, replicas: number): void {
    const ready = at + this.#world.startSeconds;
    this.#readyAt = [
      ...this.#readyAt.slice(0, replicas),
      ...Array<number>(Math.max(0, replicas - this.#readyAt.length)).fill(ready),
    ];
  }

  work(at: number): void {
    const members = this.#readyAt.filter((ready) => ready <= at).length;
    if (members !== this.#members) this.#rebalance(at, members);
    if (members === 0 || at < this.#busyUntil) return;
    for (let member = 0; member < members; member += 1) this.#handle(at, member, members);
  }

  /** packages/adapters/src/kafka/owned-partition.ts, open(): a partition without a position gets the earliest one. */
  #rebalance(at: number, members: number): void {
    this.#members = members;
    this.#busyUntil = at + this.#world.rebalanceSeconds;
    this.#owed = Array<number>(members).fill(0);
    if (members > 0) for (const one of this.#partitions) one.committed ??= one.start;
  }

  #handle(at: number, member: number, members: number): void {
    const { rate, budget = Infinity } = this.#world;
    let left = (this.#owed[member] ?? 0) + Math.min(rate, budget / members);
    for (const [index, partition] of this.#partitions.entries()) {
      if (index % members !== member) continue;
      const { committed = partition.start } = partition;
      const from = Math.max(committed, partition.start);
      const count = Math.min(Math.floor(left), partition.end - from);
      if (count <= 0) continue;
      partition.committed = from + count;
      left -= count;
      this.handled += count;
      this.doneAt = at;
    }
    // Half an event is carried on; idle time is not.
    this.#owed[member] = Math.min(left, 1) % 1;
  }
}
