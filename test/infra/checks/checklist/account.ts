import { lines, rules, titles, written, type Item } from './claim.ts';

/** What the AWS account holds. */
export const ACCOUNT_ITEMS: readonly Item[] = [
  {
    item: 'The API is private, and no security group lets the world in',
    claims: [
      {
        says: 'endpoint private in staging, prod and dr',
        by: [...rules('api-endpoint'), ...written('environment-values')],
      },
      {
        says: 'no ingress from 0.0.0.0/0; the load balancer has a group of its controller',
        by: rules('world-ingress'),
      },
      {
        says: 'no SSH, no public address, nothing in the default group',
        by: rules('ssh', 'public-address', 'default-group'),
      },
    ],
  },
  {
    item: 'Access entries alone',
    claims: [
      { says: 'no aws-auth, no system:masters, no creator admin', by: rules('access-entries') },
      {
        says: 'who breaks glass is heard',
        by: titles('infra/modules/audit/tests/alarms.tftest.hcl', 'root_and_break_glass_are_told'),
      },
      { says: 'how to break glass is written down', by: lines('docs/runbooks/vault.md', '## Break glass') },
    ],
  },
  {
    item: 'Keys of ours, which turn',
    claims: [
      { says: 'every key turns, and leaves 30 days', by: rules('key-rotation') },
      { says: 'no key is for everybody', by: rules('open-policies') },
      { says: 'Kubernetes secrets', by: rules('cluster-secrets') },
      { says: 'volumes', by: rules('volumes') },
      { says: 'products, snapshots, telemetry, state', by: rules('bucket-encryption', 'bucket-keys') },
      { says: 'logs', by: rules('log-retention') },
      { says: 'images, queues, brokers', by: rules('image-scan', 'queues', 'brokers') },
      {
        says: "Vault's: hard to lose. prevent_destroy takes no variable; the key's policy and the bucket's lock hold in every tool",
        by: [
          ...written('environment-values'),
          ...titles('infra/modules/vault-unseal/tests/vault-unseal.tftest.hcl', 'the_key_is_hard_to_lose'),
        ],
      },
    ],
  },
  {
    item: 'IMDSv2, one hop',
    claims: [
      { says: 'required, of nodes, hosts and by default', by: rules('instance-metadata') },
      {
        says: 'no way from a pod to the metadata',
        by: titles('test/manifests/support/mistakes-around-pods.ts', "a way to the node's own credentials"),
      },
    ],
  },
  {
    item: 'One role for one service account, with the least that it needs',
    claims: [
      { says: 'sub and aud, both to the letter', by: rules('service-account-trust', 'account-trust') },
      { says: 'the table: role, actions, resources, conditions', by: rules('permissions') },
      {
        says: 'no action by a pattern, no resource by a star but the documented',
        by: rules('wildcard-actions', 'wildcard-resources'),
      },
      { says: "AWS's own policies only where they are meant", by: rules('managed-policies') },
      {
        says: 'the annotations name these roles',
        by: titles('test/manifests/support/mistakes-with-the-code.ts', 'a role of another environment'),
      },
    ],
  },
  {
    item: 'Buckets',
    claims: [
      { says: 'TLS 1.2 at least', by: rules('bucket-transport') },
      { says: 'our key, and no other', by: rules('bucket-encryption', 'bucket-keys') },
      { says: 'public access blocked, of buckets and account', by: rules('bucket-public-block') },
      { says: 'ownership enforced', by: rules('bucket-ownership') },
      { says: 'age of signatures', by: rules('signature-age') },
      { says: 'access logged', by: rules('bucket-logs') },
      { says: 'versions kept, and tidied', by: rules('bucket-versioning', 'bucket-tidy') },
      { says: 'nothing but dev destroyed with its content', by: rules('force-destroy') },
    ],
  },
  {
    item: 'At the edge',
    claims: [
      { says: 'a firewall with a rate, which logs', by: rules('firewall') },
      {
        says: 'TLS 1.3, invalid headers dropped, access logged',
        by: lines(
          'manifests/components/alb-ingress/ingress.yaml',
          'alb.ingress.kubernetes.io/ssl-policy: ELBSecurityPolicy-TLS13-1-2-Res-2021-06',
          'routing.http.drop_invalid_header_fields.enabled=true',
          'access_logs.s3.enabled=true',
          'alb.ingress.kubernetes.io/wafv2-acl-arn: WEB_ACL_ARN',
        ),
      },
    ],
  },
  {
    item: 'Records',
    claims: [
      { says: 'CloudTrail, validated, and heard of', by: rules('trail', 'alarms') },
      { says: 'GuardDuty', by: rules('detection') },
      { says: 'flow logs', by: rules('flow-log') },
      { says: "EKS's audit log", by: rules('cluster-logs') },
      {
        says: "Vault's audit log, before the first secret",
        by: titles(
          'packages/secrets-init/test/admin-configure.test.ts',
          'an empty Vault becomes what is declared, audit devices first',
        ),
      },
      { says: 'an end to every log', by: rules('log-retention') },
      { says: 'whose everything is', by: rules('tags') },
    ],
  },
];
