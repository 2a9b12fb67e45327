import { createHash } from 'node:crypto';
import { calmScenario, drawScenario, type Scenario } from './scenario.ts';
import { simulate, type Outcome } from './simulate.ts';

/** What one worker is to do; `shard` of `shards` takes every so-manieth. */
export type Job =
  | {
      readonly kind: 'seeds';
      readonly from: number;
      readonly count: number;
      readonly stopAfterMs?: number;
      readonly enough?: number;
      /** Faults that every seed has, whatever else it draws. */
      readonly focus?: Partial<Scenario>;
    }
  | { readonly kind: 'singles'; readonly variant: number; readonly shard: number; readonly shards: number }
  | {
      readonly kind: 'pairs';
      readonly variant: number;
      readonly shard: number;
      readonly shards: number;
      readonly stopAfterMs: number;
    };

export type Failure = { readonly what: string; readonly violations: readonly string[] };

export type Report = {
  readonly runs: number;
  readonly failures: readonly Failure[];
  readonly points: number;
  /** The longest that a slot's last part took to be stored after a crash. */
  readonly slowestMs: number;
  readonly isWhole: boolean;
  /** Over every history. */
  readonly hash: string;
};

/** What crashes are enumerated over: small runs without any other fault. */
export const VARIANTS = [
  { name: 'functions apart', withinS: 15 },
  { name: 'whole chains side by side', withinS: 15 },
  // What a lease of the dead process had taken is free again a minute later.
  { name: 'a chain with a small budget', withinS: 75 },
] as const;

function variantOf(variant: number): Scenario {
  const calm = calmScenario(1);
  if (variant === 0) return calm;
  if (variant === 1) return { ...calm, topology: 'together', members: 2 };
  return { ...calm, callsPerMinute: 6, concurrency: 8, perPart: 2 };
}

const ENOUGH = 3;

export async function work(job: Job): Promise<Report> {
  Error.stackTraceLimit = 0;
  const tally = new Tally();
  if (job.kind === 'seeds') await runSeeds(job, tally);
  else if (job.kind === 'singles') await runSingles(job, tally);
  else await runPairs(job, tally);
  return tally.report();
}

class Tally {
  runs = 0;
  points = 0;
  slowestMs = 0;
  isWhole = true;
  readonly #hash = createHash('sha256');
  readonly failures: Failure[] = [];
  readonly #started = performance.now();

  take(what: string, outcome: Outcome): void {
    this.runs += 1;
    this.#hash.update(outcome.hash);
    this.slowestMs = Math.max(this.slowestMs, outcome.slowestMs);
    if (outcome.violations.length > 0) this.failures.push({ what, violations: outcome.violations });
  }

  /** Is there nothing more to learn, or no more time? */
  isOver(stopAfterMs = Infinity, enough = ENOUGH): boolean {
    if (this.failures.length < enough && performance.now() - this.#started < stopAfterMs) return false;
    this.isWhole = false;
    return true;
  }

  report(): Report {
    const { runs, failures, points, slowestMs, isWhole } = this;
    return { runs, failures, points, slowestMs, isWhole, hash: this.#hash.digest('hex') };
  }
}

async function runSeeds(job: Job & { kind: 'seeds' }, tally: Tally): Promise<void> {
  const { from, count, stopAfterMs, enough } = job;
  // A fault that must not be there has come as null.
  const focus = Object.fromEntries(Object.entries(job.focus ?? {}).map(([name, value]) => [name, value ?? undefined]));
  for (let seed = from; seed < from + count; seed += 1) {
    if (tally.isOver(stopAfterMs, enough)) return;
    tally.take(`WEATHERLINE_TEST_SEED=${seed}`, await simulate({ ...drawScenario(seed), ...focus }));
  }
}

/** A crash at every point, one at a time. */
async function runSingles({ variant, shard, shards }: Job & { kind: 'singles' }, tally: Tally): Promise<void> {
  const scenario = variantOf(variant);
  const { points, names } = await simulate(scenario, { trace: true });
  tally.points = points;
  for (let at = shard; at < points; at += shards) {
    if (tally.isOver()) return;
    tally.take(`a crash at ${names[at]}`, await simulate(scenario, { crashAt: [at] }));
  }
}

/** A crash at every point, and in the run that follows from it at every later one. */
async function runPairs({ variant, shard, shards, stopAfterMs }: Job & { kind: 'pairs' }, tally: Tally): Promise<void> {
  const scenario = variantOf(variant);
  const { points } = await simulate(scenario);
  tally.points = points;
  for (let first = shard; first < points; first += shards) {
    const { points: later } = await simulate(scenario, { crashAt: [first] });
    for (let second = first + 1; second < later; second += 1) {
      if (tally.isOver(stopAfterMs)) return;
      tally.take(`crashes at points ${first} and ${second}`, await simulate(scenario, { crashAt: [first, second] }));
    }
  }
}
