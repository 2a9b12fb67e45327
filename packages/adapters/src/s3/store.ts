import { randomUUID } from 'node:crypto';
import {
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  type ListObjectsV2CommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3';
import {
  sha256,
  systemClock,
  type Clock,
  type Listing,
  type ListOptions,
  type ObjectReader,
  type ObjectStore,
  type PresignOptions,
  type Presigner,
  type PutOptions,
  type PutResult,
  type StoredObject,
} from '@weatherline/runtime';
import { checkKey } from '../object-key.ts';
import { Caller, LIMITS, type Attempt, type Limits } from './caller.ts';
import { createClient, type ClientOptions } from './client.ts';
import { inputOf, listingOf, unquoted } from './listing.ts';
import { isWhole, metadataWith, putIdOf, withoutOwn } from './metadata.ts';
import { presignGet } from './presign.ts';
import { PART_BYTES, Writer } from './put.ts';
import { DamagedBody, type Call } from './verdict.ts';

export type S3Options = ClientOptions & {
  readonly bucket: string;
  readonly limits?: Partial<Limits>;
  /** Waits between attempts and tells presigned windows; default: the system's. */
  readonly clock?: Clock;
  /** 0..1, for the jitter. */
  readonly random?: () => number;
};

export type S3Store = ObjectStore & Presigner;
export type S3Reader = ObjectReader & Presigner;

type Described = Omit<StoredObject, 'body'>;

/** Opens a bucket as an object store. Asks the bucket nothing yet; disposing closes its connections. */
export async function openS3Store(options: S3Options): Promise<S3Store> {
  const { limits: given = {}, clock = systemClock, random = Math.random, bucket } = options;
  const limits = { ...LIMITS, ...given };
  const client = await createClient(options, limits);
  return new BucketStore({ client, bucket, clock, caller: new Caller(client, limits, clock, random) });
}

/** The same, for who only reads. */
export async function openS3Reader(options: S3Options): Promise<S3Reader> {
  return openS3Store(options);
}

type Parts = { readonly client: S3Client; readonly bucket: string; readonly clock: Clock; readonly caller: Caller };

class BucketStore implements S3Store {
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #clock: Clock;
  readonly #caller: Caller;
  readonly #writer: Writer;

  constructor({ client, bucket, clock, caller }: Parts) {
    this.#client = client;
    this.#bucket = bucket;
    this.#clock = clock;
    this.#caller = caller;
    this.#writer = new Writer(client, caller);
  }

  async get(key: string): Promise<StoredObject | undefined> {
    const found = await this.#get(key);
    return found === undefined ? undefined : { ...found, metadata: withoutOwn(found.metadata) };
  }

  async head(key: string): Promise<Described | undefined> {
    const found = await this.#head(key);
    return found === undefined ? undefined : { ...found, metadata: withoutOwn(found.metadata) };
  }

  async put(key: string, body: Uint8Array, options: PutOptions): Promise<PutResult> {
    checkKey(key);
    const putId = randomUUID();
    const digest = body.length > PART_BYTES ? { sha256: options.sha256 ?? sha256(body) } : {};
    const metadata = metadataWith(options.metadata ?? {}, { putId, ...digest });
    const ourEtag = async (): Promise<string | undefined> => {
      const found = await this.#head(key);
      return found !== undefined && putIdOf(found.metadata) === putId ? found.etag : undefined;
    };
    return this.#writer.put({ call: this.#call('write', key), key, body, options, metadata, ourEtag });
  }

  async list(options: ListOptions): Promise<Listing> {
    const input = inputOf(this.#bucket, options);
    for (let token: string | undefined; ;) {
      const page = await this.#page(
        options.prefix,
        token === undefined ? input : { ...input, ContinuationToken: token },
      );
      const listing = listingOf(page, options);
      token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
      // A page that names nothing new says nothing about the next one.
      const isEmpty = listing.objects.length === 0 && listing.prefixes.length === 0;
      if (token === undefined || !isEmpty) return listing;
    }
  }

  async presignGet(key: string, options: PresignOptions): Promise<string> {
    checkKey(key);
    const work = async (): Promise<string> =>
      presignGet(this.#client, { bucket: this.#bucket, key }, options, this.#clock.now());
    return this.#caller.run(this.#call('sign', key), work);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#client.destroy();
  }

  async #get(key: string): Promise<StoredObject | undefined> {
    checkKey(key);
    const command = new GetObjectCommand({ Bucket: this.#bucket, Key: key, ChecksumMode: 'ENABLED' });
    return this.#caller.run<StoredObject | undefined>(
      this.#call('read', key),
      async ({ signal, allow }) => {
        const answer = await this.#client.send(command, { abortSignal: signal });
        const { ContentLength: size = 0, Body } = answer;
        allow(size);
        const body = await bytesOf(Body, size);
        const described = describe(key, answer);
        if (!isWhole(body, described.metadata)) throw new DamagedBody();
        return { ...described, size, body };
      },
      ({ becomes }) => (becomes === 'absent' ? { value: undefined } : undefined),
    );
  }

  /** A HEAD's refusal has no body and so no code: a GET then says whether it is the key, the bucket or the right. */
  async #head(key: string): Promise<Described | undefined> {
    checkKey(key);
    const command = new HeadObjectCommand({ Bucket: this.#bucket, Key: key });
    const found = await this.#caller.run<Described | 'unclear'>(
      this.#call('read', key),
      async ({ signal }) => describe(key, await this.#client.send(command, { abortSignal: signal })),
      ({ status }) => (status !== undefined && status < 500 ? { value: 'unclear' } : undefined),
    );
    return found === 'unclear' ? this.#get(key) : found;
  }

  async #page(prefix: string, input: ListObjectsV2CommandInput): Promise<ListObjectsV2CommandOutput> {
    const work = async ({ signal }: Attempt): Promise<ListObjectsV2CommandOutput> =>
      this.#client.send(new ListObjectsV2Command(input), { abortSignal: signal });
    return this.#caller.run(this.#call('list', prefix), work);
  }

  #call(what: Call['what'], name: string): Call {
    return { what, name, bucket: this.#bucket };
  }
}

type Answer = {
  readonly ETag?: string | undefined;
  readonly ContentLength?: number | undefined;
  readonly LastModified?: Date | undefined;
  readonly ContentType?: string | undefined;
  readonly Metadata?: Readonly<Record<string, string>> | undefined;
};

function describe(key: string, answer: Answer): Described {
  const { ETag = '', ContentLength: size = 0, LastModified: lastModified = new Date(0), Metadata = {} } = answer;
  const contentType = answer.ContentType ?? 'application/octet-stream';
  return { key, etag: unquoted(ETag), size, lastModified, contentType, metadata: Metadata };
}

type Readable = { readonly transformToByteArray: () => Promise<Uint8Array> };

/** The SDK proves the checksum while it reads; a length that differs it would let pass. */
async function bytesOf(body: Readable | undefined, size: number): Promise<Uint8Array> {
  const bytes = await readAll(body);
  if (bytes.length !== size) throw new DamagedBody();
  return bytes;
}

/** Whatever breaks between the status line and the last byte is damage on the way. */
async function readAll(body: Readable | undefined): Promise<Uint8Array> {
  try {
    return (await body?.transformToByteArray()) ?? new Uint8Array();
  } catch {
    throw new DamagedBody();
  }
}
