import { parseSlot, slotId } from '@weatherline/events';
import { EXIT } from '@weatherline/runtime';
import { Failure } from '../failure.ts';
import { table, type Output } from '../output.ts';
import { readPlan, type Plan } from '../plan.ts';
import { failuresOfRun } from '../product-reader.ts';
import { openReading, type Reading } from '../reading.ts';
import { runState, type RunState } from '../trigger.ts';

type Shown = { run: string; reason: string; state: string; parts: number; stored: number; locations: number };

/** The newest runs that were planned, newest first. */
export async function listRuns({ data, limit }: { data: string; limit: number }, output: Output): Promise<number> {
  await using resources = new AsyncDisposableStack();
  const reading = await openReading(data, resources);
  const shown: Shown[] = [];
  for (const id of (await plannedRuns(reading)).slice(-limit).toReversed()) {
    const plan = await readPlan(reading.store, id);
    if (plan !== undefined) shown.push(show(plan, await runState(reading.store, reading.log, plan)));
  }
  output.result({ items: shown }, ({ items }) =>
    items.length === 0
      ? 'no runs yet'
      : table(
          ['RUN', 'STATE', 'REASON', 'PARTS', 'STORED', 'LOCATIONS'],
          items.map((item) => [item.run, item.state, item.reason, item.parts, item.stored, item.locations]),
        ),
  );
  return EXIT.ok;
}

export async function showRun({ data, slot }: { data: string; slot: string }, output: Output): Promise<number> {
  await using resources = new AsyncDisposableStack();
  const { store, log } = await openReading(data, resources);
  const id = slotOf(slot);
  const plan = await readPlan(store, id);
  if (plan === undefined)
    throw new Failure(EXIT.notFound, `there is no run ${id}: weatherline runs list shows what there is`);
  const state = await runState(store, log, plan);
  const failures = await failuresOfRun(store, plan);
  output.result({ ...show(plan, state), keys: state.stored, failures, dead_letters: state.deadLetters }, (run) =>
    [
      `run        ${run.run}`,
      `state      ${run.state}`,
      `reason     ${run.reason}`,
      `locations  ${run.locations}, of which ${failures.length} failed`,
      ...run.keys.map((key) => `product    ${key}`),
      ...failures.map(({ location, code, detail = '' }) => `failed     ${location}  ${code}  ${detail}`.trimEnd()),
      ...state.deadLetters.map(({ topic, code, message }) => `set aside  ${topic}  ${code}: ${message}`),
    ].join('\n'),
  );
  return EXIT.ok;
}

/** Reads a slot that a person typed, as a slot id. */
export function slotOf(text: string): string {
  try {
    return slotId(parseSlot(text));
  } catch (cause) {
    throw new Failure(EXIT.usage, cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

async function plannedRuns({ store }: Reading): Promise<string[]> {
  const ids: string[] = [];
  let startAfter: string | undefined;
  do {
    const page = await store.list({ prefix: 'weather-runs/', ...(startAfter === undefined ? {} : { startAfter }) });
    for (const { key } of page.objects) {
      const [, year, month, day, time] = /^weather-runs\/(\d{4})\/(\d{2})\/(\d{2})\/(\d{6})\.json$/.exec(key) ?? [];
      if (time !== undefined) ids.push(`${year}${month}${day}T${time}Z`);
    }
    startAfter = page.next;
  } while (startAfter !== undefined);
  return ids;
}

function show(plan: Plan, state: RunState): Shown {
  const ended = state.missing === 0 ? 'complete' : state.deadLetters.length > 0 ? 'failed' : 'open';
  return {
    run: plan.run.id,
    reason: plan.run.reason,
    state: ended,
    parts: plan.parts.length,
    stored: state.stored.length,
    locations: plan.parts.reduce((sum, part) => sum + part.length, 0),
  };
}
