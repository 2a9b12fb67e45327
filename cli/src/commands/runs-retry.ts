import { randomBytes } from 'node:crypto';
import { productMetaKey, RunRequested, topicOf } from '@weatherline/events';
import { duration, EXIT, systemClock } from '@weatherline/runtime';
import { namesCluster } from '../cluster.ts';
import { isOwned } from '../data-directory.ts';
import { Failure } from '../failure.ts';
import { openInstallation, type Installation } from '../installation.ts';
import type { Output } from '../output.ts';
import { plainLine } from '../plain-text.ts';
import type { Plan } from '../plan.ts';
import { readFailures } from '../product-reader.ts';
import type { RunRetried } from '../results/runs.ts';
import { nextSteps, whyMissing } from '../runs/next-steps.ts';
import { waitForRetry, type Asked, type Outcome } from '../runs/retry-outcome.ts';
import { lackingParts, laneOf, locationsOf, refuseThePast, retryMessages, type Lacking } from '../runs/retry-plan.ts';
import { runsBetween } from '../runs/run-index.ts';
import { readRun } from '../runs/run-summary.ts';
import { knownPast, scheduleOf } from '../runs/setup.ts';
import { partNamed } from '../runs/show-run.ts';
import { slotOf } from '../runs/slot.ts';

export type RetryOptions = {
  readonly data: string;
  readonly slot: string;
  readonly location?: string;
  readonly wait?: boolean;
  readonly timeout: string;
};

const LOOK_EVERY_MS = 500;
const EXITS = {
  nothing: EXIT.ok,
  requested: EXIT.ok,
  complete: EXIT.ok,
  partial: EXIT.partial,
  dead_letter: EXIT.failed,
  timeout: EXIT.timeout,
} as const satisfies Record<RunRetried['result'], number>;

/** Asks again for what a run lacks: parts without a product, and locations that are listed as failed. */
export async function retryRun(options: RetryOptions, output: Output): Promise<number> {
  const timeoutMs = duration(options.timeout);
  const run = slotOf(options.slot);
  const now = systemClock.now();
  await using resources = new AsyncDisposableStack();
  const installation = await openInstallation(options.data, output, resources);
  const { plan, lacking } = await lackingIn(installation, run, options.location);
  for (const { part, unusable } of lacking)
    for (const id of unusable) output.say(`${id}: its reading is stored, and cannot be used (part ${part})`);
  const asked = lacking.filter(({ locations }) => locations.length > 0);
  if (asked.length === 0) return report(output, { ...nothingOf(run), result: 'nothing' });
  refuseThePast(plan, asked, { now, past: knownPast(process.env) });

  const replay = `retry-${randomBytes(4).toString('hex')}`;
  const order: Asked = { run, replay, lane: laneOf(plan, now), parts: asked.map(({ part }) => part), at: now };
  // Nobody else would do the work in a directory that nobody owns: this process does it, and then knows the result.
  const isAlone = !namesCluster(process.env) && !isOwned({ path: options.data });
  await installation.publish(topicOf(RunRequested, order.lane), retryMessages(plan, order.parts, replay));
  await installation.finish(timeoutMs);
  const requested = { ...nothingOf(run), replay, lane: order.lane, parts: [...order.parts], asked: locationsIn(asked) };
  if (!isAlone && options.wait !== true) return report(output, { ...requested, result: 'requested' });
  const waiting = { clock: systemClock, everyMs: LOOK_EVERY_MS, timeoutMs: isAlone ? 0 : timeoutMs };
  const outcome = await waitForRetry(installation.log, order, waiting);
  return report(output, { ...requested, ...(await resultOf(installation, order, asked, outcome)) });
}

async function lackingIn(
  { store }: Installation,
  id: string,
  locations: string | undefined,
): Promise<{ plan: Plan; lacking: Lacking[] }> {
  const [run] = await runsBetween(store, { from: id, to: id }, [id]);
  const known = run === undefined ? undefined : await readRun(store, run, Infinity);
  if (known?.broken !== undefined) throw known.broken;
  if (known?.plan === undefined) {
    if (known !== undefined && known.run.parts.length > 0) {
      throw new Failure(
        EXIT.notFound,
        `run ${id} has a product and no plan: nobody knows what it lacks. ` +
          `weatherline replay plan --runs ${id} --mode replace makes it again from its readings`,
      );
    }
    const schedule = scheduleOf(process.env);
    const next = nextSteps({ run: id, state: 'missing', dead_letters: 0 }, schedule, systemClock.now());
    throw new Failure(EXIT.notFound, whyMissing(id, next, schedule));
  }
  const { plan } = known;
  return { plan, lacking: await lackingParts(store, { ...known, plan }, locationsOf(locations, plan)) };
}

function nothingOf(run: string): Omit<RunRetried, 'result'> {
  return { run, replay: null, lane: null, parts: [], asked: [], failures: [], dead_letters: [] };
}

function locationsIn(lacking: readonly Lacking[]): string[] {
  return lacking.flatMap(({ locations }) => locations);
}

/** How it ended: what was set aside, and which of the locations that were asked for have failed again. */
async function resultOf(
  { store }: Installation,
  { run, parts }: Asked,
  lacking: readonly Lacking[],
  { isSettled, letters }: Outcome,
): Promise<Pick<RunRetried, 'result' | 'failures' | 'dead_letters'>> {
  const wanted = new Set(locationsIn(lacking));
  const failures: RunRetried['failures'] = [];
  for (const part of parts) {
    const listed = await readFailures(store, productMetaKey(run, partNamed(part)));
    for (const { location, code } of listed) if (wanted.has(location)) failures.push({ location, code });
  }
  const deadLetters = letters.map(({ letter: { id, code, message } }) => ({ id, code, message }));
  const result = !isSettled
    ? 'timeout'
    : letters.length > 0
      ? 'dead_letter'
      : failures.length > 0
        ? 'partial'
        : 'complete';
  return { result, failures, dead_letters: deadLetters };
}

function report(output: Output, retried: RunRetried): number {
  output.result(retried, textOf);
  return EXITS[retried.result];
}

function textOf({ run, replay, lane, parts, asked, result, failures, dead_letters: letters }: RunRetried): string {
  if (result === 'nothing') return `${run}  nothing to ask for again`;
  const what = `${counted(asked.length, 'location')} in ${counted(parts.length, 'part')}`;
  const end = {
    requested: `asked for again on the ${lane} lane: weatherline runs show ${run}`,
    complete: 'all are there now',
    partial: `${failures.length} failed again`,
    dead_letter: `${counted(letters.length, 'part')} set aside: weatherline runs show ${run}`,
    timeout: `not done yet: weatherline runs show ${run}`,
  }[result];
  return [
    `${run}  ${replay}  ${what}, ${end}`,
    ...failures.map(({ location, code }) => `failed     ${location}  ${code}`),
    ...letters.map(({ id, code, message }) => `set aside  ${id}  ${code}: ${plainLine(message)}`),
  ].join('\n');
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
