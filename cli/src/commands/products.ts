import { parseProductKey, PRODUCT_PREFIX } from '@weatherline/events';
import { EXIT } from '@weatherline/runtime';
import { Failure } from '../failure.ts';
import { table, type Output } from '../output.ts';
import { openReading, type Reading } from '../reading.ts';
import { slotOf } from './runs.ts';

type Stored = { slot: string; key: string; bytes: number; modified: string };

/** The newest products, newest first. */
export async function listProducts({ data, limit }: { data: string; limit: number }, output: Output): Promise<number> {
  await using resources = new AsyncDisposableStack();
  const items = (await storedProducts(await openReading(data, resources))).slice(-limit).toReversed();
  output.result({ items }, () =>
    items.length === 0
      ? 'no products yet'
      : table(
          ['SLOT', 'BYTES', 'KEY'],
          items.map(({ slot, bytes, key }) => [slot, bytes, key]),
        ),
  );
  return EXIT.ok;
}

/** Writes a product's lines to stdout, as they are stored; with --json as one array. */
export async function getProduct({ data, slot }: { data: string; slot?: string }, output: Output): Promise<number> {
  await using resources = new AsyncDisposableStack();
  const reading = await openReading(data, resources);
  const all = await storedProducts(reading);
  const wanted = slot === undefined ? all.at(-1)?.slot : slotOf(slot);
  const parts = all.filter((product) => product.slot === wanted);
  if (parts.length === 0) {
    throw new Failure(
      EXIT.notFound,
      wanted === undefined
        ? 'there is no product yet'
        : `there is no product of ${wanted}: weatherline products list shows what there is`,
    );
  }
  const lines: string[] = [];
  for (const { key } of parts) {
    const object = await reading.store.get(key);
    if (object !== undefined) lines.push(...Buffer.from(object.body).toString('utf8').split('\n').filter(Boolean));
  }
  output.print(output.json ? `[${lines.join(',\n')}]` : lines.join('\n'));
  return EXIT.ok;
}

async function storedProducts({ store }: Reading): Promise<Stored[]> {
  const found: Stored[] = [];
  let startAfter: string | undefined;
  do {
    const page = await store.list({ prefix: PRODUCT_PREFIX, ...(startAfter === undefined ? {} : { startAfter }) });
    for (const { key, size, lastModified } of page.objects) {
      const parsed = parseProductKey(key);
      if (parsed?.kind !== 'product') continue;
      found.push({ slot: parsed.runId, key, bytes: size, modified: lastModified.toISOString() });
    }
    startAfter = page.next;
  } while (startAfter !== undefined);
  return found;
}
