import type { Fault } from './fault.ts';

const TRUST = 'modules/irsa/main.tf';
const CI = 'modules/ci/main.tf';
const AUDIT = 'modules/audit/main.tf';
const EDGE = 'modules/edge/waf.tf';
const SUB = '"${local.issuer}:sub" = "system:serviceaccount:${var.namespace}:${var.service_account}"';
const APPLY = '["repo:${var.repository}:environment:${var.environment}"]';

export const IN_ACCESS: readonly Fault[] = [
  {
    subject: 'writer',
    title: 'a trust without aud',
    file: TRUST,
    from: '"${local.issuer}:aud" = "sts.amazonaws.com"',
    to: '',
    found: ['service-account-trust'],
  },
  {
    subject: 'writer',
    title: 'a trust without sub',
    file: TRUST,
    from: SUB,
    to: '',
    found: ['service-account-trust'],
  },
  {
    subject: 'writer',
    title: 'a trust for every service account of a namespace',
    file: TRUST,
    from: `StringEquals = {\n        ${SUB}`,
    to: 'StringLike = {\n        "${local.issuer}:sub" = "system:serviceaccount:${var.namespace}:*"',
    found: ['service-account-trust'],
  },
  {
    subject: 'ci',
    title: 'an apply from any branch',
    file: CI,
    from: APPLY,
    to: '["repo:${var.repository}:*"]',
    found: ['ci-trust'],
  },
  {
    subject: 'ci',
    title: 'an apply that no gate guards',
    file: CI,
    from: APPLY,
    to: '["repo:${var.repository}:ref:refs/heads/main"]',
    found: ['ci-trust'],
  },
  {
    subject: 'ci',
    title: 'a plan that may change everything',
    file: CI,
    from: 'job-function/ViewOnlyAccess',
    to: 'AdministratorAccess',
    found: ['managed-policies'],
  },
  {
    subject: 'karpenter',
    title: 'a Karpenter that ends any instance',
    file: 'modules/karpenter/policy.tf',
    from: 'Resource  = ["${local.ec2}:*:instance/*", "${local.ec2}:*:launch-template/*"]',
    to: 'Resource  = "*"',
    found: ['permissions', 'wildcard-resources'],
  },
  {
    subject: 'karpenter',
    title: 'a queue whose messages anybody reads',
    file: 'modules/karpenter/interruption.tf',
    from: 'sqs_managed_sse_enabled   = true',
    to: 'sqs_managed_sse_enabled   = false',
    found: ['queues'],
  },
  {
    subject: 'audit',
    title: 'a trail whose files may be changed unseen',
    file: AUDIT,
    from: 'enable_log_file_validation    = true',
    to: 'enable_log_file_validation    = false',
    found: ['trail'],
  },
  {
    subject: 'audit',
    title: 'a trail of one region',
    file: AUDIT,
    from: 'is_multi_region_trail         = true',
    to: 'is_multi_region_trail         = false',
    found: ['trail'],
  },
  {
    subject: 'audit',
    title: 'a GuardDuty that is off',
    file: AUDIT,
    from: 'enable                       = true',
    to: 'enable                       = false',
    found: ['detection'],
  },
  {
    subject: 'audit',
    title: 'an account whose buckets may be public',
    file: AUDIT,
    from: 'restrict_public_buckets = true',
    to: 'restrict_public_buckets = false',
    found: ['bucket-public-block'],
  },
  {
    subject: 'edge',
    title: 'a managed rule of the firewall that only counts',
    file: EDGE,
    from: 'AWSManagedRulesCommonRuleSet          = { priority = 20, count = false }',
    to: 'AWSManagedRulesCommonRuleSet          = { priority = 20, count = true }',
    found: ['firewall'],
  },
  {
    subject: 'edge',
    title: 'a rate that is only counted',
    file: EDGE,
    from: 'block {}',
    to: 'count {}',
    found: ['firewall'],
  },
  {
    subject: 'host',
    title: 'a host with a key pair',
    file: 'modules/access-host/main.tf',
    from: 'instance_type               = "t4g.nano"',
    to: 'instance_type               = "t4g.nano"\n  key_name = "ops"',
    found: ['ssh'],
  },
  {
    subject: 'host',
    title: 'a host on the internet',
    file: 'modules/access-host/main.tf',
    from: 'associate_public_ip_address = false',
    to: 'associate_public_ip_address = true',
    found: ['public-address'],
  },
];
