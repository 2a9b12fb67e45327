import type { Permissions } from './table.ts';

const THROUGH_S3 = { StringEquals: { 'kms:ViaService': 's3.REGION.amazonaws.com' } } as const;

/** Those that keep metrics, logs, traces and backups. */
export const OF_TELEMETRY: Permissions = {
  thanos: [
    {
      actions: ['s3:GetBucketLocation', 's3:ListBucket'],
      on: ['s3:::weatherline-ENV-thanos-ACCOUNT'],
    },
    {
      actions: [
        's3:AbortMultipartUpload',
        's3:DeleteObject',
        's3:GetObject',
        's3:ListMultipartUploadParts',
        's3:PutObject',
      ],
      on: ['s3:::weatherline-ENV-thanos-ACCOUNT/*'],
    },
    {
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      on: ['kms:key/cluster'],
      when: THROUGH_S3,
    },
  ],
  loki: [
    { actions: ['s3:GetBucketLocation', 's3:ListBucket'], on: ['s3:::weatherline-ENV-loki-ACCOUNT'] },
    {
      actions: [
        's3:AbortMultipartUpload',
        's3:DeleteObject',
        's3:GetObject',
        's3:ListMultipartUploadParts',
        's3:PutObject',
      ],
      on: ['s3:::weatherline-ENV-loki-ACCOUNT/*'],
    },
    {
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      on: ['kms:key/cluster'],
      when: THROUGH_S3,
    },
  ],
  tempo: [
    { actions: ['s3:GetBucketLocation', 's3:ListBucket'], on: ['s3:::weatherline-ENV-tempo-ACCOUNT'] },
    {
      actions: [
        's3:AbortMultipartUpload',
        's3:DeleteObject',
        's3:GetObject',
        's3:ListMultipartUploadParts',
        's3:PutObject',
      ],
      on: ['s3:::weatherline-ENV-tempo-ACCOUNT/*'],
    },
    {
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      on: ['kms:key/cluster'],
      when: THROUGH_S3,
    },
  ],
  velero: [
    { actions: ['s3:ListBucket'], on: ['s3:::weatherline-ENV-velero-ACCOUNT'] },
    {
      actions: [
        's3:AbortMultipartUpload',
        's3:DeleteObject',
        's3:GetObject',
        's3:ListMultipartUploadParts',
        's3:PutObject',
      ],
      on: ['s3:::weatherline-ENV-velero-ACCOUNT/*'],
    },
    {
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      on: ['kms:key/cluster'],
      when: THROUGH_S3,
    },
  ],
};
