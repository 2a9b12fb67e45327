import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { PermanentError, type PresignOptions } from '@weatherline/runtime';

const MAX_EXPIRY_MS = 15 * 60_000;
const CLOCK_MARGIN_MS = 60_000;

/**
 * Signs as of the start of the window that `now` falls into: the same address all through it, working for at least
 * `expiresInMs - windowMs` more. With temporary credentials it ends a minute before them, if that is sooner.
 */
export async function presignGet(
  client: S3Client,
  object: { readonly bucket: string; readonly key: string },
  options: PresignOptions,
  now: Date,
): Promise<string> {
  const { expiresInMs, windowMs, contentDisposition, contentType } = options;
  if (!(expiresInMs <= MAX_EXPIRY_MS && windowMs >= 1000 && windowMs < expiresInMs)) {
    throw new PermanentError(
      'INVALID_PRESIGN',
      `presigned address: expected 1000 <= windowMs < expiresInMs <= ${MAX_EXPIRY_MS}, got ${windowMs}, ${expiresInMs}`,
    );
  }
  const command = new GetObjectCommand({
    Bucket: object.bucket,
    Key: object.key,
    ...(contentDisposition === undefined ? {} : { ResponseContentDisposition: contentDisposition }),
    ...(contentType === undefined ? {} : { ResponseContentType: contentType }),
  });
  const signingDate = new Date(Math.floor(now.getTime() / windowMs) * windowMs);
  const { expiration } = await client.config.credentials();
  // S3 refuses the address from then on; what the address itself says must not be later than that.
  const most = expiration === undefined ? expiresInMs : expiration.getTime() - CLOCK_MARGIN_MS - signingDate.getTime();
  const expiresIn = Math.max(1, Math.floor(Math.min(expiresInMs, most) / 1000));
  return getSignedUrl(client, command, { expiresIn, signingDate });
}
