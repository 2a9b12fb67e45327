import * as v from 'valibot';
import type { BucketSettings, LifecycleRule } from './bucket-settings.ts';
import type { Resource } from '../checks/facts.ts';

const Policy = v.object({ policy: v.string() });
const Versioning = v.object({ versioning_configuration: v.tuple([v.object({ status: v.string() })]) });
const Encryption = v.object({
  rule: v.tuple([
    v.object({
      bucket_key_enabled: v.boolean(),
      apply_server_side_encryption_by_default: v.tuple([
        v.object({ sse_algorithm: v.string(), kms_master_key_id: v.string() }),
      ]),
    }),
  ]),
});
const PublicAccess = v.object({
  block_public_acls: v.boolean(),
  block_public_policy: v.boolean(),
  ignore_public_acls: v.boolean(),
  restrict_public_buckets: v.boolean(),
});
const Ownership = v.object({ rule: v.tuple([v.object({ object_ownership: v.string() })]) });
const number = v.nullish(v.number());
const Lifecycle = v.object({
  rule: v.array(
    v.object({
      id: v.string(),
      status: v.string(),
      filter: v.array(v.object({ prefix: v.nullish(v.string()) })),
      abort_incomplete_multipart_upload: v.array(v.object({ days_after_initiation: number })),
      noncurrent_version_expiration: v.array(v.object({ noncurrent_days: number, newer_noncurrent_versions: number })),
      expiration: v.array(v.object({ days: number, expired_object_delete_marker: v.nullish(v.boolean()) })),
      transition: v.array(v.object({ days: number, storage_class: v.string() })),
    }),
  ),
});

/** What the HCL asks of each bucket of a state. */
export function declaredBuckets(resources: readonly Resource[]): ReadonlyMap<string, BucketSettings> {
  const buckets = resources
    .filter(({ type }) => type === 'aws_s3_bucket')
    .map(({ values }) => String(values['bucket']));
  return new Map(buckets.map((bucket) => [bucket, declared(resources.filter((entry) => isOf(bucket, entry)))]));
}

function isOf(bucket: string, { type, values }: Resource): boolean {
  return type.startsWith('aws_s3_bucket') && values['bucket'] === bucket;
}

function declared(resources: readonly Resource[]): BucketSettings {
  const valuesOf = (type: string): unknown => resources.find((entry) => entry.type === `aws_s3_bucket_${type}`)?.values;
  const [encryption] = v.parse(Encryption, valuesOf('server_side_encryption_configuration')).rule;
  const [{ sse_algorithm, kms_master_key_id }] = encryption.apply_server_side_encryption_by_default;
  const access = v.parse(PublicAccess, valuesOf('public_access_block'));
  return {
    policy: JSON.parse(v.parse(Policy, valuesOf('policy')).policy),
    versioning: v.parse(Versioning, valuesOf('versioning')).versioning_configuration[0].status,
    encryption: { algorithm: sse_algorithm, key: kms_master_key_id, bucketKey: encryption.bucket_key_enabled },
    publicAccessBlock: {
      BlockPublicAcls: access.block_public_acls,
      BlockPublicPolicy: access.block_public_policy,
      IgnorePublicAcls: access.ignore_public_acls,
      RestrictPublicBuckets: access.restrict_public_buckets,
    },
    ownership: v.parse(Ownership, valuesOf('ownership_controls')).rule[0].object_ownership,
    lifecycle: v.parse(Lifecycle, valuesOf('lifecycle_configuration')).rule.map(ruleOf),
  };
}

function ruleOf(rule: v.InferOutput<typeof Lifecycle>['rule'][number]): LifecycleRule {
  const [noncurrent] = rule.noncurrent_version_expiration;
  const [expiration] = rule.expiration;
  return {
    id: rule.id,
    status: rule.status,
    prefix: rule.filter[0]?.prefix ?? '',
    abortDays: rule.abort_incomplete_multipart_upload[0]?.days_after_initiation ?? 0,
    noncurrentDays: noncurrent?.noncurrent_days ?? 0,
    noncurrentVersions: noncurrent?.newer_noncurrent_versions ?? 0,
    expireDays: expiration?.days ?? 0,
    deleteMarkers: expiration?.expired_object_delete_marker ?? false,
    transitions: Object.fromEntries(rule.transition.map(({ days, storage_class }) => [storage_class, days ?? 0])),
  };
}
