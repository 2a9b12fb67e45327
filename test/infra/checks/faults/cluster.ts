import type { Fault } from './fault.ts';

const NETWORK = { subject: 'network', file: 'modules/network/endpoints.tf' } as const;
const CLUSTER = { subject: 'cluster', file: 'modules/eks-cluster/main.tf' } as const;
const NODES = { subject: 'cluster', file: 'modules/eks-cluster/nodes.tf' } as const;
const KEYS = { subject: 'cluster', file: 'modules/eks-cluster/iam.tf' } as const;

export const IN_CLUSTER: readonly Fault[] = [
  {
    ...CLUSTER,
    title: 'an API that is open to the world',
    from: 'endpoint_public_access  = length(var.api_public_cidrs) > 0\n    public_access_cidrs     = length(var.api_public_cidrs) > 0 ? var.api_public_cidrs : null',
    to: 'endpoint_public_access  = true\n    public_access_cidrs     = ["0.0.0.0/0"]',
    found: ['api-endpoint'],
  },
  {
    ...CLUSTER,
    title: 'a cluster that lets in by aws-auth',
    from: 'authentication_mode                         = "API"',
    to: 'authentication_mode                         = "API_AND_CONFIG_MAP"',
    found: ['access-entries'],
  },
  {
    ...CLUSTER,
    title: 'a cluster whose maker is its administrator',
    from: 'bootstrap_cluster_creator_admin_permissions = false',
    to: 'bootstrap_cluster_creator_admin_permissions = true',
    found: ['access-entries'],
  },
  {
    ...CLUSTER,
    title: 'a cluster whose secrets have no key of ours',
    from: 'encryption_config {\n    resources = ["secrets"]\n\n    provider {\n      key_arn = aws_kms_key.this.arn\n    }\n  }\n',
    to: '',
    found: ['cluster-secrets'],
  },
  {
    ...CLUSTER,
    title: 'a cluster without an audit log',
    from: 'enabled_cluster_log_types     = var.log_types',
    to: 'enabled_cluster_log_types     = ["api", "authenticator"]',
    found: ['cluster-logs'],
  },
  {
    ...CLUSTER,
    title: 'a log that is kept for ever',
    from: 'retention_in_days = var.log_retention_days',
    to: 'retention_in_days = 0',
    found: ['log-retention'],
  },
  {
    ...NODES,
    title: 'a node whose role pods can read',
    from: 'http_put_response_hop_limit = 1',
    to: 'http_put_response_hop_limit = 2',
    found: ['instance-metadata'],
  },
  {
    ...NODES,
    title: 'a node with IMDSv1',
    from: 'http_tokens                 = "required"',
    to: 'http_tokens                 = "optional"',
    found: ['instance-metadata'],
  },
  {
    ...NODES,
    title: 'a node whose volumes are open',
    from: 'encrypted             = true',
    to: 'encrypted             = false',
    found: ['volumes'],
  },
  {
    ...KEYS,
    title: 'a key that never turns',
    from: 'enable_key_rotation     = true',
    to: 'enable_key_rotation     = false',
    found: ['key-rotation'],
  },
  {
    ...KEYS,
    title: 'a key that is gone in a week',
    from: 'deletion_window_in_days = 30',
    to: 'deletion_window_in_days = 7',
    found: ['key-rotation'],
  },
  {
    ...KEYS,
    title: 'a key for everybody',
    from: '"kms:CallerAccount" = var.account_id',
    to: '',
    found: ['open-policies'],
  },
  {
    ...KEYS,
    title: 'a node that may do everything',
    from: '"AmazonEC2ContainerRegistryPullOnly"',
    to: '"AdministratorAccess"',
    found: ['managed-policies'],
  },
  {
    ...NETWORK,
    title: 'a network without a flow log',
    from: 'var.flow_log == null ? 0 : 1',
    to: '0',
    found: ['flow-log'],
  },
  {
    ...NETWORK,
    title: 'a security group that lets the world in',
    from: 'cidr_ipv4         = var.cidr',
    to: 'cidr_ipv4         = "0.0.0.0/0"',
    found: ['world-ingress'],
  },
  {
    ...NETWORK,
    title: 'a way in by SSH',
    from: 'from_port         = 443\n  to_port           = 443',
    to: 'from_port         = 22\n  to_port           = 22',
    found: ['ssh'],
  },
  {
    ...NETWORK,
    title: 'a default group that is open as AWS makes it',
    file: 'modules/network/main.tf',
    from: 'resource "aws_default_security_group" "this" {\n  vpc_id = aws_vpc.this.id\n  tags   = { Name = "${var.name}-default-closed" }\n}\n',
    to: '',
    found: ['default-group'],
  },
  {
    ...NETWORK,
    title: 'a subnet whose instances are public',
    file: 'modules/network/main.tf',
    from: 'map_public_ip_on_launch = false',
    to: 'map_public_ip_on_launch = true',
    found: ['public-address'],
  },
];
