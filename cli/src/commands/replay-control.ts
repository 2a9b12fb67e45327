import { setTimeout as delay } from 'node:timers/promises';
import { EXIT, systemClock } from '@weatherline/runtime';
import { Failure } from '../failure.ts';
import { openInstallation, type Installation } from '../installation.ts';
import { table, type Output } from '../output.ts';
import { audit } from '../replay/audit.ts';
import { isHeld, readProgress, swapProgress } from '../replay/ledger.ts';
import { listReplays, loadPlan, type StoredPlan } from '../replay/plan.ts';
import { NO_COUNTS, type Progress } from '../replay/progress.ts';
import { shownOf, shownText } from '../replay/show.ts';
import type { ReplayList, ReplayShown } from '../results/replay.ts';

type Options = { readonly data: string };

/** One replay, or all of them, newest first. */
export async function showReplays(
  id: string | undefined,
  options: Options & { readonly limit: number },
  output: Output,
): Promise<number> {
  await using resources = new AsyncDisposableStack();
  const { store } = await openInstallation(options.data, output, resources);
  const now = systemClock.now();
  if (id !== undefined) {
    output.result(await shownOf(store, await loadPlan(store, id), { now, limit: options.limit }), shownText);
    return EXIT.ok;
  }
  const items: ReplayList['items'] = [];
  for (const name of await listReplays(store)) {
    try {
      items.push(summaryOf(await shownOf(store, await loadPlan(store, name), { now, limit: 0 })));
    } catch (error) {
      // One that is broken hides none of the others.
      if (!(error instanceof Failure)) throw error;
      output.say(`left out: ${error.message}`);
    }
  }
  items.sort((one, other) => (one.planned_at < other.planned_at ? 1 : -1));
  output.result({ items }, () => (items.length === 0 ? 'no replays yet' : tableOf(items)));
  return EXIT.ok;
}

function summaryOf(shown: ReplayShown): ReplayList['items'][number] {
  const { findings: _, findings_left_out: __, gaps: ___, ...summary } = shown;
  return summary;
}

function tableOf(items: ReplayList['items']): string {
  return table(
    ['REPLAY', 'PLANNED', 'BY', 'MODE', 'STATE', 'PARTS', 'OF', 'FAILED'],
    items.map(({ replay, planned_at, planned_by, mode, state, settled, total, counts }) => [
      replay,
      planned_at,
      planned_by,
      mode,
      state,
      settled,
      total,
      counts.failed + counts.conflict + counts.different,
    ]),
  );
}

const WAIT_MS = 15_000;
const LOOK_EVERY_MS = 100;

/** Asks the holder of a replay to stop so that it can be resumed, and waits until it has. */
export async function pauseReplay(id: string, { data }: Options, output: Output): Promise<number> {
  await using resources = new AsyncDisposableStack();
  const installation = await openInstallation(data, output, resources);
  const stored = await loadPlan(installation.store, id);
  const paused = await change(installation, stored, (progress, now) => {
    if (progress === undefined || progress.state !== 'running') {
      throw new Failure(EXIT.conflict, `replay ${stored.id} is ${progress?.state ?? 'planned'}, not running`);
    }
    const isRunning = progress.holder !== null && isHeld(progress.holder, now);
    return isRunning ? { ...progress, asked: 'pause' } : { ...progress, state: 'paused', holder: null, asked: null };
  });
  if (paused.state === 'paused') await audit({ ...installation, clock: systemClock }, stored.id, 'paused');
  await untilLeft(installation, stored.id);
  return show(installation, stored, output);
}

/** Ends a replay for good; its holder stops at its next look. */
export async function abortReplay(id: string, { data }: Options, output: Output): Promise<number> {
  await using resources = new AsyncDisposableStack();
  const installation = await openInstallation(data, output, resources);
  const stored = await loadPlan(installation.store, id);
  await change(installation, stored, (progress, now) => {
    if (progress?.state === 'done') throw new Failure(EXIT.conflict, `replay ${stored.id} is done`);
    const holder = progress?.holder ?? null;
    // It is its holder's until that has stopped, and has said so.
    const kept = holder !== null && isHeld(holder, now) ? holder : null;
    return { ...(progress ?? unbegun(stored, now)), state: 'aborted', holder: kept, asked: null };
  });
  await audit({ ...installation, clock: systemClock }, stored.id, 'aborted');
  await untilLeft(installation, stored.id);
  return show(installation, stored, output);
}

function unbegun({ id, plan }: StoredPlan, now: Date): Omit<Progress, 'state' | 'holder' | 'asked'> {
  return {
    schema: 'weatherline.replay-progress/1',
    replay: id,
    epoch: 0,
    begins: [],
    settled: 0,
    total: plan.items.length,
    records: 0,
    counts: NO_COUNTS,
    active_ms: 0,
    started_at: now.toISOString(),
    updated_at: now.toISOString(),
  };
}

async function change(
  { store, put }: Installation,
  { id }: StoredPlan,
  make: (progress: Progress | undefined, now: Date) => Progress,
): Promise<Progress> {
  const books = { store, put, clock: systemClock };
  for (;;) {
    const known = await readProgress(books, id);
    const now = systemClock.now();
    const next = { ...make(known?.progress, now), updated_at: now.toISOString() };
    if ((await swapProgress(books, next, known?.etag)) !== undefined) return next;
  }
}

async function untilLeft({ store }: Installation, id: string): Promise<void> {
  const until = Date.now() + WAIT_MS;
  while (Date.now() < until) {
    const known = await readProgress({ store }, id);
    const { state, holder } = known?.progress ?? {};
    const isGone = !holder || !isHeld(holder, systemClock.now());
    if (state !== 'running' && isGone) return;
    await delay(LOOK_EVERY_MS);
  }
  throw new Failure(EXIT.timeout, `its holder has not stopped within ${WAIT_MS / 1000} s; it will at its next look`);
}

async function show({ store }: Installation, stored: StoredPlan, output: Output): Promise<number> {
  output.result(await shownOf(store, stored, { now: systemClock.now(), limit: 20 }), shownText);
  return EXIT.ok;
}
