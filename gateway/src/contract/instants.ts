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
    'Slots: an instant, or an interval `A/B` with both ends included, `../B` or `A/..`; each end is RFC 3339, a date or a slot id',
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
  const from = start === '..' || (start === '' && end !== undefined) ? ALL_SLOTS.from : endOf(start, 'T00:00:00Z');
  const last = end ?? start;
  const to = last === '..' || last === '' ? ALL_SLOTS.to : endOf(last, 'T23:59:59Z');
  if (from === undefined || to === undefined) {
    return `must be an instant or A/B; each end ${SLOT}, a date such as 2026-11-23, or '..'`;
  }
  return from > to ? 'must not end before it begins' : { from, to };
}

function endOf(text: string, time: string): string | undefined {
  return slotOf(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}${time}` : text);
}

function slotOf(text: string): string | undefined {
  // A plus sign in a query is a space once it is read.
  const spelt = text.replace(/ (?=\d{2}:\d{2}$)/, '+');
  try {
    const id = slotId(parseSlot(spelt));
    // `new Date` takes 30 February for 2 March: only an instant that reads back as it was written is one.
    return slotInstant(id) === undefined || !isRealDate(spelt) ? undefined : id;
  } catch {
    return undefined;
  }
}

function isRealDate(text: string): boolean {
  const [, year, month, day] = /^(\d{4})-?(\d{2})-?(\d{2})/.exec(text) ?? [];
  const date = new Date(`${year}-${month}-${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.getUTCDate() === Number(day);
}

/** Days from one slot to another. */
export function daysOf({ from, to }: SlotRange): number {
  const [start, end] = [slotInstant(from), slotInstant(to)];
  return start === undefined || end === undefined ? 0 : (end.getTime() - start.getTime()) / 86_400_000;
}
