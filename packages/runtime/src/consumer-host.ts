import { randomBytes } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { groupOf, topicOf, type Chained, type Lane } from '@weatherline/events';
import { systemClock } from './clock.ts';
import type { FunctionDefinition, Logger } from './define-function.ts';
import { createMessageHandler, type Observe } from './handle-message.ts';
import { HaltSwitch } from './halt-switch.ts';
import { Lanes } from './lanes.ts';
import type { Elsewhere } from './output-of.ts';
import { OneAtATime } from './one-at-a-time.ts';
import { PartitionWorker } from './partition-worker.ts';
import type { Broker, Clock, PartitionBatch } from './ports.ts';

export type ConsumerOptions<In extends Chained, Out extends Chained> = {
  readonly broker: Broker;
  readonly function: FunctionDefinition<In, Out>;
  readonly lane?: Lane;
  readonly log: Logger;
  readonly clock?: Clock;
  readonly random?: () => number;
  /** How many events of one partition are in hand at once; default 8. */
  readonly concurrency?: number;
  readonly observe?: Observe;
  /** Where outputs are made when not in this thread. */
  readonly elsewhere?: Elsewhere;
  /** What all consumers of a process share; default: this one's. A simulation runs several processes in one. */
  readonly process?: ProcessScope;
};

export type ProcessScope = {
  /** Tells this run of the process from every other one: a crash from a lost connection. */
  readonly id: string;
  readonly careful: OneAtATime;
  /** Lets replayed events give way to live ones. */
  readonly lanes: Lanes;
  /** Resolves when what is going on just now has had its turn. */
  readonly turn: () => Promise<void>;
};

/** What everything in this process shares. */
export const THIS_PROCESS: ProcessScope = {
  id: randomBytes(6).toString('base64url'),
  careful: new OneAtATime(),
  lanes: new Lanes(turn),
  turn,
};

export type Consumer = AsyncDisposable & {
  readonly name: string;
  /** Why nothing is consumed just now; undefined = all is well. */
  readonly haltedBy: unknown;
};

const MAX_BATCH = 64;
const PROBE_MS = 30_000;

type Assignment = Omit<PartitionBatch, 'messages'>;

/** Runs a function behind the broker: its group, its lane, every partition that is assigned to it. */
export async function consume<In extends Chained, Out extends Chained>(
  options: ConsumerOptions<In, Out>,
): Promise<Consumer> {
  const { broker, lane = 'live', concurrency = 8, process = THIS_PROCESS } = options;
  const definition = options.function;
  const clock = options.clock ?? systemClock;
  const group = groupOf(definition.name, lane);
  const halt = new HaltSwitch(clock, PROBE_MS);
  const handle = createMessageHandler({
    ...options,
    definition,
    clock,
    lane,
    group,
    halt,
    careful: process.careful,
    lanes: process.lanes,
    random: options.random ?? Math.random,
  });
  const workers = new Map<number, PartitionWorker>();
  const open = (assignment: Assignment): PartitionWorker => {
    const worker = new PartitionWorker(assignment, { concurrency, maxBatch: MAX_BATCH, process });
    workers.set(assignment.partition, worker);
    return worker;
  };

  const subscription = await broker.subscribe({
    group,
    topic: topicOf(definition.accepts, lane),
    maxBatch: MAX_BATCH,
    // Committed before the first event, so that a crash from here on is seen as one.
    assigned: async (assignment) => open(assignment).commitNow(),
    deliver: async (batch) => (workers.get(batch.partition) ?? open(batch)).deliver(batch, handle),
    revoked: async ({ partition }) => {
      const worker = workers.get(partition);
      workers.delete(partition);
      await worker?.commitNow(true);
    },
  });
  const presence = lane === 'live' ? process.lanes.joinLive() : undefined;
  return {
    name: group,
    get haltedBy() {
      return halt.cause ?? subscription.trouble;
    },
    [Symbol.asyncDispose]: async () => {
      await subscription[Symbol.asyncDispose]();
      presence?.[Symbol.dispose]();
    },
  };
}
