import { Failure, parseProductKey, type Location } from '@weatherline/events';
import { sha256, type Clock, type Logger, type ObjectInfo, type StoredObject } from '@weatherline/runtime';
import { LRUCache } from 'lru-cache';
import * as v from 'valibot';
import { ALL_SLOTS, ProductIndex, type SlotEntry, type SlotRange } from './product-index.ts';
import { readAhead } from '@weatherline/runtime';
import { Replaced } from './replaced.ts';
import { SharedCalls } from './shared-calls.ts';
import { type Line, parseLines, trustedLines } from './record-lines.ts';
import type { StoreReader } from './watched-store.ts';

/** One slot's product with everything that is known of it. */
export type Product = {
  readonly id: string;
  readonly producedAt: Date;
  /** When anything that describes it was last stored, its list of failures too. */
  readonly modifiedAt: Date;
  /** Undefined where not every part was looked at. */
  readonly revision: number | undefined;
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

  /** The newest slot that was seen with all its parts. */
  get newestComplete(): string | undefined {
    return this.#index.newestComplete;
  }

  /** What the store holds, newest first. */
  newestSlots(range: SlotRange = ALL_SLOTS, ahead = 1): AsyncGenerator<SlotEntry> {
    return this.#index.newest(range, ahead);
  }

  /** What the store holds, oldest first. */
  oldestSlots(range: SlotRange): AsyncGenerator<SlotEntry> {
    return this.#index.oldest(range);
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
    const [first = isRead ? undefined : await this.#firstOf(parts)] = loaded;
    return {
      id,
      producedAt: newestOf(parts),
      modifiedAt: newestOf([...parts, ...meta]),
      revision: isRead ? Math.max(0, ...loaded.map(({ metadata }) => Number(metadata['revision'] ?? 0))) : undefined,
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

  async #firstOf([first]: readonly ObjectInfo[]): Promise<StoredPart | undefined> {
    return first === undefined ? undefined : this.part(first);
  }

  /** One part's lines; readers at the same moment share one read. `keep: false` = a scan that must not fill memory. */
  async part(info: ObjectInfo, { keep = true }: { readonly keep?: boolean } = {}): Promise<StoredPart> {
    const { key, etag } = info;
    const known = this.#loaded.get(`${key} ${etag}`);
    if (known !== undefined) return known;
    return this.#loading.share(`${key} ${etag}`, async () => {
      const object = await this.#options.store.get(key);
      if (object?.etag !== etag) this.#expire(key);
      // Deleted between the listing and now.
      if (object === undefined) return { lines: [], metadata: {}, bytes: info.size };
      const part = this.#read(object);
      if (keep) this.#loaded.set(`${key} ${object.etag}`, part);
      return part;
    });
  }

  /** The bytes of one part as they are stored; throws `Replaced` when they are no longer those that were listed. */
  async bytes({ key, etag }: ObjectInfo): Promise<Uint8Array> {
    const known = this.#loaded.get(`${key} ${etag}`);
    const kept = known === undefined ? undefined : bytesOf(known);
    if (kept !== undefined) return kept;
    const object = await this.#options.store.get(key);
    if (object?.etag === etag) return object.body;
    this.#expire(key);
    throw new Replaced(key);
  }

  #expire(key: string): void {
    const id = parseProductKey(key)?.runId;
    if (id !== undefined) this.#index.expire(id);
  }

  #read({ key, body, metadata, size }: StoredObject): StoredPart {
    const { locations, log } = this.#options;
    const { sha256: expected } = metadata;
    // Bytes with the hash that upload stored beside them need no second look.
    const trusted = expected !== undefined && expected === sha256(body) ? trustedLines(body) : undefined;
    if (trusted !== undefined) return { lines: trusted, metadata, bytes: size };
    const { lines, broken } = parseLines(body, { locations, slot: parseProductKey(key)?.runId });
    for (const line of broken) log.error('product line not readable', { key, line });
    return { lines, metadata, bytes: size };
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

function newestOf(objects: readonly ObjectInfo[]): Date {
  return new Date(Math.max(...objects.map(({ lastModified }) => lastModified.getTime())));
}

/** What is in memory as it was stored; undefined where that is not sure. */
function bytesOf({ lines, metadata, bytes }: StoredPart): Uint8Array | undefined {
  const text = Buffer.from(lines.map((line) => `${line.text}\n`).join(''));
  return text.length === bytes && metadata['sha256'] === sha256(text) ? text : undefined;
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
