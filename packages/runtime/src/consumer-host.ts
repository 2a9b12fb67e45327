import { groupOf, topicOf, type Chained, type Lane } from '@weatherline/events';
import { systemClock } from './clock.ts';
import type { FunctionDefinition, Logger } from './define-function.ts';
import { createMessageHandler, type Observe } from './handle-message.ts';
import { HaltSwitch } from './halt-switch.ts';
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
  /** Tells a crash from a lost connection; only a simulation has more than one process in one. */
  readonly process?: string;
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
  const { broker, lane = 'live', concurrency = 8 } = options;
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
    random: options.random ?? Math.random,
  });
  const workers = new Map<number, PartitionWorker>();
  const open = (assignment: Assignment): PartitionWorker => {
    const worker = new PartitionWorker(assignment, {
      concurrency,
      maxBatch: MAX_BATCH,
      ...(options.process === undefined ? {} : { process: options.process }),
    });
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
  return {
    name: group,
    get haltedBy() {
      return halt.cause ?? subscription.trouble;
    },
    [Symbol.asyncDispose]: async () => subscription[Symbol.asyncDispose](),
  };
}
