import type { Asked } from '@weatherline/testkit/aws';

/** A kind of thing, and how its service lists it. */
export type Kind = {
  /** As HCL names it. */
  readonly type: string;
  readonly asked: Asked;
  /** Its first group is a name. */
  readonly name: RegExp;
  /** Names of what AWS itself has put there. */
  readonly without?: RegExp;
  readonly isGlobal?: boolean;
};

const EC2_VERSION = '2016-11-15';

function ec2(type: string, action: string, element: string, filter: readonly [string, string] = ['', '']): Kind {
  const [name, value] = filter;
  const form = {
    Action: action,
    Version: EC2_VERSION,
    ...(name === '' ? {} : { 'Filter.1.Name': name, 'Filter.1.Value.1': value }),
  };
  return { type, asked: { service: 'ec2', form }, name: new RegExp(`<${element}>([^<]+)</${element}>`, 'g') };
}

function iam(type: string, action: string, element: string): Kind {
  const form = { Action: action, Version: '2010-05-08', MaxItems: '1000', Scope: 'Local' };
  return {
    type,
    asked: { service: 'iam', form },
    name: new RegExp(`<${element}>([^<]+)</${element}>`, 'g'),
    isGlobal: true,
  };
}

function json(type: string, service: string, target: string, member: string, body = {}): Kind {
  return { type, asked: { service, target, body }, name: new RegExp(`"${member}":\\s*"([^"]+)"`, 'g') };
}

function rest(type: string, service: string, path: string, name: RegExp, isGlobal = false): Kind {
  return { type, asked: { service, method: 'GET', path }, name, isGlobal };
}

/** The kinds that cost money, let somebody in, or keep data. */
export const KINDS: readonly Kind[] = [
  rest('aws_s3_bucket', 's3', '/', /<Name>([^<]+)<\/Name>/g, true),
  iam('aws_iam_role', 'ListRoles', 'RoleName'),
  iam('aws_iam_policy', 'ListPolicies', 'PolicyName'),
  iam('aws_iam_user', 'ListUsers', 'UserName'),
  iam('aws_iam_instance_profile', 'ListInstanceProfiles', 'InstanceProfileName'),
  iam('aws_iam_openid_connect_provider', 'ListOpenIDConnectProviders', 'Arn'),
  ec2('aws_vpc', 'DescribeVpcs', 'vpcId'),
  ec2('aws_subnet', 'DescribeSubnets', 'subnetId'),
  ec2('aws_security_group', 'DescribeSecurityGroups', 'groupId'),
  ec2('aws_route_table', 'DescribeRouteTables', 'routeTableId'),
  ec2('aws_internet_gateway', 'DescribeInternetGateways', 'internetGatewayId'),
  ec2('aws_nat_gateway', 'DescribeNatGateways', 'natGatewayId', ['state', 'available']),
  ec2('aws_eip', 'DescribeAddresses', 'allocationId'),
  ec2('aws_vpc_endpoint', 'DescribeVpcEndpoints', 'vpcEndpointId', ['vpc-endpoint-state', 'available']),
  ec2('aws_network_interface', 'DescribeNetworkInterfaces', 'networkInterfaceId'),
  ec2('aws_flow_log', 'DescribeFlowLogs', 'flowLogId'),
  ec2('aws_launch_template', 'DescribeLaunchTemplates', 'launchTemplateId'),
  ec2('aws_instance', 'DescribeInstances', 'instanceId', ['instance-state-name', 'running']),
  ec2('aws_ebs_volume', 'DescribeVolumes', 'volumeId'),
  rest('aws_eks_cluster', 'eks', '/clusters', /"(weatherline-[^"]+)"/g),
  { ...json('aws_kms_alias', 'kms', 'TrentService.ListAliases', 'AliasName'), without: /^alias\/aws\// },
  json('aws_ecr_repository', 'ecr', 'AmazonEC2ContainerRegistry_V20150921.DescribeRepositories', 'repositoryName'),
  json('aws_cloudwatch_log_group', 'logs', 'Logs_20140328.DescribeLogGroups', 'logGroupName'),
  json('aws_cloudwatch_event_rule', 'events', 'AWSEvents.ListRules', 'Name'),
  json('aws_acm_certificate', 'acm', 'CertificateManager.ListCertificates', 'CertificateArn'),
  json('aws_wafv2_web_acl', 'wafv2', 'AWSWAF_20190729.ListWebACLs', 'Id', { Scope: 'REGIONAL' }),
  { ...json('aws_sqs_queue', 'sqs', 'AmazonSQS.ListQueues', ''), name: /"(https?:[^"]+)"/g },
  rest('aws_msk_cluster', 'kafka', '/api/v2/clusters', /"clusterName":\s*"([^"]+)"/g),
  rest('aws_guardduty_detector', 'guardduty', '/detector', /"([0-9a-f]{32})"/g),
  rest('aws_route53_zone', 'route53', '/2013-04-01/hostedzone', /<Id>([^<]+)<\/Id>/g, true),
  rest('aws_route53_health_check', 'route53', '/2013-04-01/healthcheck', /<Id>([^<]+)<\/Id>/g, true),
];
