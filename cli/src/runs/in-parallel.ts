/** Maps in order, with at most so many calls under way. */
export async function inParallel<From, To>(
  items: readonly From[],
  atOnce: number,
  load: (item: From) => Promise<To>,
): Promise<To[]> {
  const results: To[] = [];
  for (let at = 0; at < items.length; at += atOnce) {
    results.push(...(await Promise.all(items.slice(at, at + atOnce).map(load))));
  }
  return results;
}
