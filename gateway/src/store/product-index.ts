import { parseProductKey, PRODUCT_PREFIX, slotPath } from '@weatherline/events';
import type { Clock, Logger, ObjectInfo } from '@weatherline/runtime';
import { readAhead } from '@weatherline/runtime';
import type { StoreReader } from './watched-store.ts';
import { WindowCache } from './window-cache.ts';

/** What the store holds of one slot; parts in order. */
export type SlotEntry = {
  readonly id: string;
  readonly parts: readonly ObjectInfo[];
  /** Sidecars, as far as they are there. */
  readonly meta: readonly ObjectInfo[];
  readonly expected: number;
};

/** Slot ids, both ends included. */
export type SlotRange = { readonly from: string; readonly to: string };

export const ALL_SLOTS: SlotRange = { from: '00000101T000000Z', to: '99991231T235959Z' };

const DAY_MS = 86_400_000;

/** Finds products by their date, without ever listing the whole bucket. */
export class ProductIndex {
  readonly #store: StoreReader;
  readonly #clock: Clock;
  readonly #keys: WindowCache<readonly ObjectInfo[]>;
  readonly #prefixes: WindowCache<readonly string[]>;
  #newestComplete: string | undefined;

  constructor(store: StoreReader, clock: Clock, log: Logger) {
    this.#store = store;
    this.#clock = clock;
    this.#keys = new WindowCache({ clock, log, max: 400 });
    this.#prefixes = new WindowCache({ clock, log, max: 100 });
  }

  /** The newest slot that was seen with all its parts. */
  get newestComplete(): string | undefined {
    return this.#newestComplete;
  }

  /** One slot, by its name alone. */
  async find(id: string): Promise<SlotEntry | undefined> {
    return this.#noted(bySlot(await this.#list(`${PRODUCT_PREFIX}${slotPath(id)}`))).find((slot) => slot.id === id);
  }

  /** Something in this slot is not as it was listed. */
  expire(id: string): void {
    for (const name of [slotPath(id), `${dayOf(id)}/`]) this.#keys.expire(`${PRODUCT_PREFIX}${name}`);
  }

  #noted(slots: SlotEntry[]): SlotEntry[] {
    const newest = slots.findLast(({ parts, expected }) => parts.length === expected)?.id;
    if (newest !== undefined && newest > (this.#newestComplete ?? '')) this.#newestComplete = newest;
    return slots;
  }

  /** Newest first; asks the store only as far as it is read, and `ahead` days further. */
  async *newest({ from, to }: SlotRange = ALL_SLOTS, ahead = 1): AsyncGenerator<SlotEntry> {
    const days = readAhead(this.#days(dayOf(from), dayOf(to)), ahead, async (day) => this.#slotsOf(day));
    for await (const slots of days) {
      for (const slot of slots.toReversed()) if (slot.id >= from && slot.id <= to) yield slot;
    }
  }

  /** Oldest first: one pass over the keys of the range, a thousand at a time. */
  async *oldest({ from, to }: SlotRange): AsyncGenerator<SlotEntry> {
    let held: ObjectInfo[] = [];
    let startAfter: string | undefined = `${PRODUCT_PREFIX}${pathOf(from).slice(0, -1)}`;
    const end = `${PRODUCT_PREFIX}${pathOf(to)}~`;
    // A slot's keys may lie on two pages: the last slot of a page waits for the next one.
    do {
      const page: Awaited<ReturnType<StoreReader['list']>> = await this.#store.list({
        prefix: PRODUCT_PREFIX,
        startAfter,
      });
      held.push(...page.objects.filter(({ key }) => key <= end));
      const isLast = page.next === undefined || page.objects.some(({ key }) => key > end);
      startAfter = isLast ? undefined : page.next;
      const slots = bySlot(held);
      const open = isLast ? undefined : slots.at(-1);
      for (const slot of slots) if (slot !== open && slot.id >= from && slot.id <= to) yield slot;
      held = open === undefined ? [] : [...open.parts, ...open.meta];
    } while (startAfter !== undefined);
  }

  async #slotsOf(day: string): Promise<readonly SlotEntry[]> {
    return this.#noted(bySlot(await this.#list(`${PRODUCT_PREFIX}${day}/`)));
  }

  /** Days as `2026/11/23`, newest first: today and yesterday unseen, then only those that exist. */
  async *#days(first: string, last: string): AsyncGenerator<string> {
    const now = this.#clock.now().getTime();
    const [today = '', yesterday = ''] = [now, now - DAY_MS].map((at) =>
      new Date(at).toISOString().slice(0, 10).replaceAll('-', '/'),
    );
    for (const day of [today, yesterday]) if (day <= last && day >= first) yield day;
    if (first >= yesterday) return;
    for (const year of await this.#below(PRODUCT_PREFIX)) {
      if (year > last.slice(0, 4) || year < first.slice(0, 4)) continue;
      for (const month of await this.#below(`${PRODUCT_PREFIX}${year}/`)) {
        if (`${year}/${month}` > last.slice(0, 7) || `${year}/${month}` < first.slice(0, 7)) continue;
        for (const name of await this.#below(`${PRODUCT_PREFIX}${year}/${month}/`)) {
          const day = `${year}/${month}/${name}`;
          // Products of the future, by a clock that was wrong, are not newer than today's.
          if (day <= last && day >= first && day < yesterday) yield day;
        }
      }
    }
  }

  /** The names of the folders below a prefix, newest first. */
  async #below(prefix: string): Promise<readonly string[]> {
    return this.#prefixes.get(prefix, async () => {
      const { prefixes } = await this.#everything({ prefix, delimiter: '/' });
      const names = prefixes.map((name) => name.slice(prefix.length, -1));
      return names.filter((name) => /^\d+$/.test(name)).toReversed();
    });
  }

  async #list(prefix: string): Promise<readonly ObjectInfo[]> {
    return this.#keys.get(prefix, async () => (await this.#everything({ prefix })).objects);
  }

  async #everything(what: { prefix: string; delimiter?: string }): Promise<{
    objects: ObjectInfo[];
    prefixes: string[];
  }> {
    const objects: ObjectInfo[] = [];
    const prefixes: string[] = [];
    let startAfter: string | undefined;
    do {
      const page = await this.#store.list({ ...what, ...(startAfter === undefined ? {} : { startAfter }) });
      objects.push(...page.objects);
      prefixes.push(...page.prefixes);
      startAfter = page.next;
    } while (startAfter !== undefined);
    return { objects, prefixes };
  }
}

function dayOf(id: string): string {
  return `${id.slice(0, 4)}/${id.slice(4, 6)}/${id.slice(6, 8)}`;
}

/** As `slotPath`, also of an id that only bounds a range and is no instant. */
function pathOf(id: string): string {
  return `${dayOf(id)}/${id.slice(9, 15)}`;
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
