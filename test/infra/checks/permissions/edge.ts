import type { Permissions } from './table.ts';

/** Controllers that make load balancers, names and certificates. */
export const OF_EDGE: Permissions = {
  'aws-load-balancer-controller': [
    {
      actions: [
        'acm:DescribeCertificate',
        'acm:ListCertificates',
        'ec2:DescribeAccountAttributes',
        'ec2:DescribeAddresses',
        'ec2:DescribeAvailabilityZones',
        'ec2:DescribeInstances',
        'ec2:DescribeInternetGateways',
        'ec2:DescribeNetworkInterfaces',
        'ec2:DescribeRouteTables',
        'ec2:DescribeSecurityGroups',
        'ec2:DescribeSubnets',
        'ec2:DescribeTags',
        'ec2:DescribeVpcs',
        'ec2:GetSecurityGroupsForVpc',
        'elasticloadbalancing:DescribeCapacityReservation',
        'elasticloadbalancing:DescribeListenerAttributes',
        'elasticloadbalancing:DescribeListenerCertificates',
        'elasticloadbalancing:DescribeListeners',
        'elasticloadbalancing:DescribeLoadBalancerAttributes',
        'elasticloadbalancing:DescribeLoadBalancers',
        'elasticloadbalancing:DescribeRules',
        'elasticloadbalancing:DescribeSSLPolicies',
        'elasticloadbalancing:DescribeTags',
        'elasticloadbalancing:DescribeTargetGroupAttributes',
        'elasticloadbalancing:DescribeTargetGroups',
        'elasticloadbalancing:DescribeTargetHealth',
      ],
      on: ['*'],
    },
    {
      actions: ['iam:CreateServiceLinkedRole'],
      on: [
        'iam::ACCOUNT:role/aws-service-role/elasticloadbalancing.amazonaws.com/AWSServiceRoleForElasticLoadBalancing',
      ],
      when: { StringEquals: { 'iam:AWSServiceName': 'elasticloadbalancing.amazonaws.com' } },
    },
    { actions: ['ec2:CreateSecurityGroup'], on: ['ec2:vpc/*'] },
    {
      actions: ['ec2:CreateSecurityGroup'],
      on: ['ec2:security-group/*'],
      when: { StringEquals: { 'aws:RequestTag/elbv2.k8s.aws/cluster': 'weatherline-ENV' } },
    },
    {
      actions: ['ec2:CreateTags'],
      on: ['ec2:security-group/*'],
      when: {
        StringEquals: {
          'aws:RequestTag/elbv2.k8s.aws/cluster': 'weatherline-ENV',
          'ec2:CreateAction': 'CreateSecurityGroup',
        },
      },
    },
    {
      actions: ['ec2:CreateTags', 'ec2:DeleteTags'],
      on: ['ec2:security-group/*'],
      when: {
        'ForAllValues:StringNotEquals': { 'aws:TagKeys': ['elbv2.k8s.aws/cluster'] },
        StringEquals: { 'aws:ResourceTag/elbv2.k8s.aws/cluster': 'weatherline-ENV' },
      },
    },
    {
      actions: ['ec2:AuthorizeSecurityGroupIngress', 'ec2:DeleteSecurityGroup', 'ec2:RevokeSecurityGroupIngress'],
      on: ['ec2:security-group/*'],
      when: { StringEquals: { 'aws:ResourceTag/elbv2.k8s.aws/cluster': 'weatherline-ENV' } },
    },
    {
      actions: ['ec2:AuthorizeSecurityGroupIngress', 'ec2:RevokeSecurityGroupIngress'],
      on: ['ec2:security-group/*'],
      when: { StringEquals: { 'aws:ResourceTag/kubernetes.io/cluster/weatherline-ENV': 'owned' } },
    },
    {
      actions: ['elasticloadbalancing:CreateLoadBalancer', 'elasticloadbalancing:CreateTargetGroup'],
      on: ['elasticloadbalancing:loadbalancer/app/*', 'elasticloadbalancing:targetgroup/*'],
      when: { StringEquals: { 'aws:RequestTag/elbv2.k8s.aws/cluster': 'weatherline-ENV' } },
    },
    {
      actions: ['elasticloadbalancing:AddTags'],
      on: [
        'elasticloadbalancing:listener-rule/app/*',
        'elasticloadbalancing:listener/app/*',
        'elasticloadbalancing:loadbalancer/app/*',
        'elasticloadbalancing:targetgroup/*',
      ],
      when: {
        StringEquals: {
          'aws:RequestTag/elbv2.k8s.aws/cluster': 'weatherline-ENV',
          'elasticloadbalancing:CreateAction': [
            'CreateListener',
            'CreateLoadBalancer',
            'CreateRule',
            'CreateTargetGroup',
          ],
        },
      },
    },
    {
      actions: ['elasticloadbalancing:AddTags', 'elasticloadbalancing:RemoveTags'],
      on: [
        'elasticloadbalancing:listener-rule/app/*',
        'elasticloadbalancing:listener/app/*',
        'elasticloadbalancing:loadbalancer/app/*',
        'elasticloadbalancing:targetgroup/*',
      ],
      when: {
        'ForAllValues:StringNotEquals': { 'aws:TagKeys': ['elbv2.k8s.aws/cluster'] },
        StringEquals: { 'aws:ResourceTag/elbv2.k8s.aws/cluster': 'weatherline-ENV' },
      },
    },
    {
      actions: [
        'elasticloadbalancing:AddListenerCertificates',
        'elasticloadbalancing:CreateListener',
        'elasticloadbalancing:CreateRule',
        'elasticloadbalancing:DeleteListener',
        'elasticloadbalancing:DeleteLoadBalancer',
        'elasticloadbalancing:DeleteRule',
        'elasticloadbalancing:DeleteTargetGroup',
        'elasticloadbalancing:DeregisterTargets',
        'elasticloadbalancing:ModifyListener',
        'elasticloadbalancing:ModifyListenerAttributes',
        'elasticloadbalancing:ModifyLoadBalancerAttributes',
        'elasticloadbalancing:ModifyRule',
        'elasticloadbalancing:ModifyTargetGroup',
        'elasticloadbalancing:ModifyTargetGroupAttributes',
        'elasticloadbalancing:RegisterTargets',
        'elasticloadbalancing:RemoveListenerCertificates',
        'elasticloadbalancing:SetIpAddressType',
        'elasticloadbalancing:SetRulePriorities',
        'elasticloadbalancing:SetSecurityGroups',
        'elasticloadbalancing:SetSubnets',
        'elasticloadbalancing:SetWebAcl',
      ],
      on: [
        'elasticloadbalancing:listener-rule/app/*',
        'elasticloadbalancing:listener/app/*',
        'elasticloadbalancing:loadbalancer/app/*',
        'elasticloadbalancing:targetgroup/*',
      ],
      when: { StringEquals: { 'aws:ResourceTag/elbv2.k8s.aws/cluster': 'weatherline-ENV' } },
    },
    {
      actions: ['wafv2:AssociateWebACL', 'wafv2:DisassociateWebACL', 'wafv2:GetWebACL', 'wafv2:GetWebACLForResource'],
      on: ['elasticloadbalancing:loadbalancer/app/*', 'wafv2:regional/webacl/weatherline-ENV/*'],
    },
  ],
  'external-dns': [
    { actions: ['route53:ListHostedZones', 'route53:ListTagsForResources'], on: ['*'] },
    { actions: ['route53:ListResourceRecordSets'], on: ['route53:::hostedzone/ZONE'] },
    {
      actions: ['route53:ChangeResourceRecordSets'],
      on: ['route53:::hostedzone/ZONE'],
      when: {
        'ForAllValues:StringEquals': {
          'route53:ChangeResourceRecordSetsNormalizedRecordNames': [
            'DOMAIN',
            'a-DOMAIN',
            'aaaa-DOMAIN',
            'cname-DOMAIN',
          ],
          'route53:ChangeResourceRecordSetsRecordTypes': ['A', 'AAAA', 'CNAME', 'TXT'],
        },
      },
    },
  ],
  'cert-manager': [
    { actions: ['route53:ListHostedZonesByName'], on: ['*'] },
    { actions: ['route53:GetChange'], on: ['route53:::change/*'] },
    { actions: ['route53:ListResourceRecordSets'], on: ['route53:::hostedzone/ZONE'] },
    {
      actions: ['route53:ChangeResourceRecordSets'],
      on: ['route53:::hostedzone/ZONE'],
      when: {
        'ForAllValues:StringEquals': { 'route53:ChangeResourceRecordSetsRecordTypes': ['TXT'] },
        'ForAllValues:StringLike': { 'route53:ChangeResourceRecordSetsNormalizedRecordNames': ['_acme-challenge.*'] },
      },
    },
  ],
};
