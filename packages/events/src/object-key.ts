import type { Part } from './run.ts';
import { partName } from './run.ts';
import { slotInstant } from './slot.ts';

const ROOTS = { plan: 'weather-runs', readings: 'weather-readings', product: 'weather-products' } as const;

/** The first segment of every product key, with its slash. */
export const PRODUCT_PREFIX = 'weather-products/';

/** `2026/11/23/060000` of a slot id. */
export function slotPath(runId: string): string {
  if (slotInstant(runId) === undefined)
    throw new RangeError(`expected a slot id like 20261123T060000Z, got '${runId}'`);
  return `${runId.slice(0, 4)}/${runId.slice(4, 6)}/${runId.slice(6, 8)}/${runId.slice(9, 15)}`;
}

/** A run of one part leaves the part out, so a small bucket looks as the seed's did. */
function partSuffix(part: Part): string {
  return part.count === 1 ? '' : `.${partName(part)}`;
}

export function planKey(runId: string): string {
  return `${ROOTS.plan}/${slotPath(runId)}.json`;
}

export function readingsKey(runId: string, part: Part): string {
  return `${ROOTS.readings}/${slotPath(runId)}${partSuffix(part)}.json.gz`;
}

export function productKey(runId: string, part: Part): string {
  return `${ROOTS.product}/${slotPath(runId)}${partSuffix(part)}.jsonl`;
}

export function productMetaKey(runId: string, part: Part): string {
  return `${ROOTS.product}/${slotPath(runId)}${partSuffix(part)}.meta.json`;
}

/** The key that holds the call budget and the pause of a provider's key. */
export function budgetKey(providerId: string): string {
  return `keys/${providerId}.json`;
}

export type SlotKey = { readonly runId: string; readonly part: Part; readonly kind: 'product' | 'meta' };

const PLAN = /^weather-runs\/(\d{4})\/(\d{2})\/(\d{2})\/(\d{6})\.json$/;

/** The run whose plan has this key, or undefined for a key that is not ours. */
export function parsePlanKey(key: string): string | undefined {
  const match = PLAN.exec(key);
  return match === null ? undefined : runIdOf(match);
}

const READINGS = /^weather-readings\/(\d{4})\/(\d{2})\/(\d{2})\/(\d{6})(?:\.(\d{5})-of-(\d{5}))?\.json\.gz$/;

/** What a key under `weather-readings/` names, or undefined for a key that is not ours. */
export function parseReadingsKey(key: string): Omit<SlotKey, 'kind'> | undefined {
  const match = READINGS.exec(key);
  const runId = match === null ? undefined : runIdOf(match);
  return match === null || runId === undefined ? undefined : { runId, part: partOf(match) };
}

const PRODUCT = /^weather-products\/(\d{4})\/(\d{2})\/(\d{2})\/(\d{6})(?:\.(\d{5})-of-(\d{5}))?\.(jsonl|meta\.json)$/;

/** What a key under `weather-products/` names, or undefined for a key that is not ours. */
export function parseProductKey(key: string): SlotKey | undefined {
  const match = PRODUCT.exec(key);
  if (match === null) return undefined;
  const runId = runIdOf(match);
  if (runId === undefined) return undefined;
  return { runId, part: partOf(match), kind: match[7] === 'jsonl' ? 'product' : 'meta' };
}

/** The slot id of a key's date and time, when there is such an instant. */
function runIdOf([, year, month, day, time]: RegExpExecArray): string | undefined {
  const runId = `${year}${month}${day}T${time}Z`;
  return slotInstant(runId) === undefined ? undefined : runId;
}

function partOf([, , , , , index = '1', count = '1']: RegExpExecArray): Part {
  return { index: Number(index), count: Number(count) };
}
