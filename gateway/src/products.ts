import { Failure, type Location } from '@weatherline/events';
import type { Clock, Logger, ObjectInfo, ObjectStore } from '@weatherline/runtime';
import * as v from 'valibot';
import { FreshCache } from './fresh-cache.ts';
import { ProductIndex, type SlotEntry } from './product-index.ts';
import { parseLines, type Line } from './record-lines.ts';

/** One slot's product with everything that is known of it. */
export type Product = {
  readonly id: string;
  readonly producedAt: Date;
  readonly revision: number;
  readonly bytes: number;
  /** SHA-256 of the only part; of several parts there is no one sum. */
  readonly sha256: string | undefined;
  readonly reason: string | undefined;
  readonly parts: { readonly stored: number; readonly expected: number };
  readonly complete: boolean;
  /** In file order, part by part. */
  readonly lines: readonly Line[];
  readonly failures: readonly Failure[];
};

type LoadedPart = { readonly lines: readonly Line[]; readonly metadata: Readonly<Record<string, string>> };

const FRESH_MS = 15_000;
const FOR_EVER = Number.POSITIVE_INFINITY;
const Meta = v.looseObject({ failures: v.array(Failure) });

export type ProductsOptions = {
  readonly store: ObjectStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly locations: readonly Location[];
};

/** Products as readers want them: by name, or newest first; bytes are read once as long as their ETag stands. */
export class Products {
  readonly #options: ProductsOptions;
  readonly #index: ProductIndex;
  readonly #parts: FreshCache<LoadedPart>;
  readonly #failures: FreshCache<readonly Failure[]>;

  constructor(options: ProductsOptions) {
    const { store, clock, log } = options;
    this.#options = options;
    const listings = {
      keys: new FreshCache<readonly ObjectInfo[]>({ clock, log, freshMs: FRESH_MS, max: 400 }),
      prefixes: new FreshCache<readonly string[]>({ clock, log, freshMs: FRESH_MS, max: 100 }),
    };
    this.#index = new ProductIndex(store, clock, listings);
    this.#parts = new FreshCache({ clock, log, freshMs: FOR_EVER, max: 200 });
    this.#failures = new FreshCache({ clock, log, freshMs: FOR_EVER, max: 400 });
  }

  async get(id: string): Promise<Product | undefined> {
    const slot = await this.#index.find(id);
    return slot === undefined ? undefined : this.#load(slot);
  }

  /** Newest first, before a slot id (exclusive). */
  async *newest(before?: string): AsyncGenerator<Product> {
    for await (const slot of this.#index.newest(before)) yield this.#load(slot);
  }

  async take(count: number, before?: string): Promise<Product[]> {
    const products: Product[] = [];
    if (count < 1) return products;
    for await (const product of this.newest(before)) {
      products.push(product);
      if (products.length >= count) break;
    }
    return products;
  }

  async #load({ id, parts, meta, expected }: SlotEntry): Promise<Product> {
    const loaded = await Promise.all(parts.map(async (info) => this.#part(info)));
    const failures = await Promise.all(meta.map(async (info) => this.#failuresOf(info)));
    const [first] = loaded;
    return {
      id,
      producedAt: new Date(Math.max(...parts.map(({ lastModified }) => lastModified.getTime()))),
      revision: Math.max(...loaded.map(({ metadata }) => Number(metadata['revision'] ?? 1))),
      bytes: parts.reduce((sum, { size }) => sum + size, 0),
      sha256: loaded.length === 1 ? first?.metadata['sha256'] : undefined,
      reason: first?.metadata['reason'],
      parts: { stored: parts.length, expected },
      complete: parts.length === expected,
      lines: loaded.flatMap(({ lines }) => lines),
      failures: failures.flat(),
    };
  }

  async #part({ key, etag }: ObjectInfo): Promise<LoadedPart> {
    const { store, locations, log } = this.#options;
    return this.#parts.get(`${key} ${etag}`, async () => {
      const object = await store.get(key);
      // Deleted between the listing and now.
      if (object === undefined) return { lines: [], metadata: {} };
      const { lines, broken } = parseLines(object.body, locations);
      for (const line of broken) log.error('product line not readable', { key, line });
      return { lines, metadata: object.metadata };
    });
  }

  async #failuresOf({ key, etag }: ObjectInfo): Promise<readonly Failure[]> {
    return this.#failures.get(`${key} ${etag}`, async () => {
      const object = await this.#options.store.get(key);
      if (object === undefined) return [];
      try {
        const result = v.safeParse(Meta, JSON.parse(Buffer.from(object.body).toString('utf8')));
        if (result.success) return result.output.failures;
      } catch {
        // Told below, like a sidecar of another shape.
      }
      this.#options.log.error('product sidecar not readable', { key });
      return [];
    });
  }
}
