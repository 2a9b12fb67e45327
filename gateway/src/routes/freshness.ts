import { slotInstant } from '@weatherline/events';
import type { RoutePorts } from '../route-ports.ts';
import { readAhead } from '@weatherline/runtime';
import type { Run } from '../store/runs.ts';

/** A product's slot and when it was stored, unix milliseconds; undefined = a replay has replaced it since. */
export type Stored = { readonly slot: number; readonly at: number | undefined };

type Span = { readonly from: number; readonly to: number };
type Made = { readonly slot: number; readonly at: number; readonly run: Run };

/** Of more late products than this the older ones count as they are: a status is not worth a thousand reads. */
const MOST_LOOKED_AT = 200;
const AHEAD = 8;

/**
 * When the products of runs were stored. The store keeps only the last time, so one that looks late is read: when it
 * was replaced, its first time is not known any more.
 */
export async function timesOf(
  runs: readonly Run[],
  { products }: Pick<RoutePorts, 'products'>,
  allowanceMs: number,
): Promise<Stored[]> {
  const made = runs.flatMap((run): Made[] => {
    const slot = slotInstant(run.id);
    return run.producedAt === undefined || slot === undefined
      ? []
      : [{ slot: slot.getTime(), at: run.producedAt.getTime(), run }];
  });
  const late = made.filter(({ slot, at }) => at > slot + allowanceMs).slice(-MOST_LOOKED_AT);
  const replaced = new Set<Made>();
  const looked = readAhead(late, AHEAD, async (one) => ({ one, isReplaced: await wasReplaced(one.run, products) }));
  try {
    for await (const { one, isReplaced } of looked) if (isReplaced) replaced.add(one);
  } catch {
    // The store cannot be reached: what was not looked at counts as it was stored.
  }
  return made.map((one) => ({ slot: one.slot, at: replaced.has(one) ? undefined : one.at }));
}

async function wasReplaced({ slot }: Run, products: RoutePorts['products']): Promise<boolean> {
  // The part that was stored last is what makes it late.
  const last = slot?.parts.toSorted((a, b) => a.lastModified.getTime() - b.lastModified.getTime()).at(-1);
  return last !== undefined && Number((await products.part(last)).metadata['revision'] ?? 0) > 0;
}

/**
 * The share of the span in which the newest product was younger than the target. The span begins with the first
 * product that there is; without any the share is null. Time that only replaced products could have covered is left
 * out: nobody can say any more whether they did.
 */
export function freshness(stored: readonly Stored[], now: Date, spanMs: number, targetMs: number): number | null {
  const [first] = stored;
  if (first === undefined) return null;
  const end = now.getTime();
  const start = Math.max(end - spanMs, Math.min(first.at ?? first.slot, end));
  // From the moment it is stored until it is too old, each product keeps the reader fresh.
  const spanOf = ({ slot, at = slot }: Stored): Span => ({
    from: Math.max(at, start),
    to: Math.min(slot + targetMs, end),
  });
  const covered = lengthOf(stored.filter(({ at }) => at !== undefined).map(spanOf));
  const unknown = lengthOf(stored.map(spanOf)) - covered;
  const whole = end - start - unknown;
  if (whole <= 0) return unknown > 0 ? null : 1;
  return Math.round((covered / whole) * 10_000) / 10_000;
}

/** What spans cover together. */
function lengthOf(spans: readonly Span[]): number {
  let length = 0;
  let end = -Infinity;
  for (const { from, to } of spans.toSorted((a, b) => a.from - b.from)) {
    length += Math.max(0, to - Math.max(from, end));
    end = Math.max(end, to);
  }
  return length;
}
