import {
  ProductStored,
  productKey,
  productMetaKey,
  RecordsTransformed,
  type RecordsTransformed as Input,
} from '@weatherline/events';
import {
  defineFunction,
  PermanentError,
  sha256,
  type FunctionDefinition,
  type ObjectMetadata,
  type ObjectStore,
  type StoredObject,
} from '@weatherline/runtime';
import { productBytes, productMeta, type Stored } from './product.ts';

export type UploadPorts = {
  readonly store: ObjectStore;
  /** The pipeline's version; object metadata, never in a record. */
  readonly version: string;
  /** Told of every part that is stored. */
  readonly observe?: (product: { slot: Date; records: number; locations: number }) => void;
};

type Output = ReturnType<typeof ProductStored.parse>;

/** Stores one part of a product as canonical JSONL under a name that follows from its slot. */
export function createUpload({ store, version, observe }: UploadPorts): FunctionDefinition<Input, Output> {
  return defineFunction({
    name: 'upload',
    accepts: RecordsTransformed,
    emits: ProductStored,

    async handle(data) {
      const body = productBytes(data.records);
      const stored = await putProduct(store, version, data, body);
      if (stored.outcome !== 'verified' && stored.outcome !== 'kept') await putMeta(store, data, stored);
      const [records, failures] = [data.records.length, data.failures.length];
      observe?.({ slot: new Date(data.run.slot), records, locations: records + failures });
      return {
        run: data.run,
        part: data.part,
        ...(data.replay === undefined ? {} : { replay: data.replay }),
        collectedAt: data.collectedAt,
        records,
        failures,
        ...stored,
      };
    },
  });
}

async function putProduct(store: ObjectStore, version: string, data: Input, body: Uint8Array): Promise<Stored> {
  const digest = sha256(body);
  const isVerify = data.replay?.mode === 'verify';
  const product = productKey(data.run.id, data.part);
  const key = isVerify ? `replays/${data.replay?.id}/out/${product}` : product;
  const metadata = metadataOf(data, digest, version, 0);
  const write = { contentType: 'application/x-ndjson', metadata, sha256: digest };
  const described = { key, sha256: digest, bytes: body.length };

  const created = await store.put(key, body, { ifNoneMatch: '*', ...write });
  if (created.stored)
    return { ...described, etag: created.etag, revision: 0, outcome: isVerify ? 'verified' : 'created' };

  const existing = await store.get(key);
  // Deleted in between: the same event, handled again, will create it.
  if (existing === undefined) throw new Error(`${key} vanished while it was compared`);
  const found = describe(existing);
  if (found.sha256 === digest) return { ...found, outcome: isVerify ? 'verified' : sameAgain(existing.metadata, data) };
  if (data.replay?.mode === 'fill') return { ...found, outcome: 'kept' };
  if (data.replay?.mode !== 'replace') throw conflict(key, `expected sha256 ${digest}, found ${found.sha256}`);
  return replace(store, { ...described, version, data, body, revision: found.revision + 1, etag: existing.etag });
}

function describe({ key, etag, body, size, metadata }: StoredObject): Omit<Stored, 'outcome'> {
  return { key, etag, sha256: sha256(body), bytes: size, revision: Number(metadata['revision'] ?? 0) };
}

/** What a replay did to a product is what it says of it when the event comes again. */
function sameAgain({ replay, revision }: ObjectMetadata, data: Input): Stored['outcome'] {
  if (data.replay === undefined || replay !== data.replay.id) return 'unchanged';
  return Number(revision ?? 0) > 0 ? 'replaced' : 'created';
}

type Replacement = Omit<Stored, 'outcome'> & { version: string; data: Input; body: Uint8Array };

async function replace(store: ObjectStore, replacement: Replacement): Promise<Stored> {
  const { key, bytes, revision, etag, version, data, body, sha256: digest } = replacement;
  const planned = data.replay?.ifMatch;
  const expected = planned ?? etag;
  const metadata = metadataOf(data, digest, version, revision);
  const write = { contentType: 'application/x-ndjson', metadata, sha256: digest };
  const swapped = await store.put(key, body, { ifMatch: expected, ...write });
  const replaced = { key, bytes, revision, sha256: digest, outcome: 'replaced' } as const;
  if (swapped.stored) return { ...replaced, etag: swapped.etag };
  // A client that lost the answer and asked again is refused by its own first write.
  const found = await store.get(key);
  if (found?.metadata['sha256'] === digest && found.metadata['revision'] === String(revision)) {
    return { ...replaced, etag: found.etag };
  }
  // Another product than the one that was to be replaced: it stays, and the replay lists it.
  if (planned !== undefined && found !== undefined) return { ...describe(found), outcome: 'kept' };
  throw conflict(key, `expected ETag ${expected}, it has changed`);
}

function metadataOf(data: Input, digest: string, version: string, revision: number): Record<string, string> {
  return {
    run: data.run.id,
    reason: data.run.reason,
    revision: String(revision),
    records: String(data.records.length),
    failures: String(data.failures.length),
    sha256: digest,
    version,
    ...(data.replay === undefined ? {} : { replay: data.replay.id }),
  };
}

/** The sidecar follows the product: it is written after it, and again when a crash came between the two. */
async function putMeta(store: ObjectStore, data: Input, stored: Stored): Promise<void> {
  const key = productMetaKey(data.run.id, data.part);
  const body = productMeta(data, stored);
  const options = {
    contentType: 'application/json',
    metadata: { run: data.run.id, revision: String(stored.revision) },
  };
  const created = await store.put(key, body, { ifNoneMatch: '*', ...options });
  if (created.stored) return;
  const existing = await store.get(key);
  if (existing === undefined || Buffer.compare(existing.body, body) === 0) return;
  if (Number(existing.metadata['revision'] ?? 0) >= stored.revision) return;
  await store.put(key, body, { ifMatch: existing.etag, ...options });
}

function conflict(key: string, detail: string): PermanentError {
  return new PermanentError('PRODUCT_CONFLICT', `${key}: another product is stored under this name; ${detail}`);
}
