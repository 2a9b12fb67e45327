import { DeleteObjectCommand, ListObjectVersionsCommand, S3Client } from '@aws-sdk/client-s3';
import type { AwsStandIn } from '@weatherline/testkit/aws';

/** S3 as the account's administrator sees it, to look at what HCL has made and to break it. */
export function s3Admin(standIn: AwsStandIn, region: string): S3Client {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  return new S3Client({ endpoint: standIn.url, region, credentials, forcePathStyle: true, maxAttempts: 2 });
}

/** Every version and every delete marker goes: without that S3 does not let go of the bucket. */
export async function emptyBucket(s3: S3Client, bucket: string): Promise<void> {
  const { Versions = [], DeleteMarkers = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket: bucket }));
  for (const { Key, VersionId } of [...Versions, ...DeleteMarkers])
    await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key, VersionId }));
}
