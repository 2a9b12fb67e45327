import { parseSlot, productKey, productMetaKey, slotId, type Location } from '@weatherline/events';
import type { Schedule } from '@weatherline/events/schedule';
import type { Broker, Clock, LogReader, ObjectReader, ObjectStore } from '@weatherline/runtime';
import { readDeadLetters, selectDeadLetters } from './dead-letters.ts';
import { whyNobodyKnows, type Past } from './past.ts';
import { planRun, requestRun, settlePlan, type Plan } from './plan.ts';

export type TriggerPorts = {
  readonly store: ObjectStore;
  readonly broker: Broker;
  readonly schedule: Schedule;
  readonly locations: readonly Location[];
  readonly partSize: number;
};

/** Plans a slot's run, or takes its plan, and asks for it. */
export async function triggerRun(
  ports: TriggerPorts,
  slot: Date,
  reason: Plan['run']['reason'],
): Promise<{ plan: Plan; isNew: boolean }> {
  const settled = await settlePlan(ports.store, planRun({ ...ports, slot, reason }));
  await requestRun(ports.broker, settled.plan);
  return settled;
}

/** Checks a slot that a person typed; throws a RangeError that says why it cannot be triggered. */
export function checkSlot(text: string, { schedule, now, offSchedule, past }: SlotRules): Date {
  const slot = parseSlot(text);
  if (slot.getTime() > now.getTime()) throw new RangeError(`the slot ${slotId(slot)} lies in the future`);
  if (!offSchedule && !schedule.has(slot)) {
    throw new RangeError(
      `${slotId(slot)} is not a slot of the schedule '${schedule.expression}' (the one before it is ` +
        `${slotId(schedule.previous(slot))}): add --off-schedule to trigger it all the same`,
    );
  }
  const why = slot.getTime() < schedule.current(now).getTime() ? whyNobodyKnows(past, slot, now) : undefined;
  if (why !== undefined) throw new RangeError(`${slotId(slot)} is past, and ${why}`);
  return slot;
}

export type SlotRules = {
  readonly schedule: Schedule;
  readonly now: Date;
  readonly offSchedule: boolean;
  /** Who can be asked about slots that have ended. */
  readonly past: Past | undefined;
};

export type DeadLetter = { readonly topic: string; readonly code: string; readonly message: string };

/** How a run stands: which parts can be read, and what was set aside. */
export type RunState = {
  readonly stored: readonly string[];
  readonly missing: number;
  readonly deadLetters: readonly DeadLetter[];
};

export async function runState(store: ObjectReader, log: LogReader, plan: Plan): Promise<RunState> {
  const stored: string[] = [];
  for (const index of plan.parts.keys()) {
    const part = { index: index + 1, count: plan.parts.length };
    const key = productKey(plan.run.id, part);
    // The sidecar is written last: with it the part is whole.
    if ((await store.head(productMetaKey(plan.run.id, part))) !== undefined) stored.push(key);
  }
  const missing = plan.parts.length - stored.length;
  return { stored, missing, deadLetters: missing === 0 ? [] : await deadLettersOf(log, plan.run.id) };
}

/** The dead letters of a run, newest state of each. */
export async function deadLettersOf(log: LogReader, run: string): Promise<DeadLetter[]> {
  const { letters } = await readDeadLetters(log);
  return selectDeadLetters(letters, { run }).map(({ place, code, message }) => ({ topic: place.topic, code, message }));
}

export type WaitOptions = {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Why nothing is consumed, when a function has halted. */
  readonly haltedBy: () => unknown;
  /** How often it looks; default 50 ms. */
  readonly everyMs?: number;
};

export type WaitResult = RunState & { readonly ended: 'stored' | 'dead-letter' | 'halt' | 'timeout' | 'stopped' };

/** Waits until every part of a run is stored, or until it is known that one will not be. */
export async function waitForRun(
  store: ObjectReader,
  log: LogReader,
  plan: Plan,
  { clock, timeoutMs, signal, haltedBy, everyMs = 50 }: WaitOptions,
): Promise<WaitResult> {
  const deadline = clock.now().getTime() + timeoutMs;
  for (;;) {
    const state = await runState(store, log, plan);
    if (state.missing === 0) return { ...state, ended: 'stored' };
    if (state.deadLetters.length >= state.missing) return { ...state, ended: 'dead-letter' };
    if (haltedBy() !== undefined) return { ...state, ended: 'halt' };
    if (signal.aborted) return { ...state, ended: 'stopped' };
    if (clock.now().getTime() > deadline) return { ...state, ended: 'timeout' };
    await clock.sleep(everyMs, signal).catch(() => undefined);
  }
}
