import { parseProductKey, PRODUCT_PREFIX } from '@weatherline/events';
import type { Clock, ObjectInfo, ObjectStore } from '@weatherline/runtime';
import type { FreshCache } from './fresh-cache.ts';

/** What the store holds of one slot; parts in order. */
export type SlotEntry = {
  readonly id: string;
  readonly parts: readonly ObjectInfo[];
  /** Sidecars, as far as they are there. */
  readonly meta: readonly ObjectInfo[];
  readonly expected: number;
};

export type Listings = {
  readonly keys: FreshCache<readonly ObjectInfo[]>;
  readonly prefixes: FreshCache<readonly string[]>;
};

const DAY_MS = 86_400_000;

/** Finds products by their date, newest first, without ever listing the whole bucket. */
export class ProductIndex {
  readonly #store: ObjectStore;
  readonly #clock: Clock;
  readonly #listings: Listings;

  constructor(store: ObjectStore, clock: Clock, listings: Listings) {
    this.#store = store;
    this.#clock = clock;
    this.#listings = listings;
  }

  /** One slot, by its name alone. */
  async find(id: string): Promise<SlotEntry | undefined> {
    const path = `${id.slice(0, 4)}/${id.slice(4, 6)}/${id.slice(6, 8)}/${id.slice(9, 15)}`;
    return bySlot(await this.#keys(`${PRODUCT_PREFIX}${path}`)).find((slot) => slot.id === id);
  }

  /** Every slot before `before` (a slot id; exclusive), newest first; asks the store only as far as it is read. */
  async *newest(before?: string): AsyncGenerator<SlotEntry> {
    for await (const day of this.#days(before)) {
      const slots = bySlot(await this.#keys(`${PRODUCT_PREFIX}${day}/`));
      for (const slot of slots.toReversed()) if (before === undefined || slot.id < before) yield slot;
    }
  }

  /** Days as `2026/11/23`: today and yesterday unseen, then only those that exist. */
  async *#days(before: string | undefined): AsyncGenerator<string> {
    const now = this.#clock.now().getTime();
    const [today = '', yesterday = ''] = [now, now - DAY_MS].map((at) =>
      new Date(at).toISOString().slice(0, 10).replaceAll('-', '/'),
    );
    const last =
      before === undefined ? '9999/99/99' : `${before.slice(0, 4)}/${before.slice(4, 6)}/${before.slice(6, 8)}`;
    for (const day of [today, yesterday]) if (day <= last) yield day;
    for (const year of await this.#below(PRODUCT_PREFIX)) {
      if (year > last.slice(0, 4)) continue;
      for (const month of await this.#below(`${PRODUCT_PREFIX}${year}/`)) {
        if (`${year}/${month}` > last.slice(0, 7)) continue;
        for (const name of await this.#below(`${PRODUCT_PREFIX}${year}/${month}/`)) {
          const day = `${year}/${month}/${name}`;
          // Products of the future, by a clock that was wrong, are not newer than today's.
          if (day <= last && day < yesterday) yield day;
        }
      }
    }
  }

  /** The names of the folders below a prefix, newest first. */
  async #below(prefix: string): Promise<readonly string[]> {
    return this.#listings.prefixes.get(prefix, async () => {
      const names: string[] = [];
      let startAfter: string | undefined;
      do {
        const page = await this.#store.list({
          prefix,
          delimiter: '/',
          ...(startAfter === undefined ? {} : { startAfter }),
        });
        names.push(...page.prefixes.map((name) => name.slice(prefix.length, -1)));
        startAfter = page.next;
      } while (startAfter !== undefined);
      return names.filter((name) => /^\d+$/.test(name)).toReversed();
    });
  }

  async #keys(prefix: string): Promise<readonly ObjectInfo[]> {
    return this.#listings.keys.get(prefix, async () => {
      const found: ObjectInfo[] = [];
      let startAfter: string | undefined;
      do {
        const page = await this.#store.list({ prefix, ...(startAfter === undefined ? {} : { startAfter }) });
        found.push(...page.objects);
        startAfter = page.next;
      } while (startAfter !== undefined);
      return found;
    });
  }
}

/** Groups keys into slots, oldest first; keys that are not ours are passed over. */
function bySlot(keys: readonly ObjectInfo[]): SlotEntry[] {
  const slots = new Map<string, { parts: ObjectInfo[]; meta: ObjectInfo[]; expected: number }>();
  for (const info of keys) {
    const named = parseProductKey(info.key);
    if (named === undefined) continue;
    const slot = slots.get(named.runId) ?? { parts: [], meta: [], expected: 0 };
    slot.expected = Math.max(slot.expected, named.part.count);
    (named.kind === 'product' ? slot.parts : slot.meta).push(info);
    slots.set(named.runId, slot);
  }
  return [...slots]
    .filter(([, { parts }]) => parts.length > 0)
    .map(([id, slot]) => ({ id, ...slot }))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
}
