import { Failure, type Location } from '@weatherline/events';
import { sha256, type Clock, type Logger, type ObjectInfo } from '@weatherline/runtime';
import { LRUCache } from 'lru-cache';
import * as v from 'valibot';
import { ALL_SLOTS, ProductIndex, type SlotEntry, type SlotRange } from './product-index.ts';
import { readAhead } from './read-ahead.ts';
import { SharedCalls } from './shared-calls.ts';
import { type Line, parseLines, trustedLines } from './record-lines.ts';
import type { StoreReader } from './watched-store.ts';

/** One slot's product with everything that is known of it. */
export type Product = {
  readonly id: string;
  readonly producedAt: Date;
  readonly revision: number;
  readonly bytes: number;
  /** SHA-256 of the only part, in hex; of several parts there is no one sum. */
  readonly sha256: string | undefined;
  readonly reason: string | undefined;
  readonly parts: { readonly stored: number; readonly expected: number };
  readonly complete: boolean;
  /** Were the lines read? Of a product of more than `MOST_PARTS_READ` parts they are not. */
  readonly isRead: boolean;
  /** In file order, part by part. */
  readonly lines: readonly Line[];
  readonly failures: readonly Failure[];
};

export type StoredPart = {
  readonly lines: readonly Line[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly bytes: number;
};

/** A product of more parts than this is never read whole: a run of 200,000 places is half a gigabyte. */
export const MOST_PARTS_READ = 20;

const READ_AHEAD = 8;
const PART_CACHE_BYTES = 64 * 2 ** 20;
const Meta = v.looseObject({ failures: v.array(Failure) });

export type ProductsOptions = {
  readonly store: StoreReader;
  readonly clock: Clock;
  readonly log: Logger;
  readonly locations: readonly Location[];
};

/** Products as readers want them: by name, or newest first; bytes are read once as long as their ETag stands. */
export class Products {
  readonly #options: ProductsOptions;
  readonly #index: ProductIndex;
  readonly #loaded = new LRUCache<string, StoredPart>({
    maxSize: PART_CACHE_BYTES,
    sizeCalculation: ({ bytes }) => bytes + 500,
  });
  readonly #failures = new LRUCache<string, readonly Failure[]>({ max: 4_000 });
  readonly #loading = new SharedCalls<StoredPart>();
  readonly #loadingFailures = new SharedCalls<readonly Failure[]>();

  constructor(options: ProductsOptions) {
    const { store, clock, log } = options;
    this.#options = options;
    this.#index = new ProductIndex(store, clock, log);
  }

  async find(id: string): Promise<SlotEntry | undefined> {
    return this.#index.find(id);
  }

  async get(id: string): Promise<Product | undefined> {
    const slot = await this.#index.find(id);
    return slot === undefined ? undefined : this.read(slot);
  }

  /** What the store holds, newest first. */
  newestSlots(range: SlotRange = ALL_SLOTS, ahead = 1): AsyncGenerator<SlotEntry> {
    return this.#index.newest(range, ahead);
  }

  /** What the store holds, oldest first. */
  oldestSlots(range: SlotRange): AsyncGenerator<SlotEntry> {
    return this.#index.oldest(range);
  }

  /** Newest first; `ahead` = how many the reader is likely to want. */
  newest(range: SlotRange = ALL_SLOTS, ahead = 1): AsyncGenerator<Product> {
    const width = Math.min(READ_AHEAD, ahead);
    return readAhead(this.#index.newest(range, Math.ceil(width / 2)), width, async (slot) => this.read(slot));
  }

  async take(count: number, range: SlotRange = ALL_SLOTS): Promise<Product[]> {
    const slots: SlotEntry[] = [];
    if (count < 1) return [];
    for await (const slot of this.#index.newest(range, Math.min(READ_AHEAD, Math.ceil(count / 4)))) {
      slots.push(slot);
      if (slots.length >= count) break;
    }
    const products: Product[] = [];
    for await (const product of this.readAll(slots)) products.push(product);
    return products;
  }

  /** The products of slots, in their order. */
  readAll(slots: readonly SlotEntry[]): AsyncGenerator<Product> {
    return readAhead(slots, READ_AHEAD, async (slot) => this.read(slot));
  }

  async read({ id, parts, meta, expected }: SlotEntry): Promise<Product> {
    const isRead = parts.length <= MOST_PARTS_READ;
    const [loaded, failures] = isRead
      ? await Promise.all([
          Promise.all(parts.map(async (info) => this.part(info))),
          Promise.all(meta.map(async (info) => this.#failuresOf(info))),
        ])
      : [[], []];
    const [first] = loaded;
    return {
      id,
      producedAt: new Date(Math.max(...parts.map(({ lastModified }) => lastModified.getTime()))),
      revision: Math.max(1, ...loaded.map(({ metadata }) => Number(metadata['revision'] ?? 1))),
      bytes: parts.reduce((sum, { size }) => sum + size, 0),
      sha256: loaded.length === 1 ? first?.metadata['sha256'] : undefined,
      reason: first?.metadata['reason'],
      parts: { stored: parts.length, expected },
      complete: parts.length === expected,
      isRead,
      lines: loaded.flatMap(({ lines }) => lines),
      failures: failures.flat(),
    };
  }

  /** One part's lines; readers at the same moment share one read. `keep: false` = a scan that must not fill memory. */
  async part({ key, etag, size }: ObjectInfo, { keep = true }: { readonly keep?: boolean } = {}): Promise<StoredPart> {
    const name = `${key} ${etag}`;
    const known = this.#loaded.get(name);
    if (known !== undefined) return known;
    return this.#loading.share(name, async () => {
      const part = await this.#readPart(key, size);
      if (keep) this.#loaded.set(name, part);
      return part;
    });
  }

  /** The bytes of one part as they are stored; undefined = deleted since it was listed. */
  async bytes(key: string): Promise<Uint8Array | undefined> {
    return (await this.#options.store.get(key))?.body;
  }

  async #readPart(key: string, size: number): Promise<StoredPart> {
    const { store, locations, log } = this.#options;
    const object = await store.get(key);
    // Deleted between the listing and now.
    if (object === undefined) return { lines: [], metadata: {}, bytes: size };
    const { sha256: expected } = object.metadata;
    // Bytes with the hash that upload stored beside them need no second look.
    const trusted = expected !== undefined && expected === sha256(object.body) ? trustedLines(object.body) : undefined;
    if (trusted !== undefined) return { lines: trusted, metadata: object.metadata, bytes: size };
    const { lines, broken } = parseLines(object.body, locations);
    for (const line of broken) log.error('product line not readable', { key, line });
    return { lines, metadata: object.metadata, bytes: size };
  }

  async #failuresOf({ key, etag }: ObjectInfo): Promise<readonly Failure[]> {
    const name = `${key} ${etag}`;
    const known = this.#failures.get(name);
    if (known !== undefined) return known;
    return this.#loadingFailures.share(name, async () => {
      const failures = failuresIn((await this.#options.store.get(key))?.body);
      if (failures === undefined) this.#options.log.error('product sidecar not readable', { key });
      this.#failures.set(name, failures ?? []);
      return failures ?? [];
    });
  }
}

function failuresIn(body: Uint8Array | undefined): readonly Failure[] | undefined {
  if (body === undefined) return [];
  try {
    const result = v.safeParse(Meta, JSON.parse(Buffer.from(body).toString('utf8')));
    return result.success ? result.output.failures : undefined;
  } catch {
    return undefined;
  }
}
