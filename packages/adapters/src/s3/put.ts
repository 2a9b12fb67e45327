import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  UploadPartCommand,
  type CompletedPart,
  type PutObjectCommandInput,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { PutCondition, PutOptions, PutResult } from '@weatherline/runtime';
import type { Accept, Caller } from './caller.ts';
import { unquoted } from './listing.ts';
import { failureOf, type Call } from './verdict.ts';

/** Above this a body travels in parts of this size. */
export const PART_BYTES = 8 * 1024 * 1024;
const PARTS_AT_ONCE = 4;

export type Write = {
  readonly call: Call;
  readonly key: string;
  readonly body: Uint8Array;
  readonly options: PutOptions;
  readonly metadata: Record<string, string>;
  /** Reads back whether what is stored now is this write's doing, and its ETag. */
  readonly ourEtag: () => Promise<string | undefined>;
};

/**
 * One write under its condition.
 *
 * A condition that fails at the first attempt failed for another's sake: nothing is stored. After an attempt whose
 * answer was lost it may have failed because that attempt succeeded; then the id that this write stored tells. Bytes
 * would not: of two writers with the same bytes only one may be told that it won.
 */
export class Writer {
  readonly #client: S3Client;
  readonly #caller: Caller;

  constructor(client: S3Client, caller: Caller) {
    this.#client = client;
    this.#caller = caller;
  }

  async put(write: Write): Promise<PutResult> {
    return write.body.length > PART_BYTES ? this.#putInParts(write) : this.#putWhole(write);
  }

  async #putWhole(write: Write): Promise<PutResult> {
    const { call, body, options } = write;
    const input = { ...inputOf(write), ...conditionOf(options), Body: body };
    return this.#caller.run<PutResult>(
      call,
      async ({ signal, allow }) => {
        allow(body.length);
        const { ETag = '' } = await this.#client.send(new PutObjectCommand(input), { abortSignal: signal });
        return { stored: true, etag: unquoted(ETag) };
      },
      settledBy(write),
    );
  }

  async #putInParts(write: Write): Promise<PutResult> {
    const upload = { ...placeOf(write), UploadId: await this.#begin(write) };
    let result: PutResult | undefined;
    try {
      const parts = await this.#uploadParts(write, upload);
      result = await this.#complete(write, { ...upload, MultipartUpload: { Parts: parts } });
      return result;
    } finally {
      if (result?.stored !== true) await this.#abort(write, upload);
    }
  }

  async #begin(write: Write): Promise<string> {
    return this.#caller.run(write.call, async ({ signal }) => {
      const command = new CreateMultipartUploadCommand(inputOf(write));
      const { UploadId = '' } = await this.#client.send(command, { abortSignal: signal });
      return UploadId;
    });
  }

  /** Parts are stored under their number, so sending one twice is harmless. */
  async #uploadParts({ call, body }: Write, upload: Upload): Promise<CompletedPart[]> {
    const count = Math.ceil(body.length / PART_BYTES);
    const parts = Array.from({ length: count }, (_, at) => ({ PartNumber: at + 1, ETag: '' }));
    const waiting = [...parts];
    const work = async (): Promise<void> => {
      for (let part = waiting.shift(); part !== undefined; part = waiting.shift()) {
        part.ETag = await this.#uploadPart(call, { ...upload, PartNumber: part.PartNumber }, body);
      }
    };
    const stopAll = (error: unknown): never => {
      waiting.length = 0;
      throw error;
    };
    const working = Array.from({ length: PARTS_AT_ONCE }, async () => work().catch(stopAll));
    // None may be under way when the upload is aborted: what arrives later would stay, and be paid for.
    await Promise.allSettled(working);
    await Promise.all(working);
    return parts;
  }

  async #uploadPart(call: Call, part: Upload & { readonly PartNumber: number }, body: Uint8Array): Promise<string> {
    const bytes = body.subarray((part.PartNumber - 1) * PART_BYTES, part.PartNumber * PART_BYTES);
    return this.#caller.run(call, async ({ signal, allow }) => {
      allow(bytes.length * PARTS_AT_ONCE);
      const command = new UploadPartCommand({ ...part, Body: bytes });
      return (await this.#client.send(command, { abortSignal: signal })).ETag ?? '';
    });
  }

  async #complete(write: Write, upload: Upload & { MultipartUpload: { Parts: CompletedPart[] } }): Promise<PutResult> {
    const { call, body, options } = write;
    const input = { ...upload, ...conditionOf(options) };
    return this.#caller.run<PutResult>(
      call,
      async ({ signal, allow }) => {
        allow(body.length);
        const command = new CompleteMultipartUploadCommand(input);
        const { ETag = '' } = await this.#client.send(command, { abortSignal: signal });
        return { stored: true, etag: unquoted(ETag) };
      },
      async (verdict, isAmbiguous) => {
        // The parts are gone: completed by an attempt whose answer was lost, or swept away. Never a lost condition.
        if (verdict.code === 'NoSuchUpload') {
          const etag = isAmbiguous ? await write.ourEtag() : undefined;
          if (etag === undefined) throw failureOf(call, { ...verdict, becomes: 'retry' });
          return { value: { stored: true, etag } };
        }
        // After a conflict S3 wants the parts anew, which is a new write.
        if (verdict.code === 'ConditionalRequestConflict') throw failureOf(call, verdict);
        return settledBy(write)(verdict, isAmbiguous);
      },
    );
  }

  /** What cannot be aborted now is swept by the bucket's lifecycle rule; the write's own result counts. */
  async #abort({ call }: Write, upload: Upload): Promise<void> {
    const work = this.#caller.run(call, async ({ signal }) =>
      this.#client.send(new AbortMultipartUploadCommand(upload), { abortSignal: signal }),
    );
    await work.catch(() => undefined);
  }
}

type Upload = { readonly Bucket: string; readonly Key: string; readonly UploadId: string };

function settledBy({ options, ourEtag }: Write): Accept<PutResult> {
  return async ({ becomes }, isAmbiguous) => {
    const isGone = becomes === 'absent' && 'ifMatch' in options;
    if (becomes !== 'precondition' && !isGone) return undefined;
    const etag = isAmbiguous ? await ourEtag() : undefined;
    return { value: etag === undefined ? { stored: false } : { stored: true, etag } };
  };
}

function placeOf({ call, key }: Write): { readonly Bucket: string; readonly Key: string } {
  return { Bucket: call.bucket, Key: key };
}

function inputOf(write: Write): PutObjectCommandInput {
  return { ...placeOf(write), ContentType: write.options.contentType, Metadata: write.metadata };
}

function conditionOf(condition: PutCondition): { readonly IfMatch: string } | { readonly IfNoneMatch: '*' } {
  return 'ifMatch' in condition ? { IfMatch: `"${condition.ifMatch}"` } : { IfNoneMatch: '*' };
}
