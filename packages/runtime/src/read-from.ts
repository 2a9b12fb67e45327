import type { ReadFrom } from './ports.ts';

/** The first offset wanted of each partition; undefined = everywhere from the start, as far as offsets are concerned. */
export function startsOf(from: ReadFrom): ReadonlyMap<number, number> | undefined {
  if (from === 'earliest' || 'time' in from) return undefined;
  return 'offsets' in from ? from.offsets : new Map([[from.partition, from.offset]]);
}
