import { parseSlot, slotId } from '@weatherline/events';
import { EXIT } from '@weatherline/runtime';
import { Failure } from '../failure.ts';

/** Reads a slot that a person typed, as a slot id. */
export function slotOf(text: string): string {
  return slotId(slotInstantOf(text));
}

/** The instant of a slot that a person typed. */
export function slotInstantOf(text: string): Date {
  try {
    return parseSlot(text);
  } catch (cause) {
    throw new Failure(EXIT.usage, cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
