import { slotId } from '@weatherline/events';
import type { Schedule } from '@weatherline/events/schedule';
import { duration, EXIT, stopOnSignals, systemClock } from '@weatherline/runtime';
import { namesCluster, openCluster } from '../cluster.ts';
import { readConfig } from '../config.ts';
import { orderTrigger } from '../control.ts';
import { Failure } from '../failure.ts';
import { socketOf, throwRefused } from '../installation.ts';
import type { Output } from '../output.ts';
import { pastOf, type Past } from '../past.ts';
import { readPlan, type Plan } from '../plan.ts';
import { openReading } from '../reading.ts';
import type { TriggerEnded, TriggerRequested } from '../results/trigger.ts';
import { openOwned } from '../session.ts';
import { checkSlot, triggerRun, waitForRun, type WaitResult } from '../trigger.ts';

export type TriggerOptions = {
  readonly data: string;
  readonly slot?: string;
  readonly wait?: boolean;
  readonly offSchedule?: boolean;
  /** It is the scheduler that asks, not a person. */
  readonly scheduled?: boolean | undefined;
  readonly timeout: string;
};

/** Asks for a slot: through the owner of the directory when there is one, else as its owner until it is done. */
export async function trigger(options: TriggerOptions, output: Output): Promise<number> {
  const timeoutMs = duration(options.timeout);
  if (namesCluster(process.env)) return inCluster(options, output, timeoutMs);
  const config = readConfig(process.env);
  const slot = wantedSlot(options, config.schedule, pastOf(config));
  await using resources = new AsyncDisposableStack();
  try {
    const ports = await openOwned(options.data, output, resources);
    const { system, clock, signal } = ports;
    const { plan, isNew } = await triggerRun({ ...config, ...system }, slot, reasonOf(options));
    // Nobody else would do the work: the owner of a directory stays until the run has ended.
    const { haltedBy } = system;
    const result = await waitForRun(system.store, system.broker, plan, { clock, timeoutMs, signal, haltedBy });
    return report(output, { plan, isNew, result, others: false });
  } catch (error) {
    return throughOwner(options, slot, socketOf(error), output, timeoutMs);
  }
}

/** Asks an installation on Kafka and S3; its own processes do the work. */
async function inCluster(options: TriggerOptions, output: Output, timeoutMs: number): Promise<number> {
  await using resources = new AsyncDisposableStack();
  const cluster = await openCluster(process.env, resources);
  // It is fetch that asks; this process must be told the same as fetch.
  const slot = wantedSlot(options, cluster.schedule, cluster.past);
  const { plan, isNew } = await triggerRun(cluster, slot, reasonOf(options));
  if (options.wait !== true) {
    return requested(output, { run: plan.run.id, parts: plan.parts.length, is_new: isNew });
  }
  const { signal } = resources.use(stopOnSignals(process));
  // Every look asks the brokers for dead letters.
  const waiting = { clock: systemClock, timeoutMs, signal, haltedBy: () => undefined, everyMs: 500 };
  const result = await waitForRun(cluster.store, cluster.broker, plan, waiting);
  return report(output, { plan, isNew, result, others: true });
}

function wantedSlot({ slot, offSchedule = false }: TriggerOptions, schedule: Schedule, past: Past | undefined): Date {
  const now = systemClock.now();
  if (slot === undefined) return schedule.current(now);
  try {
    return checkSlot(slot, { schedule, now, offSchedule, past });
  } catch (error) {
    if (error instanceof RangeError) throw new Failure(EXIT.usage, error.message, { cause: error });
    throw error;
  }
}

function reasonOf({ scheduled = false }: Pick<TriggerOptions, 'scheduled'>): 'schedule' | 'manual' {
  return scheduled ? 'schedule' : 'manual';
}

async function throughOwner(
  { data, wait, scheduled }: TriggerOptions,
  slot: Date,
  socket: string,
  output: Output,
  timeoutMs: number,
): Promise<number> {
  const order = { slot: slotId(slot), reason: reasonOf({ scheduled }) };
  const receipt = await orderTrigger(socket, order).catch((cause: unknown) => throwRefused(data, cause));
  if (wait !== true) return requested(output, { run: receipt.run, parts: receipt.parts, is_new: receipt.isNew });
  await using resources = new AsyncDisposableStack();
  const { store, log } = await openReading(data, resources);
  const plan = await readPlan(store, receipt.run);
  if (plan === undefined) throw new Failure(EXIT.notFound, `run ${receipt.run} has no plan`);
  const { signal } = resources.use(stopOnSignals(process));
  const waiting = { clock: systemClock, timeoutMs, signal, haltedBy: () => undefined };
  const result = await waitForRun(store, log, plan, waiting);
  return report(output, { plan, isNew: receipt.isNew, result, others: true });
}

function requested(output: Output, result: TriggerRequested): number {
  output.result(result, ({ run, parts }) => `${run}  requested, ${parts} ${parts === 1 ? 'part' : 'parts'}`);
  return EXIT.ok;
}

type Waited = {
  readonly plan: Plan;
  readonly isNew: boolean;
  readonly result: WaitResult;
  /** Do other processes go on with the run when this one ends? */
  readonly others: boolean;
};

function report(output: Output, { plan, isNew, result, others }: Waited): number {
  const ended: TriggerEnded = {
    run: plan.run.id,
    parts: plan.parts.length,
    is_new: isNew,
    stored: [...result.stored],
    missing: result.missing,
    dead_letters: [...result.deadLetters],
    ended: result.ended,
  };
  output.result(ended, ({ stored }) => stored.join('\n'));
  for (const { code, message } of result.deadLetters) output.say(`dead letter ${code}: ${message}`);
  if (result.ended === 'stored') return EXIT.ok;
  const { id } = plan.run;
  output.say(`run ${id}: ${result.missing} of ${plan.parts.length} parts are not stored (${result.ended})`);
  if (result.ended === 'stopped') {
    output.say(
      others
        ? `the run goes on: weatherline runs show ${id} shows how it ends`
        : 'nothing that was stored is lost: the next start goes on where it was',
    );
    return EXIT.interrupted;
  }
  if (result.ended === 'dead-letter') output.say(`weatherline dlq list --run ${id} shows what was set aside`);
  return result.ended === 'timeout' ? EXIT.timeout : EXIT.failed;
}
