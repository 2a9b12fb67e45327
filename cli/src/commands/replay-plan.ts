import { instantText, slotInstant } from '@weatherline/events';
import { EXIT, systemClock } from '@weatherline/runtime';
import { Failure } from '../failure.ts';
import { openInstallation, type Installation } from '../installation.ts';
import { instantOf } from '../instant.ts';
import type { Output } from '../output.ts';
import { keepPlan } from '../replay/keep-plan.ts';
import { type ReplayPlan, type Selection, type StoredPlan } from '../replay/plan.ts';
import { selectItems } from '../replay/select.ts';
import { plannedOf, planText } from '../replay/show.ts';
import { slotOf } from '../runs/slot.ts';

export type SelectOptions = {
  readonly data: string;
  readonly from?: string;
  readonly to?: string;
  readonly runs?: string;
  readonly location?: string;
  readonly only?: Selection['only'];
  readonly stage: 'fetch' | 'transform' | 'upload';
  readonly reason?: string;
};

export type PlanOptions = SelectOptions & { readonly mode: ReplayPlan['mode'] };

/** Stores a plan and says what it would do. */
export async function planReplay(options: PlanOptions, output: Output): Promise<number> {
  await using resources = new AsyncDisposableStack();
  const installation = await openInstallation(options.data, output, resources);
  const stored = await makePlan(installation, options);
  output.result(plannedOf(stored), (planned) => planText(planned, options.data));
  return EXIT.ok;
}

/** Selects what is to be done and stores it as a plan; refuses what selects nothing. */
export async function makePlan(installation: Installation, options: PlanOptions): Promise<StoredPlan> {
  const { stage, mode, reason } = options;
  if (stage === 'fetch') {
    throw new Failure(
      EXIT.usage,
      '--stage: a replay never asks a provider about the past, so it begins at transform or upload; ' +
        'weatherline backfill asks providers that know the past, weatherline runs retry asks again for what failed',
    );
  }
  const now = systemClock.now();
  const selection = selectionOf(options, now);
  const { items, gaps } = await selectItems(installation, { stage, selection });
  if (items.length === 0) throw nothingSelected(selection, gaps.length);
  return keepPlan(installation, {
    now,
    kind: 'replay',
    mode,
    stage,
    selection,
    reason: reason ?? null,
    request: null,
    items: [...items],
    gaps: [...gaps],
  });
}

function selectionOf({ from, to, runs, location, only, mode }: PlanOptions, now: Date): Selection {
  const ids = namesOf(runs).map(slotOf);
  if (from === undefined && ids.length === 0) {
    throw new Failure(EXIT.usage, 'nothing is selected: say --from TIME (and --to), or --runs SLOT,SLOT');
  }
  return {
    from: from === undefined ? null : wholeSecond(instantOf('--from', from, now)),
    to: to === undefined ? (from === undefined ? null : endOf(now)) : wholeSecond(instantOf('--to', to, now)),
    runs: ids.filter((id) => slotInstant(id) !== undefined),
    locations: namesOf(location),
    only: only ?? (mode === 'fill' ? 'missing' : 'all'),
  };
}

/** The first whole second from an instant on: slots are whole, and none lies between the two. */
function wholeSecond(instant: Date): string {
  return instantText(new Date(Math.ceil(instant.getTime() / 1000) * 1000));
}

/** The range is half-open, and the slot that begins just now is meant too. */
function endOf(now: Date): string {
  return instantText(new Date(now.getTime() + 1000));
}

export function namesOf(list: string | undefined): string[] {
  return (list ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

function nothingSelected({ only, locations }: Selection, gaps: number): Failure {
  const what = { missing: 'no product is missing', failed: 'nothing has failed', all: 'no readings are archived' }[
    only
  ];
  const where = locations.length > 0 ? ` with ${locations.join(', ')}` : '';
  const lost = gaps > 0 ? ` (${gaps} runs have no readings in the archive)` : '';
  return new Failure(EXIT.notFound, `nothing to replay: among the selected runs${where} ${what}${lost}`);
}
