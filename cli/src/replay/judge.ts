import { partName } from '@weatherline/events';
import { sha256, type ObjectReader } from '@weatherline/runtime';
import { differences } from './compare.ts';
import type { Ended } from './outcomes.ts';
import type { ReplayItem, ReplayPlan } from './plan.ts';
import type { Finding } from './progress.ts';
import type { Settled } from './tally.ts';

/** An item of a plan and its place there. */
export type Indexed = { readonly index: number; readonly item: ReplayItem };

export type Judging = { readonly store: Pick<ObjectReader, 'get'>; readonly mode: ReplayPlan['mode'] };

/** What the end of a part means for the replay that asked for it. */
export async function judge({ store, mode }: Judging, one: Indexed, ended: Ended): Promise<Settled> {
  if ('deadLetter' in ended) {
    const { code, message, stage, deadLetter: dead_letter } = ended;
    return found(one, 'failed', `${stage}: ${message}`, { code, dead_letter });
  }
  const { outcome, records, failures } = ended.stored;
  if (outcome === 'verified') return compared(store, one, ended.stored);
  if (outcome === 'kept' && mode === 'replace') {
    const what = one.item.product.etag === null ? 'a product has appeared' : 'the product has changed';
    return found(one, 'conflict', `${what} since the plan was made; it is kept`);
  }
  // What the archive lacks was told long ago; what a provider was asked for just now and did not give is news.
  if (failures > 0 && one.item.source.kind === 'request') {
    const { run } = one.item;
    const detail = `stored without ${failures} of its locations: weatherline runs show ${run} lists them`;
    return { ...found(one, 'incomplete', detail), records };
  }
  return { outcome, records };
}

type Made = { readonly records: number; readonly sha256: string; readonly key: string };

async function compared(store: Judging['store'], one: Indexed, made: Made): Promise<Settled> {
  const { key } = one.item.product;
  const product = await store.get(key);
  if (product === undefined) return found(one, 'different', `${key} is missing`);
  if (sha256(product.body) === made.sha256) return { outcome: 'same', records: made.records };
  const again = await store.get(made.key);
  if (again === undefined) return found(one, 'failed', `${made.key} vanished while it was compared`);
  const locations = differences(product.body, again.body);
  const names = locations.map(({ location }) => location).join(', ');
  return found(one, 'different', `${key}: ${names}`, { locations });
}

/** An end that is not what was meant. */
export function found(
  { index, item: { run, part } }: Indexed,
  outcome: Finding['outcome'],
  detail: string,
  more: Partial<Finding> = {},
): Settled {
  return { outcome, records: 0, finding: { index, run, part: partName(part), outcome, detail, ...more } };
}
