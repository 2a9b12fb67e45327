import { randomUUID } from 'node:crypto';
import { Buckets } from './buckets.ts';
import { listObjects, listVersions } from './listing.ts';
import { operationOf, refuse, type S3Error, type S3Reply, type S3Request } from './message.ts';
import { Multipart } from './multipart.ts';
import * as objects from './objects.ts';
import { authorize } from './signature.ts';
import { Credentials, stsErrorReply, type CredentialOptions } from './sts.ts';
import { element, xmlReply } from './xml.ts';

export type ServiceOptions = CredentialOptions & {
  /** Answers 403 to a write of an object without `If-None-Match` or `If-Match`, as our bucket policy does. */
  readonly requireCondition?: boolean;
};

/** S3 and the one call of STS that workloads make, without the wire: request in, reply out. */
export class Service {
  readonly buckets = new Buckets();
  readonly multipart = new Multipart();
  readonly credentials: Credentials;
  readonly #requireCondition: boolean;

  constructor(options: ServiceOptions) {
    this.credentials = new Credentials(options);
    this.#requireCondition = options.requireCondition ?? false;
  }

  /** Throws an S3Error for what S3 refuses. Nothing is awaited: a request takes effect whole, or not. */
  answer(request: S3Request, now: Date): S3Reply {
    const operation = operationOf(request);
    if (operation === 'AssumeRoleWithWebIdentity') return this.credentials.assumeRole(request, now.getTime());
    authorize(request, now.getTime(), (id, token) => this.credentials.secretOf(id, token, now.getTime()));
    if (request.bucket === '') return this.#listBuckets();
    return request.key === '' ? this.#onBucket(operation, request, now) : this.#onObject(operation, request, now);
  }

  #onObject(operation: string, request: S3Request, now: Date): S3Reply {
    const bucket = this.buckets.get(request.bucket);
    switch (operation) {
      case 'GetObject':
      case 'HeadObject':
        return objects.getObject(bucket, request);
      case 'PutObject':
        this.#demandCondition(request);
        return objects.putObject(bucket, request, now);
      case 'CopyObject':
        this.#demandCondition(request);
        return objects.copyObject(this.buckets, request, now);
      case 'DeleteObject':
        bucket.remove(request.key, now);
        return { status: 204 };
      case 'CreateMultipartUpload':
        return this.multipart.create(request);
      case 'UploadPart':
        return this.multipart.uploadPart(request);
      case 'CompleteMultipartUpload':
        this.#demandCondition(request);
        return this.multipart.complete(bucket, request, now);
      case 'AbortMultipartUpload':
        return this.multipart.abort(request);
      case 'PutObjectTagging':
        return objects.putTags(bucket, request);
      case 'GetObjectTagging':
        return objects.getTags(bucket, request);
      case 'GetObjectAttributes':
        return objects.getAttributes(bucket, request);
      default:
        return refuse(405, 'MethodNotAllowed');
    }
  }

  #onBucket(operation: string, request: S3Request, now: Date): S3Reply {
    const { bucket: name, query, raw } = request;
    if (operation === 'CreateBucket') {
      this.buckets.create(name, now);
      return { status: 200, headers: { location: `/${name}` } };
    }
    const bucket = this.buckets.get(name);
    switch (operation) {
      case 'HeadBucket':
        return { status: 200 };
      case 'DeleteBucket':
        this.buckets.remove(name);
        return { status: 204 };
      case 'DeleteObjects':
        return objects.deleteObjects(bucket, request, now);
      case 'PutBucketVersioning':
        bucket.isVersioned = raw.includes('<Status>Enabled');
        return { status: 200 };
      case 'ListObjectVersions':
        return listVersions(bucket);
      case 'GetBucketLocation':
        return xmlReply('LocationConstraint', '');
      case 'ListObjectsV2':
        return listObjects(name, bucket, query);
      default:
        return refuse(405, 'MethodNotAllowed');
    }
  }

  #listBuckets(): S3Reply {
    const rows = this.buckets
      .all()
      .map(([name, { created }]) => element('Name', name) + element('CreationDate', created.toISOString()));
    const inner = rows.map((row) => `<Bucket>${row}</Bucket>`).join('');
    return xmlReply('ListAllMyBucketsResult', `<Buckets>${inner}</Buckets>`);
  }

  #demandCondition({ headers }: S3Request): void {
    if (!this.#requireCondition) return;
    if (headers['if-none-match'] === undefined && headers['if-match'] === undefined) {
      refuse(403, 'AccessDenied', 'The bucket policy demands If-None-Match or If-Match on every write.');
    }
  }
}

export function errorReply(request: S3Request, error: S3Error): S3Reply {
  if (request.bucket === '') return stsErrorReply(error);
  if (error.status === 304) return { status: 304 };
  const { status, code, message } = error;
  const facts = [
    element('Code', code),
    element('Message', message),
    element('Resource', request.path),
    // As S3 does: whoever prints this document prints what signed it.
    ...(/Signature|AccessKey/.test(code) ? [element('CanonicalRequest', request.headers['authorization'])] : []),
  ].join('');
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${facts}${element('RequestId', randomUUID())}</Error>`;
  return { status, headers: { 'content-type': 'application/xml' }, body };
}
