import { join } from 'node:path';
import { openDirectoryReader } from '@weatherline/adapters/directory';
import { productKey, readingsKey, type Part } from '@weatherline/events';
import { unpackReadings, type Context, type ObjectReader } from '@weatherline/runtime';
import { transform } from '@weatherline/transform';
import { readPlan } from '../../cli/src/plan.ts';
import { productBytes } from '../../functions/upload/src/product.ts';

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const context: Context = { log: silent, attempt: 1, signal: new AbortController().signal };

export function openStore(data: string): ObjectReader {
  return openDirectoryReader({ directory: join(data, 'objects') });
}

/** What an undisturbed chain makes of the stored readings of a part. */
export async function expectedProduct(store: ObjectReader, runId: string, part: Part): Promise<Buffer> {
  const memo = await store.get(readingsKey(runId, part));
  if (memo === undefined) throw new Error(`${runId}: no readings are stored`);
  const fetched = unpackReadings(memo.body);
  const { records } = await transform.handle(fetched, context);
  return Buffer.from(productBytes(records));
}

export type Verdict = { readonly problems: string[]; readonly locations: number };

/** Checks a run: every part stored, its bytes as expected, every location once, as a record or a listed failure. */
export async function checkRun(store: ObjectReader, runId: string): Promise<Verdict> {
  const plan = await readPlan(store, runId);
  if (plan === undefined) return { problems: [`${runId}: no plan`], locations: 0 };
  const problems: string[] = [];
  const seen = new Map<string, number>();
  for (const [index] of plan.parts.entries()) {
    const part = { index: index + 1, count: plan.parts.length };
    const product = await store.get(productKey(runId, part));
    if (product === undefined) {
      problems.push(`${runId}: part ${part.index} is not stored`);
      continue;
    }
    const expected = await expectedProduct(store, runId, part);
    if (!expected.equals(Buffer.from(product.body))) problems.push(`${runId}: part ${part.index} has other bytes`);
    if (product.metadata['revision'] !== '0') problems.push(`${runId}: revision ${product.metadata['revision']}`);
    for (const line of Buffer.from(product.body).toString('utf8').trimEnd().split('\n')) {
      const id: string = JSON.parse(line).location_id;
      seen.set(id, (seen.get(id) ?? 0) + 1);
    }
  }
  const planned = plan.parts.flat().map(({ id }) => id);
  for (const id of planned)
    if (seen.get(id) !== 1) problems.push(`${runId}: ${id} is there ${seen.get(id) ?? 0} times`);
  if (seen.size !== planned.length) problems.push(`${runId}: ${seen.size} places stored, ${planned.length} planned`);
  return { problems, locations: planned.length };
}
