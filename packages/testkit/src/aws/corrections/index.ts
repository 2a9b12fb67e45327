import type { Correction } from '../correction.ts';
import { ACCESS_ANALYZER } from './access-analyzer.ts';
import { BACKUP } from './backup.ts';
import { BUDGETS } from './budgets.ts';
import { CLOUDTRAIL } from './cloudtrail.ts';
import { COST_EXPLORER } from './cost-explorer.ts';
import { EC2 } from './ec2.ts';
import { EC2_FLOW_LOGS } from './ec2-flow-logs.ts';
import { EC2_IMAGES } from './ec2-images.ts';
import { EC2_INSTANCES } from './ec2-instances.ts';
import { ECR } from './ecr.ts';
import { EKS_ACCESS } from './eks-access.ts';
import { EKS_ADD_ONS } from './eks-add-ons.ts';
import { EKS_CLUSTERS } from './eks-clusters.ts';
import { EKS_NODE_GROUPS } from './eks-node-groups.ts';
import { EKS_POD_IDENTITY } from './eks-pod-identity.ts';
import { EKS_VERSIONS } from './eks-versions.ts';
import { FIS } from './fis.ts';
import { GUARDDUTY } from './guardduty.ts';
import { KMS } from './kms.ts';
import { MSK_CLUSTERS } from './msk-clusters.ts';
import { MSK_CONFIGURATIONS } from './msk-configurations.ts';
import { MSK_SECRETS } from './msk-secrets.ts';
import { S3 } from './s3.ts';
import { SQS } from './sqs.ts';

/** Whatever moto 5.2.1 lacks or gets wrong of what this project's infrastructure asks. */
export const CORRECTIONS: readonly Correction[] = [
  ...ACCESS_ANALYZER,
  ...BACKUP,
  ...BUDGETS,
  ...CLOUDTRAIL,
  ...COST_EXPLORER,
  ...EC2,
  ...EC2_FLOW_LOGS,
  ...EC2_IMAGES,
  ...EC2_INSTANCES,
  ...ECR,
  ...EKS_ACCESS,
  ...EKS_ADD_ONS,
  ...EKS_CLUSTERS,
  ...EKS_NODE_GROUPS,
  ...EKS_POD_IDENTITY,
  ...EKS_VERSIONS,
  ...FIS,
  ...GUARDDUTY,
  ...KMS,
  ...MSK_CLUSTERS,
  ...MSK_CONFIGURATIONS,
  ...MSK_SECRETS,
  ...S3,
  ...SQS,
];
