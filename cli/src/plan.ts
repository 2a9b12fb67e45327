import {
  canonicalJson,
  instantText,
  Location,
  planKey,
  RunRequested,
  slotId,
  SlotInstant,
  topicOf,
  Run,
  type Lane,
} from '@weatherline/events';
import type { Schedule } from '@weatherline/events/schedule';
import {
  encodeEvent,
  envelopeOf,
  EXIT,
  PermanentError,
  type Broker,
  type ObjectReader,
  type ObjectStore,
} from '@weatherline/runtime';
import * as v from 'valibot';
import { Failure } from './failure.ts';

const Plan = v.looseObject({
  schema: v.literal('weatherline.run-plan/1'),
  run: Run,
  schedule: v.string(),
  previousSlot: SlotInstant,
  expiresAt: SlotInstant,
  parts: v.pipe(v.array(v.pipe(v.array(Location), v.minLength(1))), v.minLength(1)),
});

/** A run as it was planned, once: its parts with their locations. */
export type Plan = v.InferOutput<typeof Plan>;

export type Planning = {
  readonly slot: Date;
  readonly reason: Run['reason'];
  readonly schedule: Schedule;
  readonly locations: readonly Location[];
  readonly partSize: number;
};

/** Splits a run into parts, in the order of the location ids. */
export function planRun({ slot, reason, schedule, locations, partSize }: Planning): Plan {
  const sorted = locations.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const parts: Location[][] = [];
  for (let at = 0; at < sorted.length; at += partSize) parts.push(sorted.slice(at, at + partSize));
  return {
    schema: 'weatherline.run-plan/1',
    run: { id: slotId(slot), slot: instantText(slot), reason },
    schedule: schedule.expression,
    previousSlot: instantText(schedule.previous(slot)),
    expiresAt: instantText(schedule.next(slot)),
    parts,
  };
}

/** Stores the plan, or takes the one that is stored: a run is planned once and never guessed again. */
export async function settlePlan(
  store: Pick<ObjectStore, 'get' | 'put'>,
  plan: Plan,
): Promise<{ plan: Plan; isNew: boolean }> {
  const key = planKey(plan.run.id);
  const body = Buffer.from(`${canonicalJson(plan)}\n`);
  const metadata = { run: plan.run.id, reason: plan.run.reason };
  const put = await store.put(key, body, { ifNoneMatch: '*', contentType: 'application/json', metadata });
  if (put.stored) return { plan, isNew: true };
  const existing = await readPlan(store, plan.run.id);
  if (existing === undefined) throw new PermanentError('PLAN_VANISHED', `${key} vanished while it was read`);
  return { plan: existing, isNew: false };
}

export async function readPlan(store: Pick<ObjectReader, 'get'>, runId: string): Promise<Plan | undefined> {
  const object = await store.get(planKey(runId));
  if (object === undefined) return undefined;
  try {
    const parsed: unknown = JSON.parse(Buffer.from(object.body).toString('utf8'));
    return v.parse(Plan, parsed);
  } catch (cause) {
    throw new BrokenPlan(runId, cause);
  }
}

/** What is stored in the place of a plan is none. */
export class BrokenPlan extends Failure {
  constructor(runId: string, cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause);
    super(
      EXIT.conflict,
      `${planKey(runId)} is no plan of a run (${why}): expected what a trigger has stored. ` +
        `Restore it from a copy, or take it away and ask for ${runId} again`,
      { cause },
    );
  }
}

/** Publishes `run.requested` of every part. Doing it twice asks for nothing new: fetch has its memo. */
export async function requestRun(broker: Broker, plan: Plan, lane: Lane = 'live'): Promise<void> {
  const messages = plan.parts.map((locations, index) =>
    encodeEvent(
      envelopeOf(RunRequested, {
        run: plan.run,
        part: { index: index + 1, count: plan.parts.length },
        locations,
        previousSlot: plan.previousSlot,
        expiresAt: plan.expiresAt,
      }),
    ),
  );
  await broker.publish(topicOf(RunRequested, lane), messages);
}
