import {
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  type LifecycleRule as S3Rule,
  type S3Client,
} from '@aws-sdk/client-s3';

/** A rule of a lifecycle; 0 and '' = not said. */
export type LifecycleRule = {
  readonly id: string;
  readonly status: string;
  readonly prefix: string;
  readonly abortDays: number;
  readonly noncurrentDays: number;
  readonly noncurrentVersions: number;
  readonly expireDays: number;
  readonly deleteMarkers: boolean;
  /** Days by storage class. */
  readonly transitions: Readonly<Record<string, number>>;
};

/** What matters of a bucket, in one form for what is declared and what is so. */
export type BucketSettings = {
  readonly policy: unknown;
  readonly versioning: string;
  readonly encryption: { readonly algorithm: string; readonly key: string; readonly bucketKey: boolean };
  readonly publicAccessBlock: Readonly<Record<string, boolean | undefined>>;
  readonly ownership: string;
  readonly lifecycle: readonly LifecycleRule[];
};

/** Asks the API. */
export async function bucketSettings(s3: S3Client, bucket: string): Promise<BucketSettings> {
  const input = { Bucket: bucket };
  const { Policy = '' } = await s3.send(new GetBucketPolicyCommand(input));
  const { Status = '' } = await s3.send(new GetBucketVersioningCommand(input));
  const { ServerSideEncryptionConfiguration } = await s3.send(new GetBucketEncryptionCommand(input));
  const [encryption] = ServerSideEncryptionConfiguration?.Rules ?? [];
  const { PublicAccessBlockConfiguration = {} } = await s3.send(new GetPublicAccessBlockCommand(input));
  const { OwnershipControls } = await s3.send(new GetBucketOwnershipControlsCommand(input));
  const { Rules = [] } = await s3.send(new GetBucketLifecycleConfigurationCommand(input));
  return {
    policy: JSON.parse(Policy),
    versioning: Status,
    encryption: {
      algorithm: encryption?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm ?? '',
      key: encryption?.ApplyServerSideEncryptionByDefault?.KMSMasterKeyID ?? '',
      bucketKey: encryption?.BucketKeyEnabled ?? false,
    },
    publicAccessBlock: { ...PublicAccessBlockConfiguration },
    ownership: OwnershipControls?.Rules?.[0]?.ObjectOwnership ?? '',
    lifecycle: Rules.map(ruleOf),
  };
}

function ruleOf(rule: S3Rule): LifecycleRule {
  const transitions = (rule.Transitions ?? []).map(({ StorageClass = '', Days = 0 }) => [StorageClass, Days]);
  return {
    id: rule.ID ?? '',
    status: rule.Status ?? '',
    prefix: rule.Filter?.Prefix ?? '',
    abortDays: rule.AbortIncompleteMultipartUpload?.DaysAfterInitiation ?? 0,
    noncurrentDays: rule.NoncurrentVersionExpiration?.NoncurrentDays ?? 0,
    noncurrentVersions: rule.NoncurrentVersionExpiration?.NewerNoncurrentVersions ?? 0,
    expireDays: rule.Expiration?.Days ?? 0,
    deleteMarkers: rule.Expiration?.ExpiredObjectDeleteMarker ?? false,
    transitions: Object.fromEntries(transitions),
  };
}
