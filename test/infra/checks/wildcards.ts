/**
 * Where `"Resource": "*"` may stand in what a role may do, by the statement's name. AWS takes nothing narrower for these calls
 * (Service Authorization Reference). One that no policy uses is a mistake itself.
 */
export type Wildcard = { readonly sid: string; readonly actions: readonly RegExp[]; readonly why: string };

export const WILDCARDS: readonly Wildcard[] = [
  {
    sid: 'ReadTheRegion',
    actions: [/^ec2:Describe[A-Za-z]+$/],
    why: 'Karpenter: Describe calls of EC2 know no resource; a condition keeps them in its region',
  },
  { sid: 'ReadPrices', actions: [/^pricing:GetProducts$/], why: 'Karpenter: a price list belongs to nobody' },
  { sid: 'ReadProfiles', actions: [/^iam:ListInstanceProfiles$/], why: 'Karpenter: a list call' },
  {
    sid: 'ReadZonalShift',
    actions: [/^arc-zonal-shift:GetManagedResource$/],
    why: 'Karpenter: the resource is named by a condition',
  },
  {
    sid: 'Look',
    actions: [/^(acm|ec2|elasticloadbalancing):(Describe|List)[A-Za-z]+$/, /^ec2:GetSecurityGroupsForVpc$/],
    why: 'load balancer controller: it reads, of services whose read calls know no resource',
  },
  { sid: 'FindZone', actions: [/^route53:List[A-Za-z]+$/], why: 'external-dns, cert-manager: list calls' },
  {
    sid: 'Find',
    actions: [/^ec2:Describe(Instances|Subnets)$/, /^tag:GetResources$/],
    why: 'FIS finds its target by tag',
  },
  {
    sid: 'ReadCacheRules',
    actions: [/^ecr:DescribePullThroughCacheRules$/],
    why: "CI's plan: rules of the whole registry",
  },
  {
    sid: 'Channels',
    actions: [/^ssmmessages:(Create|Open)(Control|Data)Channel$/, /^ssm:UpdateInstanceInformation$/],
    why: 'access host: channels have no ARN',
  },
  { sid: 'FindLog', actions: [/^logs:DescribeLogGroups$/], why: 'access host: a list call' },
  { sid: 'LogIn', actions: [/^ecr:GetAuthorizationToken$/], why: 'CI: the one call of ECR that knows no resource' },
];
