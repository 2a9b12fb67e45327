import { S3Client } from '@aws-sdk/client-s3';
import { ConfigurationError } from '@weatherline/runtime';
import type { Limits } from './caller.ts';

export type ClientOptions = {
  /** Default: what `AWS_REGION` or the profile says. */
  readonly region?: string | undefined;
  /** Default: AWS. */
  readonly endpoint?: string | undefined;
  /** True = `endpoint/bucket/key` instead of `bucket.endpoint/key`. */
  readonly forcePathStyle?: boolean | undefined;
  /** Default: the SDK's chain, which is what a deployable uses. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string } | undefined;
};

/** What a server other than AWS needs in its signatures when nobody says otherwise. */
const ANY_REGION = 'us-east-1';
const SILENT = { debug: ignore, info: ignore, warn: ignore, error: ignore, trace: ignore };

/**
 * Credentials come from the SDK's default chain: the standard variables, a web identity (its token file is read
 * again at every renewal), a profile, the instance.
 */
export async function createClient(options: ClientOptions, limits: Limits): Promise<S3Client> {
  const { region, endpoint, forcePathStyle = false, credentials } = options;
  const client = new S3Client({
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint, ...(region === undefined ? { region: ANY_REGION } : {}) }),
    ...(credentials === undefined ? {} : { credentials }),
    forcePathStyle,
    maxAttempts: 1,
    requestChecksumCalculation: 'WHEN_SUPPORTED',
    responseChecksumValidation: 'WHEN_SUPPORTED',
    // It would open a connection of its own for every large body.
    expectContinueHeader: false,
    requestHandler: {
      connectionTimeout: limits.connectMs,
      socketTimeout: limits.totalMs,
      httpAgent: { keepAlive: true, maxSockets: 50, scheduling: 'lifo' },
      httpsAgent: { keepAlive: true, maxSockets: 50, scheduling: 'lifo' },
      logger: SILENT,
    },
    logger: SILENT,
  });
  try {
    await client.config.region();
  } catch {
    client.destroy();
    throw new ConfigurationError('WEATHERLINE_S3_REGION: is required where AWS_REGION is not set');
  }
  return client;
}

function ignore(): void {}
