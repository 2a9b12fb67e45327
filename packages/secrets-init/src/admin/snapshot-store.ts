import { createReadStream } from 'node:fs';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { EXIT } from '@weatherline/runtime';
import type { Downloaded } from './snapshot-download.ts';

export type StoreOptions = {
  readonly bucket: string;
  readonly region: string | undefined;
  readonly endpoint: string | undefined;
  readonly pathStyle: boolean;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
};

/** A snapshot that was not stored; its message holds S3's word for it, and no credential. */
export class StoreError extends Error {
  readonly exitCode: number;

  constructor(what: string, exitCode: number) {
    super(`the snapshot is not stored: ${what}`);
    this.name = 'StoreError';
    this.exitCode = exitCode;
  }
}

/**
 * Stores a snapshot under a key that holds none yet; false = it does already.
 *
 * S3 compares what arrives with the checksum. Nothing is sent again here: the Job that runs this is started again, and
 * finds under the same key whatever this try has left.
 */
export async function store(options: StoreOptions, key: string, { file, bytes, sha256 }: Downloaded): Promise<boolean> {
  const { bucket, region, endpoint, pathStyle, timeoutMs } = options;
  const client = new S3Client({
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint, region: region ?? 'us-east-1' }),
    forcePathStyle: pathStyle,
    maxAttempts: 1,
    // It would wait for an answer before a body, which not every server gives.
    expectContinueHeader: false,
    logger: SILENT,
  });
  const command = new PutObjectCommand({
    Bucket: bucket,
    Key: key,
    Body: createReadStream(file),
    ContentLength: bytes,
    ContentType: 'application/gzip',
    ChecksumSHA256: sha256,
    IfNoneMatch: '*',
    Metadata: { sha256: Buffer.from(sha256, 'base64').toString('hex') },
  });
  try {
    await client.send(command, { abortSignal: AbortSignal.any([options.signal, AbortSignal.timeout(timeoutMs)]) });
    return true;
  } catch (error) {
    const { name, status } = wordOf(error);
    if (name === 'PreconditionFailed') return false;
    const told = `s3://${bucket}/${key}: ${name}${status === undefined ? '' : ` (${status})`}`;
    if (status === 403 || /Credentials|Token|AccessKey/.test(name)) throw new StoreError(told, EXIT.auth);
    if (name === 'NoSuchBucket' || status === 400) throw new StoreError(told, EXIT.configuration);
    throw new StoreError(told, EXIT.unreachable);
  } finally {
    client.destroy();
  }
}

const ignore = (): void => {};
const SILENT = { trace: ignore, debug: ignore, info: ignore, warn: ignore, error: ignore };

/** The SDK's messages may hold what was sent; the name of an error does not. */
function wordOf(error: unknown): { readonly name: string; readonly status: number | undefined } {
  if (!(error instanceof Error)) return { name: 'unknown', status: undefined };
  const metadata: unknown = '$metadata' in error ? error.$metadata : undefined;
  const status: unknown =
    typeof metadata === 'object' && metadata !== null && 'httpStatusCode' in metadata
      ? metadata.httpStatusCode
      : undefined;
  return { name: error.name, status: typeof status === 'number' ? status : undefined };
}
