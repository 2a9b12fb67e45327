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
        'elasticloadbalancing:DescribeCapacityReservation',
        'elasticloadbalancing:DescribeListenerAttributes',
        'elasticloadbalancing:DescribeListenerCertificates',
        'elasticloadbalancing:DescribeListeners',
        'elasticloadbalancing:DescribeLoadBalancerAttributes',
        'elasticloadbalancing:DescribeLoadBalancers',
        'elasticloadbalancing:DescribeRules',
        'elasticloadbalancing:DescribeTags',
        'elasticloadbalancing:DescribeTargetGroupAttributes',
        'elasticloadbalancing:DescribeTargetGroups',
        'elasticloadbalancing:DescribeTargetHealth',
        'wafv2:GetWebACL',
        'wafv2:GetWebACLForResource',
      ],
      on: ['*'],
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
      actions: ['ec2:AuthorizeSecurityGroupIngress', 'ec2:DeleteSecurityGroup', 'ec2:RevokeSecurityGroupIngress'],
      on: ['ec2:security-group/*'],
      when: { StringEquals: { 'aws:ResourceTag/elbv2.k8s.aws/cluster': 'weatherline-ENV' } },
    },
    {
      actions: [
        'elasticloadbalancing:AddTags',
        'elasticloadbalancing:CreateLoadBalancer',
        'elasticloadbalancing:CreateTargetGroup',
      ],
      on: ['elasticloadbalancing:loadbalancer/app/*', 'elasticloadbalancing:targetgroup/*'],
      when: { StringEquals: { 'aws:RequestTag/elbv2.k8s.aws/cluster': 'weatherline-ENV' } },
    },
    {
      actions: [
        'elasticloadbalancing:AddListenerCertificates',
        'elasticloadbalancing:AddTags',
        'elasticloadbalancing:CreateListener',
        'elasticloadbalancing:CreateRule',
        'elasticloadbalancing:DeleteListener',
        'elasticloadbalancing:DeleteLoadBalancer',
        'elasticloadbalancing:DeleteRule',
        'elasticloadbalancing:DeleteTargetGroup',
        'elasticloadbalancing:DeregisterTargets',
        'elasticloadbalancing:ModifyListener',
        'elasticloadbalancing:ModifyLoadBalancerAttributes',
        'elasticloadbalancing:ModifyRule',
        'elasticloadbalancing:ModifyTargetGroup',
        'elasticloadbalancing:ModifyTargetGroupAttributes',
        'elasticloadbalancing:RegisterTargets',
        'elasticloadbalancing:RemoveTags',
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
      actions: ['elasticloadbalancing:AddTags'],
      on: ['elasticloadbalancing:listener-rule/app/*', 'elasticloadbalancing:listener/app/*'],
      when: { StringEquals: { 'aws:RequestTag/elbv2.k8s.aws/cluster': 'weatherline-ENV' } },
    },
    {
      actions: ['wafv2:AssociateWebACL', 'wafv2:DisassociateWebACL'],
      on: ['elasticloadbalancing:loadbalancer/app/*', 'wafv2:regional/webacl/weatherline-ENV/*'],
    },
  ],
  'external-dns': [
    {
      actions: ['route53:ListHostedZones', 'route53:ListHostedZonesByName', 'route53:ListTagsForResources'],
      on: ['*'],
    },
    {
      actions: ['route53:ChangeResourceRecordSets', 'route53:ListResourceRecordSets'],
      on: ['route53:::hostedzone/ZONE'],
    },
  ],
  'cert-manager': [
    {
      actions: ['route53:ListHostedZones', 'route53:ListHostedZonesByName', 'route53:ListTagsForResources'],
      on: ['*'],
    },
    { actions: ['route53:GetChange'], on: ['route53:::change/*'] },
    { actions: ['route53:ListResourceRecordSets'], on: ['route53:::hostedzone/ZONE'] },
    {
      actions: ['route53:ChangeResourceRecordSets'],
      on: ['route53:::hostedzone/ZONE'],
      when: { 'ForAllValues:StringEquals': { 'route53:ChangeResourceRecordSetsRecordTypes': ['TXT'] } },
    },
  ],
};
