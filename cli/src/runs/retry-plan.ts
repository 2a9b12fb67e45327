import { productMetaKey, readingsKey, RunRequested, type Lane } from '@weatherline/events';
import {
  encodeEvent,
  envelopeOf,
  EXIT,
  gunzip,
  MAX_READINGS_BYTES,
  type ObjectReader,
  type OutgoingMessage,
} from '@weatherline/runtime';
import * as v from 'valibot';
import { Failure } from '../failure.ts';
import { whyNobodyKnows, type Past } from '../past.ts';
import type { Plan } from '../plan.ts';
import { readFailures } from '../product-reader.ts';
import { inParallel } from './in-parallel.ts';
import { indexOf } from './run-letters.ts';
import { numberOf, wholeParts, type KnownRun } from './run-summary.ts';
import { partNamed, partNames } from './show-run.ts';

const AT_ONCE = 16;

/** A part of which something is not there. */
export type Lacking = {
  readonly part: string;
  readonly isStored: boolean;
  readonly hasReadings: boolean;
  /** What may come when the provider is asked again. */
  readonly locations: readonly string[];
  /** Their readings are stored and cannot be used: to ask again would not change them. */
  readonly unusable: readonly string[];
};

type PlannedRun = KnownRun & { readonly plan: Plan };

/** The parts without a product, and those that list locations as failed; `only` = those with one of these locations. */
export async function lackingParts(
  store: ObjectReader,
  known: PlannedRun,
  only: ReadonlySet<string> | undefined,
): Promise<Lacking[]> {
  const whole = new Set(wholeParts(known.run).map(({ index }) => index));
  const failing = new Set(
    (known.heads ?? []).filter(({ head }) => numberOf(head.metadata['failures'], 0) > 0).map(({ index }) => index),
  );
  const names = partNames(known).filter((part) => !whole.has(indexOf(part)) || failing.has(indexOf(part)));
  const lacking = await inParallel(names, AT_ONCE, async (part) => {
    const key = readingsKey(known.run.id, partNamed(part));
    if (whole.has(indexOf(part))) return lackingOf(store, known.run.id, part);
    const hasReadings = (await store.head(key)) !== undefined;
    const locations = (known.plan.parts[indexOf(part) - 1] ?? []).map(({ id }) => id);
    return { part, isStored: false, hasReadings, locations, unusable: [] };
  });
  const holds = ({ locations, unusable }: Lacking): boolean =>
    only === undefined || [...locations, ...unusable].some((id) => only.has(id));
  return lacking.filter(holds);
}

async function lackingOf(store: ObjectReader, run: string, part: string): Promise<Lacking> {
  const failures = await readFailures(store, productMetaKey(run, partNamed(part)));
  const failed = failures.map(({ location }) => location);
  const memo = await store.get(readingsKey(run, partNamed(part)));
  const listed = memo === undefined ? undefined : failuresInMemo(memo.body);
  return {
    part,
    isStored: true,
    hasReadings: memo !== undefined,
    locations: failed.filter((id) => listed === undefined || listed.has(id)),
    unusable: failed.filter((id) => listed !== undefined && !listed.has(id)),
  };
}

const Memo = v.looseObject({
  data: v.looseObject({ failures: v.array(v.looseObject({ location: v.string() })) }),
});

/** The locations that stored readings list as failed: only for those fetch asks again. */
function failuresInMemo(body: Uint8Array): ReadonlySet<string> | undefined {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(gunzip(body, MAX_READINGS_BYTES)).toString('utf8'));
    return new Set(v.parse(Memo, parsed).data.failures.map(({ location }) => location));
  } catch {
    return undefined;
  }
}

/** Throws a Failure that says why the provider must not be asked, and what may be done instead. */
export function refuseThePast(
  { run, expiresAt }: Plan,
  lacking: readonly Lacking[],
  { now, past }: { readonly now: Date; readonly past: Past | undefined },
): void {
  if (now.getTime() < Date.parse(expiresAt)) return;
  const nobody = whyNobodyKnows(past, new Date(run.slot), now);
  if (nobody === undefined) return;
  const made = lacking.filter(({ isStored, hasReadings }) => !isStored && hasReadings);
  const why = `run ${run.id}: its slot ended at ${expiresAt}, and ${nobody}`;
  const instead =
    made.length === 0
      ? ''
      : `\n${made.length} of ${lacking.length} parts can be made from archived readings: ` +
        `weatherline replay plan --runs ${run.id} --only missing`;
  throw new Failure(EXIT.usage, `${why}${instead}`);
}

/** Locations that were typed, checked against the plan. */
export function locationsOf(text: string | undefined, plan: Plan): ReadonlySet<string> | undefined {
  if (text === undefined) return undefined;
  const ids = text.split(',').map((id) => id.trim());
  const planned = new Set(plan.parts.flat().map(({ id }) => id));
  const unknown = ids.filter((id) => !planned.has(id));
  if (unknown.length > 0) {
    throw new Failure(EXIT.notFound, `run ${plan.run.id} was not planned for ${unknown.join(', ')}`);
  }
  return new Set(ids);
}

/** The events that ask for parts again: what comes of them replaces what is there. */
export function retryMessages(plan: Plan, parts: readonly string[], replay: string): OutgoingMessage[] {
  return parts.map((name) => {
    const part = partNamed(name);
    const data: RunRequested = {
      run: plan.run,
      part,
      replay: { id: replay, mode: 'replace' },
      locations: plan.parts[part.index - 1] ?? [],
      previousSlot: plan.previousSlot,
      expiresAt: plan.expiresAt,
      retry: true,
    };
    return encodeEvent(envelopeOf(RunRequested, data));
  });
}

/** The live lane is for the slot that is current; whatever is older must not delay it. */
export function laneOf({ expiresAt }: Plan, now: Date): Lane {
  return now.getTime() < Date.parse(expiresAt) ? 'live' : 'replay';
}
