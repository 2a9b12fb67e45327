/** Maps in order with up to `ahead` calls under way; begins no more of them than its reader asks for and `ahead`. */
export async function* readAhead<From, To>(
  items: AsyncIterable<From> | Iterable<From>,
  ahead: number,
  load: (item: From) => Promise<To>,
): AsyncGenerator<To> {
  const underWay: Promise<To>[] = [];
  try {
    for await (const item of items) {
      const loading = load(item);
      // It is awaited later; until then its failure must not look unhandled.
      loading.catch(() => {});
      underWay.push(loading);
      if (underWay.length < ahead) continue;
      const first = underWay.shift();
      if (first !== undefined) yield await first;
    }
    for (const loading of underWay) yield await loading;
  } finally {
    underWay.length = 0;
  }
}
