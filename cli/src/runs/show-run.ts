import { productMetaKey, readingsKey, type Part } from '@weatherline/events';
import type { Installation } from '../installation.ts';
import { readDeadLetters, selectDeadLetters } from '../dead-letters.ts';
import { readFailures } from '../product-reader.ts';
import { MAX_REDRIVES } from '../redrive.ts';
import type { RunShown } from '../results/runs.ts';
import { inParallel } from './in-parallel.ts';
import { passesOf, passOfStore, type StoredOf } from './passes.ts';
import { readRunEvents, type RunEvent } from './run-events.ts';
import type { IndexedRun } from './run-index.ts';
import { indexOf, lettersOfParts, type RunLetter } from './run-letters.ts';
import { LOG_KEEPS_MS } from './run-state.ts';
import { numberOf, readRun, revisionOf, summaryOf, wholeParts, type KnownRun, type StoredHead } from './run-summary.ts';

const AT_ONCE = 16;
/** Clocks differ: an event is looked for from this long before its run was planned. */
const EARLIER_MS = 3_600_000;

type Ports = Pick<Installation, 'log' | 'store'> & {
  /** Is told of what cannot be read. */
  readonly warn?: (text: string) => void;
};

/** All that log and store know of one run. */
export async function shownRun(
  { log, store, warn }: Ports,
  run: IndexedRun,
  now: Date,
): Promise<Omit<RunShown, 'next'>> {
  const known = await readRun(store, run, Infinity);
  if (known.broken !== undefined) warn?.(known.broken.message);
  const { letters } = await readDeadLetters(log);
  const ofRun = await lettersOfParts(log, selectDeadLetters(letters, { run: run.id }));
  const requested = run.plan?.lastModified;
  const since = requested === undefined ? undefined : new Date(requested.getTime() - EARLIER_MS);
  const events = await readRunEvents(log, { run: run.id, since });
  const names = partNames(known);
  const stored = await storedParts(store, known, names);
  const summary = summaryOf(known, ofRun, now);
  const isKept = events.some((event) => isOfTheRun(event, summary.reason));
  const passes = passesOf({ events, letters: ofRun, parts: names, now });
  const begun = summary.requested_at ?? summary.stored_at;
  const isOld = begun === null || now.getTime() - Date.parse(begun) >= LOG_KEEPS_MS;
  return {
    ...summary,
    expires_at: known.plan?.expiresAt ?? null,
    log: isKept ? 'kept' : isOld ? 'gone' : 'none',
    readings: { archived: stored.filter(({ readings }) => readings).length, expected: summary.parts },
    products: (known.heads ?? []).map((part) => productOf(part, summary.parts ?? run.expected)),
    failures: await failuresOf(store, known),
    dead_letter_items: ofRun.map(letterOf),
    passes: isKept || stored.length === 0 ? passes : [passOfStore(stored), ...passes],
  };
}

/** A run that a backfill began has no other events than those of the backfill. */
function isOfTheRun({ replay, stage, mode }: RunEvent, reason: string | null): boolean {
  return replay === null || (reason === 'backfill' && stage === 'trigger' && mode === 'fill');
}

export function partNames({ run, plan }: KnownRun): string[] {
  const count = plan?.parts.length ?? run.expected;
  return Array.from({ length: count }, (_, at) => nameOf(at + 1, count));
}

function nameOf(index: number, count: number): string {
  return [index, count].map((number) => String(number).padStart(5, '0')).join('-of-');
}

/** `{index, count}` of a part's name. */
export function partNamed(name: string): Part {
  return { index: indexOf(name), count: Number(name.slice(-5)) };
}

async function storedParts(
  store: Installation['store'],
  { run }: KnownRun,
  names: readonly string[],
): Promise<StoredOf[]> {
  const whole = new Set(wholeParts(run).map(({ index }) => index));
  return inParallel(names, AT_ONCE, async (part) => ({
    part,
    product: whole.has(indexOf(part)),
    readings: (await store.head(readingsKey(run.id, partNamed(part)))) !== undefined,
  }));
}

function productOf({ index, head }: StoredHead, count: number): RunShown['products'][number] {
  const { key, etag, size, lastModified, metadata } = head;
  const said = (name: string): number | null => (metadata[name] === undefined ? null : numberOf(metadata[name], 0));
  return {
    part: nameOf(index, count),
    key,
    etag,
    revision: revisionOf({ head }),
    bytes: size,
    sha256: metadata['sha256'] ?? null,
    records: said('records'),
    replay: metadata['replay'] ?? null,
    stored_at: lastModified.toISOString(),
  };
}

/** Only sidecars of parts that say they have failures are read. */
async function failuresOf(store: Installation['store'], { run, plan, heads }: KnownRun): Promise<RunShown['failures']> {
  const count = plan?.parts.length ?? run.expected;
  const failing = (heads ?? []).filter(({ head }) => numberOf(head.metadata['failures'], 0) > 0);
  const found = await inParallel(failing, AT_ONCE, async ({ index }) => {
    const failures = await readFailures(store, productMetaKey(run.id, { index, count }));
    return failures.map(({ location, code, detail = null }) => ({
      location,
      part: nameOf(index, count),
      code,
      detail,
    }));
  });
  return found.flat();
}

function letterOf({ letter, part, replay }: RunLetter): RunShown['dead_letter_items'][number] {
  const { id, stage, code, message, at, attempts, redrives } = letter;
  const redrive = `weatherline dlq redrive ${id}${redrives >= MAX_REDRIVES ? ' --force' : ''}`;
  return { id, part, stage, code, message, at, attempts, replay, redrive };
}
