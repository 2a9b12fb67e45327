/** One request to the server, read whole. */
export type S3Request = {
  readonly method: string;
  /** As it came over the wire: percent-encoded, and signed so. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Headers;
  readonly raw: Buffer;
  /** Empty = the service itself. */
  readonly bucket: string;
  /** Decoded; empty = the bucket itself. */
  readonly key: string;
};

export type Headers = Readonly<Record<string, string | undefined>>;

export type S3Reply = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
};

/** What the server answers instead, in S3's own words. */
export class S3Error extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message = code) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export function refuse(status: number, code: string, message?: string): never {
  throw new S3Error(status, code, message);
}

const BY_QUERY: readonly (readonly [method: string, parameter: string, operation: string])[] = [
  ['PUT', 'partNumber', 'UploadPart'],
  ['POST', 'uploads', 'CreateMultipartUpload'],
  ['POST', 'uploadId', 'CompleteMultipartUpload'],
  ['DELETE', 'uploadId', 'AbortMultipartUpload'],
  ['PUT', 'tagging', 'PutObjectTagging'],
  ['GET', 'tagging', 'GetObjectTagging'],
  ['GET', 'attributes', 'GetObjectAttributes'],
  ['POST', 'delete', 'DeleteObjects'],
  ['PUT', 'versioning', 'PutBucketVersioning'],
  ['GET', 'versions', 'ListObjectVersions'],
  ['GET', 'location', 'GetBucketLocation'],
];

const ON_OBJECT: Readonly<Record<string, string>> = {
  GET: 'GetObject',
  HEAD: 'HeadObject',
  PUT: 'PutObject',
  DELETE: 'DeleteObject',
};
const ON_BUCKET: Readonly<Record<string, string>> = {
  GET: 'ListObjectsV2',
  HEAD: 'HeadBucket',
  PUT: 'CreateBucket',
  DELETE: 'DeleteBucket',
};

/** The API's name for what a request asks, such as `PutObject`. */
export function operationOf({ method, query, headers, bucket, key }: S3Request): string {
  if (bucket === '') return method === 'POST' ? 'AssumeRoleWithWebIdentity' : 'ListBuckets';
  const found = BY_QUERY.find(([verb, parameter]) => verb === method && query.has(parameter));
  if (found !== undefined) return found[2];
  if (key !== '' && method === 'PUT' && headers['x-amz-copy-source'] !== undefined) return 'CopyObject';
  return (key === '' ? ON_BUCKET : ON_OBJECT)[method] ?? 'Unknown';
}
