import { parseProductKey, PRODUCT_PREFIX, slotId } from '@weatherline/events';
import { EXIT, systemClock, type ObjectInfo, type ObjectReader } from '@weatherline/runtime';
import { Failure } from '../failure.ts';
import { openInstallation } from '../installation.ts';
import { table, type Output } from '../output.ts';
import type { ProductsList } from '../results/products.ts';
import { everything, newestDays, objectsBetween } from '../runs/key-range.ts';
import { slotOf } from '../runs/slot.ts';

type Stored = ProductsList['items'][number];
type Lister = Pick<ObjectReader, 'list'>;

/** The newest products, newest first; a product of several parts has as many objects. */
export async function listProducts({ data, limit }: { data: string; limit: number }, output: Output): Promise<number> {
  await using resources = new AsyncDisposableStack();
  const { store } = await openInstallation(data, output, resources);
  const items: Stored[] = [];
  for await (const parts of newestProducts(store)) {
    items.push(...parts);
    if (items.length >= limit) break;
  }
  const result: ProductsList = { items: items.slice(0, limit) };
  output.result(result, (shown) =>
    shown.items.length === 0
      ? 'no products yet'
      : table(
          ['SLOT', 'BYTES', 'STORED', 'KEY'],
          shown.items.map(({ slot, bytes, modified, key }) => [slot, bytes, modified, key]),
          { spare: ['STORED', 'BYTES'] },
        ),
  );
  return EXIT.ok;
}

/** Writes a product's lines to stdout, as they are stored; with --json as one array. */
export async function getProduct({ data, slot }: { data: string; slot?: string }, output: Output): Promise<number> {
  await using resources = new AsyncDisposableStack();
  const { store } = await openInstallation(data, output, resources);
  const wanted = slot === undefined ? undefined : slotOf(slot);
  const parts = wanted === undefined ? await newest(store) : await productOf(store, wanted);
  if (parts.length === 0) {
    throw new Failure(
      EXIT.notFound,
      wanted === undefined
        ? 'there is no product yet'
        : `there is no product of ${wanted}: weatherline products list shows what there is`,
    );
  }
  // Part by part: a product of 200,000 locations is half a gigabyte.
  let isFirst = true;
  for (const { key } of parts) {
    const lines = Buffer.from((await store.get(key))?.body ?? [])
      .toString('utf8')
      .split('\n')
      .filter(Boolean);
    if (lines.length === 0) continue;
    const before = output.json ? (isFirst ? '[' : ',') : '';
    output.print(`${before}${lines.join(output.json ? ',\n' : '\n')}`);
    isFirst = false;
  }
  if (output.json) output.print(isFirst ? '[]' : ']');
  return EXIT.ok;
}

async function newest(store: Lister): Promise<readonly Stored[]> {
  for await (const parts of newestProducts(store)) return parts;
  return [];
}

async function productOf(store: Lister, slot: string): Promise<readonly Stored[]> {
  return storedIn(await Array.fromAsync(objectsBetween(store, PRODUCT_PREFIX, { from: slot, to: slot })));
}

/** Slot by slot, newest first; asks the store only as far as it is read, and not about slots of the future. */
async function* newestProducts(store: Lister): AsyncGenerator<readonly Stored[]> {
  const now = slotId(systemClock.now());
  for await (const day of newestDays(store, PRODUCT_PREFIX)) {
    const { objects } = await everything(store, { prefix: `${PRODUCT_PREFIX}${day}/` });
    const bySlot = Map.groupBy(storedIn(objects), ({ slot }) => slot);
    for (const [slot, parts] of [...bySlot].toReversed()) if (slot <= now) yield parts;
  }
}

function storedIn(objects: readonly ObjectInfo[]): Stored[] {
  return objects.flatMap(({ key, etag, size, lastModified }) => {
    const named = parseProductKey(key);
    if (named?.kind !== 'product') return [];
    return [{ slot: named.runId, key, etag, bytes: size, modified: lastModified.toISOString() }];
  });
}
