import type { Permission } from './canonical.ts';
import type { Permissions } from './table.ts';

const THROUGH_S3 = { StringEquals: { 'kms:ViaService': 's3.REGION.amazonaws.com' } } as const;

/** S3 copies what is stored, never what is deleted. */
function copies(what: string): readonly Permission[] {
  const bucket = `s3:::weatherline-ENV-${what}-ACCOUNT`;
  const reads = ['ForReplication', 'Acl', 'Tagging'].map((part) => `s3:GetObjectVersion${part}`);
  return [
    { actions: ['s3:GetReplicationConfiguration', 's3:ListBucket'], on: [bucket] },
    { actions: [...reads, 's3:GetObjectLegalHold', 's3:GetObjectRetention'], on: [`${bucket}/*`] },
    { actions: ['s3:ReplicateObject', 's3:ReplicateTags'], on: [`${bucket}/*`] },
    { actions: ['kms:Decrypt'], on: [`kms:key/${what}`], when: THROUGH_S3 },
    { actions: ['kms:Encrypt', 'kms:GenerateDataKey'], on: [`kms:key/${what}`], when: THROUGH_S3 },
  ];
}

/** Pipelines, experiments and copies between regions. */
export const OF_CI: Permissions = {
  // An administrator by AWS's own policy, less what its own one refuses.
  'ci-apply': [],
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
    {
      actions: [
        'budgets:ListTagsForResource',
        'budgets:ViewBudget',
        'ce:GetAnomalyMonitors',
        'ce:GetAnomalySubscriptions',
        'ce:ListTagsForResource',
        'fis:GetExperimentTemplate',
        'fis:ListTagsForResource',
        'sns:GetSubscriptionAttributes',
      ],
      on: [
        'budgets::ACCOUNT:budget/*',
        'ce::ACCOUNT:anomalymonitor/*',
        'ce::ACCOUNT:anomalysubscription/*',
        'fis:*:ACCOUNT:experiment-template/*',
        'sns:*:ACCOUNT:*',
      ],
    },
    { actions: ['ecr:DescribePullThroughCacheRules'], on: ['*'] },
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
      when: {
        StringEquals: {
          'aws:ResourceTag/eks:eks-cluster-name': 'weatherline-ENV',
          'aws:ResourceTag/karpenter.sh/nodepool': 'general',
        },
      },
    },
  ],
  'chaos-pods': [
    { actions: ['eks:DescribeCluster'], on: ['eks:cluster/weatherline-ENV'] },
    { actions: ['ec2:DescribeSubnets', 'tag:GetResources'], on: ['*'] },
  ],
  'products-replication': copies('products'),
  'vault-snapshots-replication': copies('vault-snapshots'),
  'off-hours': [{ actions: ['eks:UpdateNodegroupConfig'], on: ['eks:nodegroup/weatherline-ENV/system/*'] }],
  'trail-logs': [
    {
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      on: ['logs:log-group:/aws/cloudtrail/weatherline-ENV:log-stream:ACCOUNT_CloudTrail_*'],
    },
  ],
  'access-host': [
    {
      actions: [
        'ssm:UpdateInstanceInformation',
        'ssmmessages:CreateControlChannel',
        'ssmmessages:CreateDataChannel',
        'ssmmessages:OpenControlChannel',
        'ssmmessages:OpenDataChannel',
      ],
      on: ['*'],
    },
    { actions: ['logs:DescribeLogGroups'], on: ['*'] },
    {
      actions: ['logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
      on: ['logs:log-group:/aws/ssm/weatherline-ENV-access', 'logs:log-group:/aws/ssm/weatherline-ENV-access:*'],
    },
    { actions: ['kms:Decrypt'], on: ['kms:key/access'] },
  ],
  ci: [
    { actions: ['s3:ListBucket'], on: ['s3:::weatherline-tfstate-ACCOUNT'] },
    { actions: ['s3:GetObject', 's3:PutObject'], on: ['s3:::weatherline-tfstate-ACCOUNT/*.tfstate'] },
    { actions: ['s3:DeleteObject', 's3:GetObject', 's3:PutObject'], on: ['s3:::weatherline-tfstate-ACCOUNT/*.tflock'] },
    { actions: ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey'], on: ['kms:key/tfstate'] },
  ],
};
