import { readAhead } from '@weatherline/runtime';

/** Maps in order, with at most so many calls under way. */
export async function inParallel<From, To>(
  items: readonly From[],
  atOnce: number,
  load: (item: From) => Promise<To>,
): Promise<To[]> {
  return Array.fromAsync(readAhead(items, atOnce, load));
}
