import { slotInstant } from '@weatherline/events';
import { parseSchedule } from '@weatherline/events/schedule';
import { DependencyError, duration, EXIT, HaltError, stopOnSignals, systemClock } from '@weatherline/runtime';
import { Failure } from '../failure.ts';
import { openInstallation, type Installation } from '../installation.ts';
import type { Output } from '../output.ts';
import { OwnerGone } from '../patience.ts';
import { planRun, settlePlan, type Plan } from '../plan.ts';
import { createProgress } from '../progress.ts';
import { audit, type AuditEvent } from '../replay/audit.ts';
import type { EndOfRun } from '../replay/execute-ports.ts';
import { Execution } from '../replay/execute.ts';
import { Fenced, Ledger } from '../replay/ledger.ts';
import { loadPlan, type ReplayPlan, type StoredPlan } from '../replay/plan.ts';
import { exitOf, planText, plannedOf, shownOf, shownText } from '../replay/show.ts';
import { makePlan, type SelectOptions } from './replay-plan.ts';

export type RunOptions = { readonly rate: number; readonly timeout?: string; readonly limit: number };

/** Runs a plan, or goes on with one whose holder is gone. */
export async function runReplay(
  options: RunOptions & { readonly data: string; readonly plan: string },
  output: Output,
): Promise<number> {
  return runStored({ ...options, resume: false }, output);
}

/** Goes on with a replay that was paused or whose holder is gone. */
export async function resumeReplay(
  id: string,
  options: RunOptions & { readonly data: string },
  output: Output,
): Promise<number> {
  return runStored({ ...options, plan: id, resume: true }, output);
}

/** Plans and runs a replay that changes nothing and compares; exit 1 where something differs. */
export async function verifyReplay(
  options: Omit<SelectOptions, 'reason'> & RunOptions,
  output: Output,
): Promise<number> {
  await using resources = new AsyncDisposableStack();
  const installation = await openInstallation(options.data, output, resources);
  const stored = await makePlan(installation, { ...options, mode: 'verify' });
  output.say(planText(plannedOf(stored)));
  return await runPlanned(installation, stored, { ...options, resume: false }, output);
}

async function runStored(
  options: RunOptions & { readonly data: string; readonly plan: string; readonly resume: boolean },
  output: Output,
): Promise<number> {
  await using resources = new AsyncDisposableStack();
  const installation = await openInstallation(options.data, output, resources);
  return await runPlanned(installation, await loadPlan(installation.store, options.plan), options, output);
}

const WINDOW = 256;
const WINDOW_OF_REQUESTS = 64;
/** A handling asks for four minutes at most, and the replay lane gets half of the calls: in that time what is under way must have its own. */
const MINUTES_OF_CALLS = 1.5;

const ENDS: Readonly<Record<Exclude<EndOfRun, 'fenced'>, AuditEvent>> = {
  done: 'done',
  paused: 'paused',
  aborted: 'aborted',
  interrupted: 'interrupted',
  'dead-letters': 'stopped',
  halted: 'stopped',
  timeout: 'stopped',
};

/** Claims a plan, runs it, and says how it ended. */
export async function runPlanned(
  installation: Installation,
  stored: StoredPlan,
  options: RunOptions & { readonly resume: boolean },
  output: Output,
): Promise<number> {
  const { id, plan } = stored;
  const clock = systemClock;
  const books = { store: installation.store, put: installation.put, clock };
  using stopping = stopOnSignals(process);
  const ledger = await Ledger.claim(books, stored, { resume: options.resume });
  const { epoch, settled, total } = ledger.progress;
  const begun = epoch === 1 ? 'started' : options.resume ? 'resumed' : 'taken-over';
  let end: EndOfRun = 'halted';
  try {
    await audit(books, id, begun, { epoch, settled });
    await installation.attend();
    using bar = createProgress(process, { label: `replay ${id}`, total, unit: 'parts' });
    const show = (ended: number, note: string): void => bar.update(ended, note);
    const planOf = async (run: string): Promise<Plan> => settledPlan(installation, plan, run);
    const ports = { installation, clock, planOf, show };
    const execution = new Execution(ports, stored, ledger, {
      rate: options.rate,
      window: windowOf(plan),
      timeoutMs: options.timeout === undefined ? undefined : duration(options.timeout),
      signal: stopping.signal,
    });
    end = await execution.run();
  } catch (error) {
    throw explained(error, id);
  } finally {
    await leave(ledger, output);
    const said = { epoch, settled: ledger.progress.settled, end };
    const untold = (error: unknown): void => output.say(`its audit trail lacks how it ended: ${wordsOf(error)}`);
    if (end !== 'fenced') await audit(books, id, ENDS[end], said).catch(untold);
  }
  const shown = await shownOf(installation.store, stored, { now: clock.now(), limit: options.limit });
  output.result(shown, shownText);
  return codeOf(end, exitOf(shown), id, output);
}

function windowOf({ totals, request }: ReplayPlan): number {
  if (request === null || totals.calls === 0) return WINDOW;
  const { calls_per_minute, part_size } = request;
  if (calls_per_minute === null) return WINDOW_OF_REQUESTS;
  return Math.min(WINDOW_OF_REQUESTS, Math.max(1, Math.floor((calls_per_minute * MINUTES_OF_CALLS) / part_size)));
}

/** One that could not begin, or was thrown out, gives its lease back as far as it can. */
async function leave(ledger: Ledger, output: Output): Promise<void> {
  if (ledger.progress.state !== 'running') return;
  const untold = (error: unknown): void => {
    if (!(error instanceof Fenced)) output.say(`its lease ends by itself: ${wordsOf(error)}`);
  };
  await ledger.save({ state: 'paused' }).catch(untold);
}

/** What stopped a replay that is not to blame for it: in words, and with the way on. */
function explained(error: unknown, id: string): unknown {
  const isElsewhere = error instanceof DependencyError || error instanceof HaltError || error instanceof OwnerGone;
  if (!isElsewhere) return error;
  const code = error instanceof HaltError ? EXIT.failed : EXIT.unreachable;
  const text = `stopped: ${error.message}; when that is mended, weatherline replay resume ${id} goes on with it`;
  return new Failure(code, text, { cause: error });
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function codeOf(end: EndOfRun, counted: number, id: string, output: Output): number {
  const resume = `weatherline replay resume ${id} goes on with it`;
  const words: Partial<Record<EndOfRun, [number, string]>> = {
    paused: [EXIT.partial, `paused: ${resume}`],
    aborted: [EXIT.failed, 'aborted: what was under way may still end, nothing more begins'],
    interrupted: [EXIT.interrupted, `interrupted, nothing is lost: ${resume}`],
    'dead-letters': [EXIT.failed, `stopped: too many parts end as dead letters; mend the cause, then ${resume}`],
    timeout: [EXIT.timeout, `stopped after its time: ${resume}`],
    fenced: [EXIT.conflict, 'stopped: somebody else has taken this replay over'],
  };
  const [code, text] = words[end] ?? [counted, ''];
  if (text !== '') output.say(text);
  return code;
}

/** The plan of a run that is asked for the first time, made of what the replay was planned with. */
async function settledPlan({ store, put }: Installation, { request }: ReplayPlan, run: string): Promise<Plan> {
  const slot = slotInstant(run);
  if (request === null || slot === undefined) throw new Error(`the plan asks for ${run}, but not what`);
  const { locations, part_size: partSize, schedule } = request;
  const planned = planRun({ slot, reason: 'backfill', schedule: parseSchedule(schedule), locations, partSize });
  return (await settlePlan({ get: async (key) => store.get(key), put }, planned)).plan;
}
