import type { ObjectReader, ObjectStore } from '@weatherline/runtime';
import * as v from 'valibot';
import { replayKey } from './plan.ts';
import { Finding, type Progress } from './progress.ts';
import type { Checkpoint } from './tally.ts';

export type FindingsPorts = { readonly store: Pick<ObjectReader, 'head'>; readonly put: ObjectStore['put'] };

/**
 * Stores the findings of a checkpoint under its holder's epoch and the item that it begins at.
 *
 * A checkpoint that is written again begins at the same item and holds at least as much; what another holder has written
 * is never touched.
 */
export async function writeFindings(
  { store, put }: FindingsPorts,
  { replay, epoch }: Pick<Progress, 'replay' | 'epoch'>,
  { from, findings }: Pick<Checkpoint, 'from' | 'findings'>,
): Promise<void> {
  if (findings.length === 0) return;
  const key = replayKey(replay, `findings/${padded(epoch)}/${padded(from)}.jsonl`);
  const body = Buffer.from(findings.map((finding) => `${JSON.stringify(finding)}\n`).join(''));
  const contentType = 'application/x-ndjson';
  const created = await put(key, body, { ifNoneMatch: '*', contentType });
  if (created.stored) return;
  const before = await store.head(key);
  if (before !== undefined) await put(key, body, { ifMatch: before.etag, contentType });
}

/**
 * The findings of the items that have ended, in the order of the plan, as far as somebody reads.
 *
 * Each holder answers for the items between where it began and where the next one did: what it has written of later ones
 * never came into the books.
 */
export async function* readFindings(
  store: Pick<ObjectReader, 'get' | 'list'>,
  { replay, begins, settled }: Progress,
): AsyncGenerator<Finding> {
  for (const [at, first] of begins.entries()) {
    const end = begins[at + 1] ?? settled;
    const prefix = replayKey(replay, `findings/${padded(at + 1)}/`);
    if (end > first) yield* findingsUnder(store, prefix, end);
  }
}

async function* findingsUnder(
  store: Pick<ObjectReader, 'get' | 'list'>,
  prefix: string,
  end: number,
): AsyncGenerator<Finding> {
  let startAfter: string | undefined;
  do {
    const page = await store.list({ prefix, ...(startAfter === undefined ? {} : { startAfter }) });
    for (const { key } of page.objects) {
      const object = await store.get(key);
      const lines = Buffer.from(object?.body ?? [])
        .toString('utf8')
        .split('\n');
      for (const line of lines) {
        if (line === '') continue;
        const finding = v.parse(Finding, JSON.parse(line));
        if (finding.index < end) yield finding;
      }
    }
    startAfter = page.next;
  } while (startAfter !== undefined);
}

function padded(number: number): string {
  return String(number).padStart(8, '0');
}
