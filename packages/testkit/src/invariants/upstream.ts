import { readingsKey } from '@weatherline/events';
import { textAt, violation, type Evidence, type UpstreamCall } from './evidence.ts';
import { memoWrites } from './objects.ts';
import type { Snapshot } from './snapshot.ts';

const MINUTE_MS = 60_000;
/** How long a handling that had begun may go on asking after another one has stored its answer. */
const ASKING_MS = 5 * MINUTE_MS;
/** Clocks differ and calls travel. */
const SLACK_MS = 5_000;

/** Calls never exceed a key's budget, its rests are kept, and nobody is asked for what is stored or over. */
export function checkCalls(evidence: Evidence, snapshot: Snapshot): string[] {
  const { upstream } = evidence;
  if (upstream === undefined) return [];
  const { callsPerMinute, rests = [] } = upstream;
  const calls = upstream.made.toSorted((a, b) => a.at - b.at);
  const found: string[] = [];
  if (callsPerMinute !== undefined) found.push(...checkBudget(calls, callsPerMinute));
  for (const { from, until } of rests) {
    const early = calls.filter(({ at }) => at > from && at < until).length;
    if (early === 0) continue;
    const place = new Date(from).toISOString();
    found.push(violation('rest', { place }, `no call for ${(until - from) / 1000} s`, `${early} calls`));
  }
  return [...found, ...checkNeeded(evidence, snapshot, calls)];
}

function checkBudget(calls: readonly UpstreamCall[], callsPerMinute: number): string[] {
  let first = 0;
  for (const [last, { at }] of calls.entries()) {
    while ((calls[first]?.at ?? at) <= at - MINUTE_MS) first += 1;
    const within = last - first + 1;
    if (within <= callsPerMinute) continue;
    const place = `the minute up to ${new Date(at).toISOString()}`;
    return [violation('budget', { place }, `at most ${callsPerMinute} calls`, String(within))];
  }
  return [];
}

function checkNeeded({ writes, upstream }: Evidence, { runs }: Snapshot, calls: readonly UpstreamCall[]): string[] {
  const stored = memoWrites(writes ?? []);
  const found: string[] = [];
  for (const { at, location, runId } of calls) {
    if (location === undefined || runId === undefined) continue;
    const run = runs.find(({ id }) => id === runId);
    const part = run?.parts.find(({ locations }) => locations.includes(location));
    if (run === undefined || part === undefined) {
      found.push(violation('calls', { slot: runId }, 'calls for planned locations only', location));
      continue;
    }
    const where = { slot: runId, part: part.name };
    const since = stored.get(readingsKey(runId, part.part));
    if (since !== undefined && at > since + ASKING_MS) {
      found.push(violation('calls', where, `no call for ${location}: its reading is stored`, 'one'));
    }
    const expiry = Date.parse(textAt(run.plan, 'expiresAt') ?? '');
    if (upstream?.history === false && at > expiry + SLACK_MS) {
      found.push(violation('calls', where, `no call for ${location} after the slot's end`, new Date(at).toISOString()));
    }
  }
  return found;
}
