import { lines, open, rules, titles, written, type Item } from './claim.ts';

const PODS = 'test/manifests/support/mistakes-in-pods.ts';
const AROUND = 'test/manifests/support/mistakes-around-pods.ts';
const VAULT = 'manifests/base/vault';
const KAFKA = 'manifests/base/kafka/kafka.yaml';
const ADMISSION = 'admission policies in the cluster (ValidatingAdmissionPolicy)';
const GITOPS = 'GitOps with Argo CD';
const JOBS = 'test/pipeline/faults/jobs.ts';
const ORDER = 'test/pipeline/faults/order.ts';

/** What runs in the cluster, and how it gets there. */
export const CLUSTER_ITEMS: readonly Item[] = [
  {
    item: 'Vault',
    claims: [
      {
        says: 'TLS 1.3',
        by: [
          ...lines(`${VAULT}/server/config/vault.hcl`, 'tls_min_version = "tls13"'),
          ...titles(PODS, 'Vault in the clear'),
        ],
      },
      { says: 'three of it', by: lines(`${VAULT}/server/stateful-set.yaml`, 'replicas: 3') },
      { says: 'unsealed by KMS', by: lines(`${VAULT}/server/config/vault.hcl`, 'seal "awskms"') },
      { says: 'audited', by: lines(`${VAULT}/configuration.json`, '"file_path": "stdout"') },
      {
        says: 'root ended',
        by: titles(
          'packages/secrets-init/test/admin-configure.test.ts',
          'the first run takes the root token and ends it',
        ),
      },
      { says: 'tokens for it alone, for minutes', by: titles(PODS, 'a token for Vault that lives for a day') },
      {
        says: 'logins of 15 minutes',
        by: lines('packages/secrets-init/src/admin/configure-auth.ts', "audience: 'vault'", 'token_ttl: 900'),
      },
    ],
  },
  {
    item: 'Kafka',
    claims: [
      { says: 'TLS and certificates of clients', by: [...lines(KAFKA, 'tls: true', 'type: tls'), ...rules('brokers')] },
      {
        says: 'rights of each user',
        by: [
          ...lines(KAFKA, 'type: simple'),
          ...titles(
            'test/consistency/topics.test.ts',
            'the users of Kafka may do what their code asks for and nothing else',
          ),
        ],
      },
      { says: 'no listener that is open', by: titles(AROUND, 'a listener of Kafka that is open to all') },
      { says: 'no topic by a slip', by: lines(KAFKA, 'auto.create.topics.enable: false') },
    ],
  },
  {
    item: 'Pods and networks',
    claims: [
      { says: 'restricted, in every namespace', by: titles(AROUND, 'a namespace that is only baseline') },
      {
        says: 'nothing in or out but what is listed',
        by: titles(
          AROUND,
          'a namespace without default-deny',
          'a policy that is missing',
          'a function that may speak to another',
        ),
      },
    ],
  },
  {
    item: 'Admission',
    claims: [
      {
        says: 'digests, registries, resources, no LoadBalancer, before anything is applied',
        by: titles(AROUND, 'a load balancer of its own', "an image from somebody's mirror"),
      },
      { says: 'the same, asked by the API server', by: open(ADMISSION) },
      { says: 'an annotation of a role only in its own namespace, asked by the API server', by: open(ADMISSION) },
    ],
  },
  {
    item: 'Images',
    claims: [
      {
        says: 'both architectures, a bill of materials, a provenance',
        by: titles(
          'test/manifests/images-publish.test.ts',
          'docker is asked for both architectures, a provenance, a bill of materials',
        ),
      },
      {
        says: 'as nobody, with a root that cannot be written',
        by: [
          ...titles('test/manifests/images-dockerfile.test.ts', 'starts the bundle as nobody in particular'),
          ...titles(PODS, 'a root that can be written'),
        ],
      },
      { says: 'signed by the digest', by: titles('test/pipeline/image-scripts.test.ts', 'signed by its digest; once') },
      {
        says: 'scanned before they are pushed, and again when they arrive',
        by: [
          ...titles(ORDER, 'what is pushed was not scanned', 'a scan that fails stops nothing'),
          ...rules('image-scan'),
        ],
      },
      { says: 'tags that never move', by: rules('image-tags') },
      { says: 'signatures asked for by the cluster', by: open(ADMISSION) },
    ],
  },
  {
    item: 'State',
    claims: [
      {
        says: 'encrypted before it leaves, and by the bucket',
        by: [...written('state-encryption'), ...rules('bucket-encryption')],
      },
      { says: 'locked', by: written('state-backend') },
      { says: 'in the right account, by one bounded provider', by: written('providers', 'pins') },
      {
        says: 'no secret in variables, outputs and state',
        by: written('secret-types', 'secret-names', 'nothing-sensitive', 'secret-texts'),
      },
      {
        says: 'nor in what is applied',
        by: titles('test/infra/secrets.test.ts', 'a secret is found in a state wherever it stands'),
      },
    ],
  },
  {
    item: 'CI',
    claims: [
      {
        says: 'by OIDC alone, and applies behind the gate of an environment',
        by: [
          ...rules('ci-trust', 'managed-policies'),
          ...titles(JOBS, 'a key is kept'),
          ...titles(ORDER, 'an apply passes by the gate'),
        ],
      },
      {
        says: 'plans read',
        by: [...rules('permissions'), ...titles(ORDER, 'a search for drift takes the role that applies')],
      },
      {
        says: 'actions by their commit',
        by: titles('test/pipeline/versions.test.ts', 'nothing with power starts while anything is unresolved'),
      },
    ],
  },
  {
    item: 'Argo CD',
    claims: [{ says: 'SSO, no admin, allow-lists of projects, no cluster-wide kinds', by: open(GITOPS) }],
  },
  {
    item: 'Backups and the drill',
    claims: [
      {
        says: 'a snapshot of Vault is proven when it is made',
        by: titles(
          'packages/secrets-init/test/admin-snapshot.test.ts',
          'a snapshot is proven however it is cut into pieces',
        ),
      },
      { says: 'how it is restored is written down', by: lines('docs/runbooks/vault.md', '## Restore a snapshot') },
      {
        says: 'the drill is written down, with a table for its date',
        by: lines('docs/runbooks/disaster-recovery.md', '## The drill'),
      },
      { says: 'a drill that was held', by: open('a drill needs an account: nobody has held one') },
    ],
  },
];
