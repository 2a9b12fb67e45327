import { instantText, planKey } from '@weatherline/events';
import { EXIT, readAhead, systemClock, type ObjectReader } from '@weatherline/runtime';
import { assess, type Assessment, type Known } from '../backfill/assess.ts';
import { costOf, costText } from '../backfill/cost.ts';
import { slotsIn } from '../backfill/slots.ts';
import { confirm } from '../confirm.ts';
import { Failure } from '../failure.ts';
import { openInstallation } from '../installation.ts';
import { instantOf } from '../instant.ts';
import type { Output } from '../output.ts';
import { BrokenPlan, readPlan, type Plan } from '../plan.ts';
import { archivedParts, plannedRuns, storedProducts, type ArchivedPart, type SlotRange } from '../replay/archive.ts';
import { keepPlan, totalsOf, type Planned } from '../replay/keep-plan.ts';
import type { BackfillAssessed } from '../results/replay.ts';
import { readRunning, type Running } from '../running.ts';
import { runPlanned, type RunOptions } from './replay.ts';

export type BackfillOptions = RunOptions & {
  readonly data: string;
  readonly from: string;
  readonly to?: string;
  readonly every?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly reason?: string;
};

/** Makes products for slots that have none: from archived readings, else from a provider that knows the past. */
export async function backfill(options: BackfillOptions, output: Output): Promise<number> {
  const now = systemClock.now();
  const range = rangeOf(options, now);
  const running = readRunning(process.env);
  await using resources = new AsyncDisposableStack();
  const installation = await openInstallation(options.data, output, resources);
  const slots = slotsIn(range, running.schedule, options.every);
  const known = await look(installation.store, range);
  const found = assess(slots, known, { now, ...running });
  const told = toldOf(found, running);
  if (found.items.length === 0 || options.dryRun === true) {
    output.result(told, assessedText);
    return found.gaps.length > 0 && options.dryRun !== true ? EXIT.partial : EXIT.ok;
  }
  output.say(assessedText(told));
  const about = `${found.items.length} parts will be made${told.cost.calls > 0 ? `, with ${costText(told.cost)}` : ''}.`;
  await confirm({ about, answer: 'yes', yes: options.yes === true }, process);
  const stored = await keepPlan(installation, plannedOf(found, options, { now, range, running }));
  const code = await runPlanned(installation, stored, { ...options, resume: false }, output);
  return code === EXIT.ok && found.gaps.length > 0 ? EXIT.partial : code;
}

function rangeOf({ from, to }: BackfillOptions, now: Date): SlotRange {
  const range = {
    from: instantOf('--from', from, now),
    // The slot that begins just now is meant too.
    to: to === undefined ? new Date(now.getTime() + 1000) : instantOf('--to', to, now),
  };
  if (range.from.getTime() < range.to.getTime()) return range;
  if (to === undefined) {
    throw new Failure(EXIT.usage, `--from: expected an instant of the past, got ${instantText(range.from)}`);
  }
  throw new Failure(EXIT.usage, `--to: expected an instant after ${instantText(range.from)}: no slot is selected`);
}

const AHEAD = 32;

/** Everything that is stored about the slots of a range. */
async function look(store: ObjectReader, range: SlotRange): Promise<Known> {
  const products = await storedProducts(store, range);
  const archived = new Map<string, ArchivedPart[]>();
  for await (const one of archivedParts(store, range)) {
    const others = archived.get(one.run) ?? [];
    others.push(one);
    archived.set(one.run, others);
  }
  const planned = new Map<string, number[]>();
  const broken = new Map<string, string>();
  const read = readAhead(plannedRuns(store, range), AHEAD, async (run) => readable(store, run, broken));
  for await (const plan of read) {
    if (plan !== undefined)
      planned.set(
        plan.run.id,
        plan.parts.map(({ length }) => length),
      );
  }
  return { products, archived, planned, broken };
}

/** A plan, where it can be read: one that cannot is a gap of its own run. */
async function readable(store: ObjectReader, run: string, broken: Map<string, string>): Promise<Plan | undefined> {
  try {
    return await readPlan(store, run);
  } catch (error) {
    if (!(error instanceof BrokenPlan)) throw error;
    broken.set(run, `${planKey(run)} cannot be read: weatherline runs show ${run} says why`);
    return undefined;
  }
}

function plannedOf(
  { items: found, gaps }: Assessment,
  { reason }: BackfillOptions,
  { now, range, running }: { readonly now: Date; readonly range: SlotRange; readonly running: Running },
): Planned {
  const items = [...found];
  const { schedule, partSize, locations, past } = running;
  const { calls } = totalsOf(items);
  return {
    now,
    minutesOfCalls: costOf(calls, past).minutes,
    kind: 'backfill',
    mode: 'fill',
    stage: calls > 0 ? 'fetch' : 'transform',
    selection: { from: instantText(range.from), to: instantText(range.to), runs: [], locations: [], only: 'missing' },
    reason: reason ?? null,
    request:
      past === undefined
        ? null
        : {
            provider: past.id,
            calls_per_minute: past.callsPerMinute ?? null,
            schedule: schedule.expression,
            part_size: partSize,
            locations: [...locations],
          },
    items,
    gaps: [...gaps],
  };
}

function toldOf({ items, gaps, slots, missing }: Assessment, { past }: Running): BackfillAssessed {
  const asked = items.filter(({ source }) => source.kind === 'request').length;
  return {
    slots,
    missing,
    parts: { archived: items.length - asked, asked },
    provider: past?.id ?? null,
    cost: costOf(totalsOf(items).calls, past),
    gaps: [...gaps],
  };
}

const GAPS_SHOWN = 20;

function assessedText({ slots, missing, parts, provider, cost, gaps }: BackfillAssessed): string {
  const shown = gaps.slice(0, GAPS_SHOWN).map(({ run, why }) => `gap        ${run}  ${why}`);
  const rest = gaps.length > GAPS_SHOWN ? [`gap        and ${gaps.length - GAPS_SHOWN} more`] : [];
  if (slots === 0) return 'slots      0, there is none in this range';
  if (missing === 0) return `slots      ${slots}, none is missing`;
  return [
    `slots      ${slots}, of which ${missing} have no product, or not all of it`,
    `archived   ${parts.archived} parts are made again from their readings`,
    `asked      ${parts.asked} parts of ${provider ?? 'nobody'}: ${costText(cost)}`,
    ...shown,
    ...rest,
  ].join('\n');
}
