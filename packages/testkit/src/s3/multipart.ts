import { createHash, randomUUID } from 'node:crypto';
import { decodeBody } from './body.ts';
import { demandConditions, keptHeaders, unquoted, type Bucket } from './buckets.ts';
import { refuse, type S3Reply, type S3Request } from './message.ts';
import { etagOf } from './objects.ts';
import { element, textsOf, xmlReply } from './xml.ts';

type Part = { readonly body: Buffer; readonly etag: string };
type Started = {
  readonly bucket: string;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly parts: Map<number, Part>;
};

const MIN_PART_BYTES = 5 * 1024 * 1024;

/** Uploads that were begun; their bytes are no object before they are completed. */
export class Multipart {
  readonly #uploads = new Map<string, Started>();

  /** Uploads neither completed nor aborted. */
  get open(): number {
    return this.#uploads.size;
  }

  create({ bucket, key, headers }: S3Request): S3Reply {
    const id = randomUUID();
    this.#uploads.set(id, { bucket, key, headers: keptHeaders(headers), parts: new Map() });
    return xmlReply(
      'InitiateMultipartUploadResult',
      `${element('Bucket', bucket)}${element('Key', key)}${element('UploadId', id)}`,
    );
  }

  uploadPart(request: S3Request): S3Reply {
    const { body, checksums } = decodeBody(request);
    const etag = etagOf(body);
    this.#started(request).parts.set(Number(request.query.get('partNumber')), { body, etag });
    return { status: 200, headers: { etag, ...checksums } };
  }

  complete(bucket: Bucket, request: S3Request, now: Date): S3Reply {
    const started = this.#started(request);
    demandConditions(request.headers, bucket.find(request.key), 'write');
    const parts = chosenParts(started, decodeBody(request).body.toString());
    const digests = parts.map(({ etag }) => Buffer.from(unquoted(etag), 'hex'));
    const etag = `"${createHash('md5').update(Buffer.concat(digests)).digest('hex')}-${parts.length}"`;
    const body = Buffer.concat(parts.map((part) => part.body));
    bucket.put(request.key, { body, etag, checksums: {}, headers: started.headers, modified: now });
    this.#uploads.delete(request.query.get('uploadId') ?? '');
    return xmlReply(
      'CompleteMultipartUploadResult',
      `${element('Bucket', request.bucket)}${element('Key', request.key)}${element('ETag', etag)}`,
    );
  }

  abort(request: S3Request): S3Reply {
    this.#started(request);
    this.#uploads.delete(request.query.get('uploadId') ?? '');
    return { status: 204 };
  }

  #started({ bucket, key, query }: S3Request): Started {
    const found = this.#uploads.get(query.get('uploadId') ?? '');
    if (found === undefined || found.bucket !== bucket || found.key !== key) {
      refuse(404, 'NoSuchUpload', 'The specified upload does not exist.');
    }
    return found;
  }
}

function chosenParts({ parts }: Started, document: string): Part[] {
  const etags = textsOf(document, 'ETag');
  const chosen = textsOf(document, 'PartNumber').map((number, at) => {
    const part = parts.get(Number(number)) ?? refuse(400, 'InvalidPart');
    if (unquoted(part.etag) !== unquoted(etags[at] ?? '')) refuse(400, 'InvalidPart');
    return part;
  });
  if (chosen.length === 0) refuse(400, 'MalformedXML');
  if (chosen.slice(0, -1).some(({ body }) => body.length < MIN_PART_BYTES)) refuse(400, 'EntityTooSmall');
  return chosen;
}
