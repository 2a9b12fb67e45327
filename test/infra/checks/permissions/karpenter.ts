import type { Permissions } from './table.ts';

/** The controller of nodes: it makes only what bears the tags of its cluster, and touches only that. */
export const OF_KARPENTER: Permissions = {
  karpenter: [
    {
      actions: ['ec2:CreateFleet', 'ec2:RunInstances'],
      on: [
        'ec2:REGION:*:capacity-reservation/*',
        'ec2:REGION:*:placement-group/*',
        'ec2:REGION:*:security-group/*',
        'ec2:REGION:*:subnet/*',
        'ec2:REGION::image/*',
        'ec2:REGION::snapshot/*',
      ],
    },
    {
      actions: ['ec2:CreateFleet', 'ec2:RunInstances'],
      on: ['ec2:REGION:*:launch-template/*'],
      when: {
        StringEquals: { 'aws:ResourceTag/kubernetes.io/cluster/weatherline-ENV': 'owned' },
        StringLike: { 'aws:ResourceTag/karpenter.sh/nodepool': '*' },
      },
    },
    {
      actions: ['ec2:CreateFleet', 'ec2:CreateLaunchTemplate', 'ec2:RunInstances'],
      on: [
        'ec2:REGION:*:fleet/*',
        'ec2:REGION:*:instance/*',
        'ec2:REGION:*:launch-template/*',
        'ec2:REGION:*:network-interface/*',
        'ec2:REGION:*:spot-instances-request/*',
        'ec2:REGION:*:volume/*',
      ],
      when: {
        StringEquals: {
          'aws:RequestTag/eks:eks-cluster-name': 'weatherline-ENV',
          'aws:RequestTag/kubernetes.io/cluster/weatherline-ENV': 'owned',
        },
        StringLike: { 'aws:RequestTag/karpenter.sh/nodepool': '*' },
      },
    },
    {
      actions: ['ec2:CreateTags'],
      on: [
        'ec2:REGION:*:fleet/*',
        'ec2:REGION:*:instance/*',
        'ec2:REGION:*:launch-template/*',
        'ec2:REGION:*:network-interface/*',
        'ec2:REGION:*:spot-instances-request/*',
        'ec2:REGION:*:volume/*',
      ],
      when: {
        StringEquals: {
          'aws:RequestTag/eks:eks-cluster-name': 'weatherline-ENV',
          'aws:RequestTag/kubernetes.io/cluster/weatherline-ENV': 'owned',
          'ec2:CreateAction': ['RunInstances', 'CreateFleet', 'CreateLaunchTemplate'],
        },
        StringLike: { 'aws:RequestTag/karpenter.sh/nodepool': '*' },
      },
    },
    {
      actions: ['ec2:CreateTags'],
      on: ['ec2:REGION:*:instance/*'],
      when: {
        'ForAllValues:StringEquals': { 'aws:TagKeys': ['eks:eks-cluster-name', 'karpenter.sh/nodeclaim', 'Name'] },
        StringEquals: { 'aws:ResourceTag/kubernetes.io/cluster/weatherline-ENV': 'owned' },
        StringEqualsIfExists: { 'aws:RequestTag/eks:eks-cluster-name': 'weatherline-ENV' },
        StringLike: { 'aws:ResourceTag/karpenter.sh/nodepool': '*' },
      },
    },
    {
      actions: ['ec2:DeleteLaunchTemplate', 'ec2:TerminateInstances'],
      on: ['ec2:REGION:*:instance/*', 'ec2:REGION:*:launch-template/*'],
      when: {
        StringEquals: { 'aws:ResourceTag/kubernetes.io/cluster/weatherline-ENV': 'owned' },
        StringLike: { 'aws:ResourceTag/karpenter.sh/nodepool': '*' },
      },
    },
    {
      actions: ['iam:PassRole'],
      on: ['iam::ACCOUNT:role/weatherline-ENV-karpenter-node'],
      when: { StringEquals: { 'iam:PassedToService': 'ec2.amazonaws.com' } },
    },
    {
      actions: ['iam:CreateInstanceProfile'],
      on: ['iam::ACCOUNT:instance-profile/*'],
      when: {
        StringEquals: {
          'aws:RequestTag/eks:eks-cluster-name': 'weatherline-ENV',
          'aws:RequestTag/kubernetes.io/cluster/weatherline-ENV': 'owned',
          'aws:RequestTag/topology.kubernetes.io/region': 'REGION',
        },
        StringLike: { 'aws:RequestTag/karpenter.k8s.aws/ec2nodeclass': '*' },
      },
    },
    {
      actions: ['iam:TagInstanceProfile'],
      on: ['iam::ACCOUNT:instance-profile/*'],
      when: {
        StringEquals: {
          'aws:RequestTag/eks:eks-cluster-name': 'weatherline-ENV',
          'aws:RequestTag/kubernetes.io/cluster/weatherline-ENV': 'owned',
          'aws:RequestTag/topology.kubernetes.io/region': 'REGION',
          'aws:ResourceTag/kubernetes.io/cluster/weatherline-ENV': 'owned',
          'aws:ResourceTag/topology.kubernetes.io/region': 'REGION',
        },
        StringLike: {
          'aws:RequestTag/karpenter.k8s.aws/ec2nodeclass': '*',
          'aws:ResourceTag/karpenter.k8s.aws/ec2nodeclass': '*',
        },
      },
    },
    {
      actions: ['iam:AddRoleToInstanceProfile', 'iam:DeleteInstanceProfile', 'iam:RemoveRoleFromInstanceProfile'],
      on: ['iam::ACCOUNT:instance-profile/*'],
      when: {
        StringEquals: {
          'aws:ResourceTag/kubernetes.io/cluster/weatherline-ENV': 'owned',
          'aws:ResourceTag/topology.kubernetes.io/region': 'REGION',
        },
        StringLike: { 'aws:ResourceTag/karpenter.k8s.aws/ec2nodeclass': '*' },
      },
    },
    { actions: ['iam:GetInstanceProfile'], on: ['iam::ACCOUNT:instance-profile/*'] },
    {
      actions: [
        'ec2:DescribeCapacityReservations',
        'ec2:DescribeImages',
        'ec2:DescribeInstanceStatus',
        'ec2:DescribeInstanceTypeOfferings',
        'ec2:DescribeInstanceTypes',
        'ec2:DescribeInstances',
        'ec2:DescribeLaunchTemplates',
        'ec2:DescribePlacementGroups',
        'ec2:DescribeSecurityGroups',
        'ec2:DescribeSpotPriceHistory',
        'ec2:DescribeSubnets',
      ],
      on: ['*'],
      when: { StringEquals: { 'aws:RequestedRegion': 'REGION' } },
    },
    { actions: ['pricing:GetProducts'], on: ['*'] },
    { actions: ['iam:ListInstanceProfiles'], on: ['*'] },
    {
      actions: ['arc-zonal-shift:GetManagedResource'],
      on: ['*'],
      when: { StringEquals: { 'arc-zonal-shift:ResourceIdentifier': 'eks:cluster/weatherline-ENV' } },
    },
    { actions: ['ssm:GetParameter'], on: ['ssm:REGION::parameter/aws/service/*'] },
    { actions: ['eks:DescribeCluster'], on: ['eks:cluster/weatherline-ENV'] },
    {
      actions: ['sqs:DeleteMessage', 'sqs:GetQueueUrl', 'sqs:ReceiveMessage'],
      on: ['sqs:weatherline-ENV-karpenter'],
    },
  ],
};
