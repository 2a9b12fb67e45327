import { slotPath } from '@weatherline/events';
import type { ListOptions, Listing, ObjectInfo, ObjectReader } from '@weatherline/runtime';

/** Slot ids, both ends included. */
export type SlotRange = { readonly from: string; readonly to: string };

/** The objects of a range of slots below a root such as `weather-runs/`: as many requests as there are thousands of them. */
export async function* objectsBetween(
  store: Pick<ObjectReader, 'list'>,
  root: string,
  { from, to }: SlotRange,
): AsyncGenerator<ObjectInfo> {
  const [first, last] = [`${root}${slotPath(from)}`, `${root}${slotPath(to)}`];
  // What follows the time in a key (`.json`, `.00001-of-00002.jsonl`) sorts before this.
  const end = `${last}~`;
  // A key that begins as the first slot does sorts after the slot's path alone.
  let startAfter: string | undefined = first;
  while (startAfter !== undefined) {
    const page: Listing = await store.list({ prefix: commonFolder(first, last), startAfter });
    for (const info of page.objects) {
      if (info.key >= end) return;
      yield info;
    }
    startAfter = page.next;
  }
}

/** The folders that two keys share: a listing below them reads little that is not asked for. */
function commonFolder(one: string, other: string): string {
  const segments = one.split('/');
  const others = other.split('/');
  const differing = segments.findIndex((segment, at) => segment !== others[at]);
  return `${segments.slice(0, differing < 0 ? -1 : differing).join('/')}/`;
}

/** Days (`2026/11/23`) below a root that hold something, newest first: by folder names, asked for only as far as they are read. */
export async function* newestDays(store: Pick<ObjectReader, 'list'>, root: string): AsyncGenerator<string> {
  for (const year of await foldersBelow(store, root)) {
    for (const month of await foldersBelow(store, `${root}${year}/`)) {
      for (const day of await foldersBelow(store, `${root}${year}/${month}/`)) yield `${year}/${month}/${day}`;
    }
  }
}

async function foldersBelow(store: Pick<ObjectReader, 'list'>, prefix: string): Promise<string[]> {
  const { prefixes } = await everything(store, { prefix, delimiter: '/' });
  const names = prefixes.map((name) => name.slice(prefix.length, -1));
  return names.filter((name) => /^\d+$/.test(name)).toReversed();
}

/** All pages of one listing. */
export async function everything(
  store: Pick<ObjectReader, 'list'>,
  options: ListOptions,
): Promise<Omit<Listing, 'next'>> {
  const all: { objects: ObjectInfo[]; prefixes: string[] } = { objects: [], prefixes: [] };
  let { startAfter } = options;
  do {
    const page: Listing = await store.list({ ...options, ...(startAfter === undefined ? {} : { startAfter }) });
    all.objects.push(...page.objects);
    all.prefixes.push(...page.prefixes);
    startAfter = page.next;
  } while (startAfter !== undefined);
  return all;
}
