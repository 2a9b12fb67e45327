import * as v from 'valibot';

/** A slot's compact id, UTC, whole seconds: `20261123T060000Z`. */
export const SlotId = v.pipe(v.string(), v.regex(/^\d{8}T\d{6}Z$/, 'must look like 20261123T060000Z'));

/** The same instant in RFC 3339: `2026-11-23T06:00:00Z`. */
export const SlotInstant = v.pipe(
  v.string(),
  v.regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/, 'must look like 2026-11-23T06:00:00Z'),
);

const COMPACT = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/;

/** RFC 3339 in UTC with whole seconds; the only way instants are written. */
export function instantText(instant: Date): string {
  // It always ends with the milliseconds and a Z.
  return `${instant.toISOString().slice(0, -5)}Z`;
}

/** `20261123T060000Z` for an instant; fractions of a second are cut. */
export function slotId(instant: Date): string {
  return instantText(instant).replaceAll(/[-:]/g, '');
}

/** The instant that a slot id names, or undefined when the text is no slot id or no real date. */
export function slotInstant(id: string): Date | undefined {
  const match = COMPACT.exec(id);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  const instant = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(instant.getTime()) || slotId(instant) !== id ? undefined : instant;
}

/** Reads what a person types as a slot: a slot id or RFC 3339 with whole seconds, any offset. */
export function parseSlot(text: string): Date {
  const instant = slotInstant(text) ?? rfc3339(text);
  if (instant === undefined) {
    throw new RangeError(`expected a slot like 20261123T060000Z or 2026-11-23T06:00:00Z, got '${text}'`);
  }
  return instant;
}

function rfc3339(text: string): Date | undefined {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(Z|[+-]\d{2}:\d{2})$/i.test(text)) return undefined;
  const instant = new Date(text);
  return Number.isNaN(instant.getTime()) ? undefined : instant;
}
