import type { Lane, Stage } from '@weatherline/events';
import type { PassShown, StageShown } from '../results/runs.ts';
import type { RunEvent } from './run-events.ts';
import type { RunLetter } from './run-letters.ts';

export const STAGES: readonly Stage[] = ['trigger', 'fetch', 'transform', 'upload'];

export type Traces = {
  readonly events: readonly RunEvent[];
  readonly letters: readonly RunLetter[];
  /** Every part of the run, spelt as in subjects. */
  readonly parts: readonly string[];
  readonly now: Date;
};

type Trace = { readonly lane: Lane; readonly replay: string | null } & (
  | { readonly event: RunEvent; readonly letter?: undefined }
  | { readonly letter: RunLetter; readonly event?: undefined }
);

/** The run itself, then each replay and retry that touched it, in the order in which they began. */
export function passesOf({ events, letters, parts, now }: Traces): PassShown[] {
  const traces: Trace[] = [
    ...events.map((event) => ({ lane: event.lane, replay: event.replay, event })),
    ...letters.map((letter) => ({ lane: laneOf(letter), replay: letter.replay, letter })),
  ];
  const passes = Map.groupBy(traces, ({ lane, replay }) => `${lane} ${replay ?? ''}`);
  return [...passes.values()]
    .map((ofPass) => passOf(ofPass, parts, now))
    .toSorted((one, other) => Date.parse(one.started_at ?? '') - Date.parse(other.started_at ?? ''));
}

function laneOf({ letter }: RunLetter): Lane {
  return letter.origin.topic.endsWith('.replay') ? 'replay' : 'live';
}

function passOf(traces: readonly Trace[], all: readonly string[], now: Date): PassShown {
  const byPart = Map.groupBy(traces, ({ event, letter }) => event?.part ?? letter?.part ?? '');
  const replay = traces[0]?.replay ?? null;
  // A replay may concern some parts only; the run itself concerns all.
  const names = replay === null ? [...new Set([...all, ...byPart.keys()])] : [...byPart.keys()];
  const parts = names
    .filter((part) => part !== '')
    .toSorted()
    .map((part) => {
      const ofPart = byPart.get(part) ?? [];
      return { part, outcome: outcomeOf(ofPart), stages: stagesOf(ofPart, now) };
    });
  const known = parts
    .flatMap(({ stages }) => stages.flatMap(({ started_at: from, ended_at: to }) => [from, to]))
    .filter((instant) => instant !== null)
    .toSorted();
  const [first = null, last = null] = [known[0], known.at(-1)];
  return {
    replay,
    mode: traces.find(({ event }) => event?.mode !== undefined)?.event?.mode ?? null,
    lane: traces[0]?.lane ?? null,
    started_at: first,
    ended_at: last,
    duration_ms: first === null || last === null ? null : Date.parse(last) - Date.parse(first),
    parts,
    sums: sumsOf(parts),
  };
}

/** Of the first time, as all that is told of a stage. */
function outcomeOf(traces: readonly Trace[]): string | null {
  return traces.find(({ event }) => event?.outcome !== undefined)?.event?.outcome ?? null;
}

/** The stages of one part from the first that left a trace: a replay may begin in the middle of the chain. */
function stagesOf(traces: readonly Trace[], now: Date): StageShown[] {
  const shown: StageShown[] = [];
  for (const stage of STAGES) {
    const ofStage = traces.filter(({ event, letter }) => (event?.stage ?? letter?.letter.stage) === stage);
    if (shown.length === 0 && ofStage.length === 0 && traces.length > 0) continue;
    shown.push(stageOf(stage, ofStage, shown.at(-1), now));
  }
  return shown;
}

/** How often a stage did its work shows in `times`; when it did is told of the first time, which is when it was needed. */
function stageOf(stage: Stage, traces: readonly Trace[], before: StageShown | undefined, now: Date): StageShown {
  const events = traces.flatMap(({ event }) => (event === undefined ? [] : [event]));
  const [first] = events;
  const since = before?.state === 'done' ? before.ended_at : null;
  const bare = { stage, started_at: null, ended_at: null, duration_ms: null, attempts: null, times: events.length };
  if (first !== undefined) return { ...bare, state: 'done', ...timesOf(first, since) };
  const letter = traces.findLast((trace) => trace.letter !== undefined)?.letter?.letter;
  if (letter !== undefined) {
    const { at, attempts } = letter;
    return { ...bare, state: 'dead_letter', ended_at: new Date(at).toISOString(), waited_ms: null, attempts };
  }
  if (before?.state !== 'done')
    return { ...bare, state: before === undefined ? 'waiting' : 'not_reached', waited_ms: null };
  return { ...bare, state: 'waiting', waited_ms: between(since, now.getTime()) };
}

function timesOf(
  { startedAt, endedAt, loggedAt, attempt }: RunEvent,
  since: string | null,
): Pick<StageShown, 'started_at' | 'ended_at' | 'duration_ms' | 'waited_ms' | 'attempts'> {
  const end = endedAt ?? loggedAt;
  return {
    // The event of trigger has no stamps: it began when the log took it.
    started_at: new Date(startedAt ?? end).toISOString(),
    ended_at: new Date(end).toISOString(),
    duration_ms: startedAt === undefined ? null : Math.max(0, end - startedAt),
    waited_ms: startedAt === undefined ? null : between(since, startedAt),
    attempts: attempt ?? null,
  };
}

/** Clocks of two machines may differ by more than a wait. */
function between(since: string | null, until: number): number | null {
  return since === null ? null : Math.max(0, until - Date.parse(since));
}

function sumsOf(parts: PassShown['parts']): PassShown['sums'] {
  return STAGES.flatMap((stage) => {
    const ofStage = parts.flatMap(({ stages }) => stages.filter((one) => one.stage === stage));
    if (ofStage.every(({ duration_ms: took, waited_ms: waited }) => took === null && waited === null)) return [];
    const sum = (member: 'duration_ms' | 'waited_ms'): number =>
      ofStage.reduce((total, one) => total + (one[member] ?? 0), 0);
    return [{ stage, waited_ms: sum('waited_ms'), duration_ms: sum('duration_ms') }];
  });
}

export type StoredOf = { readonly part: string; readonly readings: boolean; readonly product: boolean };

/** Where the log has nothing: what must have happened, since the store holds what came of it. */
export function passOfStore(stored: readonly StoredOf[]): PassShown {
  const parts = stored.map(({ part, readings, product }) => ({
    part,
    outcome: null,
    stages: STAGES.map((stage): StageShown => {
      const isDone = stage === 'trigger' || product || (stage === 'fetch' && readings);
      const state = isDone
        ? 'done'
        : stage === 'fetch' || (stage === 'transform' && readings)
          ? 'waiting'
          : 'not_reached';
      return {
        stage,
        state,
        started_at: null,
        ended_at: null,
        waited_ms: null,
        duration_ms: null,
        attempts: null,
        times: 0,
      };
    }),
  }));
  return {
    replay: null,
    mode: null,
    lane: null,
    started_at: null,
    ended_at: null,
    duration_ms: null,
    parts,
    sums: [],
  };
}
