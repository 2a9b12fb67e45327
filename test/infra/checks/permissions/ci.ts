import type { Permissions } from './table.ts';

const PRODUCTS = 's3:::weatherline-ENV-products-ACCOUNT';
const THROUGH_S3 = { StringEquals: { 'kms:ViaService': 's3.REGION.amazonaws.com' } } as const;

/** Pipelines, experiments and copies between regions. */
export const OF_CI: Permissions = {
  'ci-apply': [
    {
      effect: 'Deny',
      actions: ['iam:CreateAccessKey', 'iam:CreateLoginProfile', 'iam:CreateUser', 'iam:UpdateLoginProfile'],
      on: ['*'],
    },
    {
      effect: 'Deny',
      actions: [
        'iam:AttachRolePolicy',
        'iam:DeleteRole',
        'iam:DeleteRolePolicy',
        'iam:DetachRolePolicy',
        'iam:PutRolePolicy',
        'iam:UpdateAssumeRolePolicy',
      ],
      on: ['iam::ACCOUNT:role/*-ci-*'],
    },
    {
      effect: 'Deny',
      actions: [
        'cloudtrail:DeleteTrail',
        'cloudtrail:StopLogging',
        'guardduty:DeleteDetector',
        'organizations:LeaveOrganization',
      ],
      on: ['*'],
    },
    {
      effect: 'Deny',
      actions: ['s3:DeleteBucket', 's3:DeleteBucketPolicy', 's3:DeleteObjectVersion', 's3:PutBucketVersioning'],
      on: ['s3:::weatherline-tfstate-ACCOUNT', 's3:::weatherline-tfstate-ACCOUNT/*'],
    },
    {
      effect: 'Deny',
      actions: ['kms:DisableKey', 'kms:ScheduleKeyDeletion'],
      on: ['kms:key/OTHER'],
    },
  ],
  'ci-plan': [
    {
      actions: ['s3:ListBucket'],
      on: ['s3:::weatherline-tfstate-ACCOUNT'],
      when: { StringLike: { 's3:prefix': ['ENV/*'] } },
    },
    { actions: ['s3:GetObject'], on: ['s3:::weatherline-tfstate-ACCOUNT/ENV/*'] },
    { actions: ['kms:Decrypt', 'kms:DescribeKey', 'kms:GenerateDataKey'], on: ['kms:key/OTHER'] },
    {
      actions: ['s3:DeleteObject', 's3:PutObject'],
      on: ['s3:::weatherline-tfstate-ACCOUNT/ENV/*.tflock'],
    },
  ],
  'ci-push': [
    { actions: ['ecr:GetAuthorizationToken'], on: ['*'] },
    {
      actions: [
        'ecr:BatchCheckLayerAvailability',
        'ecr:BatchGetImage',
        'ecr:CompleteLayerUpload',
        'ecr:DescribeImageScanFindings',
        'ecr:DescribeImages',
        'ecr:GetDownloadUrlForLayer',
        'ecr:InitiateLayerUpload',
        'ecr:PutImage',
        'ecr:UploadLayerPart',
      ],
      on: [
        'ecr:repository/weatherline/cli',
        'ecr:repository/weatherline/fetch',
        'ecr:repository/weatherline/gateway',
        'ecr:repository/weatherline/secrets-init',
        'ecr:repository/weatherline/transform',
        'ecr:repository/weatherline/upload',
        'ecr:repository/weatherline/vault-admin',
      ],
    },
  ],
  chaos: [
    { actions: ['ec2:DescribeInstances'], on: ['*'] },
    {
      actions: ['ec2:SendSpotInstanceInterruptions'],
      on: ['ec2:instance/*'],
      when: { StringEquals: { 'aws:ResourceTag/karpenter.sh/nodepool': 'general' } },
    },
  ],
  'products-replication': [
    {
      actions: ['s3:GetReplicationConfiguration', 's3:ListBucket'],
      on: [PRODUCTS],
    },
    {
      actions: ['s3:GetObjectVersionAcl', 's3:GetObjectVersionForReplication', 's3:GetObjectVersionTagging'],
      on: [`${PRODUCTS}/*`],
    },
    {
      actions: ['s3:ReplicateObject', 's3:ReplicateTags'],
      on: [`${PRODUCTS}/*`],
    },
    {
      actions: ['kms:Decrypt'],
      on: ['kms:key/products'],
      when: THROUGH_S3,
    },
    {
      actions: ['kms:Encrypt', 'kms:GenerateDataKey'],
      on: ['kms:key/products'],
      when: THROUGH_S3,
    },
  ],
  ci: [
    { actions: ['s3:ListBucket'], on: ['s3:::weatherline-tfstate-ACCOUNT'] },
    { actions: ['s3:GetObject', 's3:PutObject'], on: ['s3:::weatherline-tfstate-ACCOUNT/*.tfstate'] },
    { actions: ['s3:DeleteObject', 's3:GetObject', 's3:PutObject'], on: ['s3:::weatherline-tfstate-ACCOUNT/*.tflock'] },
    { actions: ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey'], on: ['kms:key/tfstate'] },
  ],
};
