import { parseSlot, slotId, slotInstant } from '@weatherline/events';
import * as v from 'valibot';
import { ALL_SLOTS, type SlotRange } from '../store/product-index.ts';
import type { Parameter } from './parameter.ts';

const SLOT = 'a slot such as 20261123T060000Z or 2026-11-23T06:00:00Z';

/** A slot in a path, as its id. */
export const slot: Parameter<string> = {
  description: 'A slot id such as 20261123T060000Z, or the same instant in RFC 3339',
  schema: v.pipe(
    v.string(),
    v.rawTransform(({ dataset, addIssue, NEVER }) => {
      const id = slotOf(dataset.value);
      if (id !== undefined) return id;
      addIssue({ message: `must be ${SLOT}` });
      return NEVER;
    }),
  ),
  decode: (text) => text,
  example: '20261123T060000Z',
};

/** An instant or an interval of slots, both ends included (the syntax of OGC API). */
export const datetime: Parameter<SlotRange> = {
  description:
    'Slots: an instant, or an interval `A/B` with both ends included, `../B` or `A/..`; each end is RFC 3339, a date or a slot id. Slots are whole seconds: fractions narrow an interval to those within it',
  schema: v.pipe(
    v.string(),
    v.rawTransform(({ dataset, addIssue, NEVER }) => {
      const range = rangeOf(dataset.value);
      if (typeof range !== 'string') return range;
      addIssue({ message: range });
      return NEVER;
    }),
  ),
  decode: (text) => text,
  example: '2026-11-22T00:00:00Z/2026-11-23T00:00:00Z',
};

function rangeOf(text: string): SlotRange | string {
  const [start = '', end, ...more] = text.split('/');
  if (more.length > 0) return 'must be one instant or one interval A/B';
  const from = start === '..' || (start === '' && end !== undefined) ? ALL_SLOTS.from : endOf(start, 'first');
  const last = end ?? start;
  const to = last === '..' || last === '' ? ALL_SLOTS.to : endOf(last, 'last');
  if (from === undefined || to === undefined) {
    return `must be an instant or A/B; each end ${SLOT}, a date such as 2026-11-23, or '..'`;
  }
  if (from <= to) return { from, to };
  return FRACTION.test(text) ? 'must hold a whole second, as slots are' : 'must not end before it begins';
}

/** A fraction of a second, as JavaScript's toISOString writes. */
const FRACTION = /(?<=T\d{2}:\d{2}:\d{2})\.(\d{1,9})(?=Z|[+ -]\d{2})/i;

/** The first or the last whole second of what an end of an interval says. */
function endOf(text: string, which: 'first' | 'last'): string | undefined {
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return slotOf(`${text}${which === 'first' ? 'T00:00:00Z' : 'T23:59:59Z'}`);
  const [, fraction = '0'] = FRACTION.exec(text) ?? [];
  const id = slotOf(text.replace(FRACTION, ''));
  if (id === undefined || which === 'last' || Number(fraction) === 0) return id;
  const after = slotId(new Date((slotInstant(id)?.getTime() ?? Number.NaN) + 1000));
  return slotInstant(after) === undefined ? undefined : after;
}

function slotOf(text: string): string | undefined {
  // A plus sign in a query is a space once it is read.
  const spelt = text.replace(/ (?=\d{2}:\d{2}$)/, '+').replace(/\.0+(?=Z|[+-])/i, '');
  try {
    const id = slotId(parseSlot(spelt));
    // `new Date` takes 30 February for 2 March, and 24:00 for the day after: only an instant that reads back as it was
    // written is one.
    return slotInstant(id) === undefined || !isRealDate(spelt) ? undefined : id;
  } catch {
    return undefined;
  }
}

function isRealDate(text: string): boolean {
  const [, year, month, day, hour] = /^(\d{4})-?(\d{2})-?(\d{2})T(\d{2})/i.exec(text) ?? [];
  const date = new Date(`${year}-${month}-${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.getUTCDate() === Number(day) && Number(hour) < 24;
}

/** Days from one slot to another. */
export function daysOf({ from, to }: SlotRange): number {
  const [start, end] = [slotInstant(from), slotInstant(to)];
  return start === undefined || end === undefined ? 0 : (end.getTime() - start.getTime()) / 86_400_000;
}
