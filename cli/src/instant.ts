import { slotInstant } from '@weatherline/events';
import { duration, EXIT } from '@weatherline/runtime';
import { Failure } from './failure.ts';

const RFC3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/i;

/** Reads an instant that a person typed for an option: RFC 3339, a slot id, or how long ago (`2h`). */
export function instantOf(option: string, text: string, now: Date): Date {
  const instant = slotInstant(text) ?? (RFC3339.test(text) ? new Date(text) : ago(text, now));
  if (instant === undefined || Number.isNaN(instant.getTime())) {
    throw new Failure(
      EXIT.usage,
      `${option}: expected an instant such as 2026-11-23T06:00:00Z, or how long ago such as 2h, got '${text}'`,
    );
  }
  return instant;
}

function ago(text: string, now: Date): Date | undefined {
  try {
    return new Date(now.getTime() - duration(text));
  } catch {
    return undefined;
  }
}
