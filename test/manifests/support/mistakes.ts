import { add, append, both, drop, set, type Change, type Step } from './change.ts';

/** A mistake that somebody may make, and the checks that are there to find it: these and no others. */
export type Mistake = { readonly title: string; readonly change: Change; readonly found: readonly string[] };

const POD: readonly Step[] = ['spec', 'template', 'spec'];
const MAIN: readonly Step[] = [...POD, 'containers', { name: 'function' }];
const INIT: readonly Step[] = [...POD, 'initContainers', { name: 'secrets-init' }];
const JOB: readonly Step[] = ['spec', 'jobTemplate', 'spec', 'template', 'spec'];
const TRIGGER: readonly Step[] = ['spec', 'triggers', 0, 'metadata'];

const meta = (name: string): object => ({ name, namespace: 'weatherline' });

export const IN_PODS: readonly Mistake[] = [
  {
    title: 'a privileged init container',
    change: set('Deployment/fetch', [...INIT, 'securityContext', 'privileged'], true),
    found: ['pod security restricted'],
  },
  {
    title: 'a capability that is added',
    change: set('Deployment/upload', [...MAIN, 'securityContext', 'capabilities', 'add'], ['NET_ADMIN']),
    found: ['pod security restricted'],
  },
  {
    title: "the host's network",
    change: set('Deployment/transform', [...POD, 'hostNetwork'], true),
    found: ['pod security restricted'],
  },
  {
    title: 'nothing that forbids root',
    change: set('Deployment/transform', [...POD, 'securityContext', 'runAsNonRoot'], undefined),
    found: ['pod security restricted'],
  },
  {
    title: 'no seccomp profile',
    change: set('CronJob/trigger', [...JOB, 'securityContext', 'seccompProfile'], undefined),
    found: ['pod security restricted'],
  },
  {
    title: "a directory of the host's",
    change: both(
      append('Deployment/transform', [...POD, 'volumes'], { name: 'host', hostPath: { path: '/' } }),
      append('Deployment/transform', [...MAIN, 'volumeMounts'], { name: 'host', mountPath: '/host' }),
    ),
    found: ['pod security restricted'],
  },
  {
    title: "a broker's container without limits to its rights",
    change: set('KafkaNodePool/dual-role', ['spec', 'template', 'kafkaContainer', 'securityContext'], {
      privileged: true,
    }),
    found: ['pod security restricted'],
  },
  {
    title: 'a root that can be written',
    change: set(
      'Deployment/gateway',
      [...POD, 'containers', { name: 'gateway' }, 'securityContext', 'readOnlyRootFilesystem'],
      false,
    ),
    found: ['hardening'],
  },
  {
    title: 'a user that a node may have',
    change: set('Deployment/upload', [...POD, 'securityContext', 'runAsUser'], 1000),
    found: ['hardening'],
  },
  {
    title: 'a token that nobody asked for',
    change: set('Deployment/upload', [...POD, 'automountServiceAccountToken'], true),
    found: ['hardening'],
  },
  {
    title: 'variables of Services',
    change: set('Deployment/upload', [...POD, 'enableServiceLinks'], undefined),
    found: ['hardening'],
  },
  {
    title: 'no limit of memory',
    change: set('Deployment/upload', [...MAIN, 'resources', 'limits', 'memory'], undefined),
    found: ['resources'],
  },
  {
    title: 'no limit of local storage on a sidecar',
    change: set(
      'Deployment/fetch',
      [...POD, 'initContainers', { name: 'secrets-refresh' }, 'resources', 'limits', 'ephemeral-storage'],
      undefined,
    ),
    found: ['resources'],
  },
  {
    title: 'a request above its limit',
    change: set('Deployment/upload', [...MAIN, 'resources', 'requests', 'memory'], '1Gi'),
    found: ['resources'],
  },
  {
    title: 'a probe on a port that the container does not have',
    change: set('Deployment/upload', [...MAIN, 'readinessProbe', 'httpGet', 'port'], 'http'),
    found: ['probes'],
  },
  {
    title: 'no readiness probe',
    change: set('Deployment/upload', [...MAIN, 'readinessProbe'], undefined),
    found: ['probes'],
  },
  {
    title: 'a liveness that depends on Kafka',
    change: set('Deployment/upload', [...MAIN, 'livenessProbe', 'httpGet', 'path'], '/readyz'),
    found: ['probes', 'infra ports'],
  },
  {
    title: 'a service account that is not there',
    change: set('CronJob/vault-configure', [...JOB, 'serviceAccountName'], 'builder'),
    found: ['service accounts'],
  },
  {
    title: 'an account that brings its token along',
    change: set('ServiceAccount/upload', ['automountServiceAccountToken'], true),
    found: ['service accounts'],
  },
  {
    title: 'a default account that is not tamed',
    change: drop('ServiceAccount/weatherline/default'),
    found: ['service accounts'],
  },
  {
    title: 'a priority that is not declared',
    change: set('Deployment/upload', [...POD, 'priorityClassName'], 'urgent'),
    found: ['scheduling'],
  },
  {
    title: 'a class of storage that is not declared',
    change: set('KafkaNodePool/dual-role', ['spec', 'storage', 'volumes', 0, 'class'], 'fast'),
    found: ['scheduling'],
  },
  {
    title: 'a secret in the environment',
    change: append('Deployment/upload', [...MAIN, 'env'], {
      name: 'WEATHERLINE_KAFKA_PASSWORD',
      valueFrom: { secretKeyRef: { name: 'upload', key: 'user.password' } },
    }),
    found: ['secrets', 'settings'],
  },
  {
    title: 'secrets on a disk',
    change: set('Deployment/fetch', [...POD, 'volumes', { name: 'secrets' }, 'emptyDir'], {}),
    found: ['secrets'],
  },
  {
    title: 'a token for Vault that lives for a day',
    change: set(
      'Deployment/fetch',
      [
        ...POD,
        'volumes',
        { name: 'vault-token' },
        'projected',
        'sources',
        0,
        'serviceAccountToken',
        'expirationSeconds',
      ],
      86_400,
    ),
    found: ['secrets'],
  },
  {
    title: 'a Secret in the tree',
    change: add({ apiVersion: 'v1', kind: 'Secret', metadata: meta('key'), stringData: { key: 'x' } }),
    found: ['secrets'],
  },
  {
    title: 'Vault in the clear',
    change: set('ConfigMap/weatherline/settings', ['data', 'WEATHERLINE_VAULT_ADDR'], 'http://vault.vault.svc:8200'),
    found: ['secrets'],
  },
  {
    title: 'a secret that secrets-init does not write',
    change: set(
      'Deployment/fetch',
      [...MAIN, 'env', { name: 'OPENWEATHER_API_KEY_FILE' }, 'value'],
      '/vault/secrets/KEY',
    ),
    found: ['mounts'],
  },
  {
    title: 'a ConfigMap that nobody makes',
    change: append('Deployment/upload', [...POD, 'volumes', { name: 'settings' }, 'projected', 'sources'], {
      configMap: { name: 'more-settings' },
    }),
    found: ['mounts'],
  },
  {
    title: 'a key that the ConfigMap does not have',
    change: append('Deployment/upload', [...POD, 'volumes', { name: 'kafka-ca' }, 'secret', 'items'], {
      key: 'ca.pem',
      path: 'ca.pem',
    }),
    found: ['mounts'],
  },
];

export const AROUND_PODS: readonly Mistake[] = [
  {
    title: 'a misspelt field',
    change: set('Deployment/upload', [...MAIN, 'readinessProbe', 'periodSecond'], 5),
    found: ['schema'],
  },
  {
    title: "a misspelt field of Strimzi's",
    change: set('KafkaTopic/weatherline.run.requested', ['spec', 'partition'], 12),
    found: ['schema'],
  },
  {
    title: "a misspelt word of KEDA's scaler, which KEDA itself would not notice",
    change: set('ScaledObject/fetch', [...TRIGGER, 'lagThresold'], '5'),
    found: ['schema'],
  },
  {
    title: 'a port that is a text',
    change: set('Service/gateway', ['spec', 'ports', 0, 'port'], '8080'),
    found: ['schema'],
  },
  {
    title: 'a required field that is missing',
    change: set('Service/gateway', ['spec', 'ports', 0, 'port'], undefined),
    found: ['schema'],
  },
  {
    title: 'a kind that nobody knows',
    change: add({ apiVersion: 'weatherline.dev/v1', kind: 'Forecast', metadata: meta('tomorrow') }),
    found: ['schema'],
  },
  {
    title: 'a version of a kind that is gone',
    change: set('KafkaUser/fetch', ['apiVersion'], 'kafka.strimzi.io/v1alpha9'),
    found: ['schema'],
  },
  { title: 'a wildcard in a role', change: set('Role/vault', ['rules', 0, 'verbs'], ['*']), found: ['rbac'] },
  {
    title: 'a role that reads secrets',
    change: append('Role/vault', ['rules'], { apiGroups: [''], resources: ['secrets'], verbs: ['list'] }),
    found: ['rbac'],
  },
  {
    title: 'a namespace that is only baseline',
    change: set('Namespace/weatherline', ['metadata', 'labels', 'pod-security.kubernetes.io/enforce'], 'baseline'),
    found: ['namespaces'],
  },
  {
    title: 'a namespace whose level changes with the cluster',
    change: set('Namespace/vault', ['metadata', 'labels', 'pod-security.kubernetes.io/enforce-version'], 'latest'),
    found: ['namespaces'],
  },
  {
    title: 'an object in the default namespace',
    change: add({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'lost', namespace: 'default' }, data: {} }),
    found: ['namespaces'],
  },
  {
    title: 'a load balancer of its own',
    change: set('Service/gateway', ['spec', 'type'], 'LoadBalancer'),
    found: ['exposure'],
  },
  {
    title: 'an Ingress that routes the infra port',
    change: both(
      set('Ingress/gateway', ['spec', 'rules', 0, 'http', 'paths', 0, 'backend', 'service', 'port'], { name: 'infra' }),
      append('Service/gateway', ['spec', 'ports'], { name: 'infra', port: 9090, targetPort: 'infra' }),
    ),
    found: ['exposure'],
  },
  {
    title: 'a Service that selects nothing',
    change: add({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: meta('away'),
      spec: { selector: { app: 'away' }, ports: [{ name: 'http', port: 80 }] },
    }),
    found: ['references'],
  },
  {
    title: 'a monitor of a port that is not there',
    change: set('PodMonitor/upload', ['spec', 'podMetricsEndpoints', 0, 'port'], 'metrics'),
    found: ['references'],
  },
  {
    title: 'an authentication that is not there',
    change: set('ScaledObject/fetch', ['spec', 'triggers', 0, 'authenticationRef', 'name'], 'kafka-tls'),
    found: ['references'],
  },
  {
    title: 'replicas of what KEDA scales',
    change: set('Deployment/fetch', ['spec', 'replicas'], 2),
    found: ['scaling'],
  },
  { title: 'a function that nothing scales', change: drop('ScaledObject/upload'), found: ['scaling'] },
  {
    title: 'a disruption budget on a function',
    change: add({
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: meta('fetch'),
      spec: { minAvailable: 1, selector: { matchLabels: { 'app.kubernetes.io/name': 'fetch' } } },
    }),
    found: ['availability'],
  },
  {
    title: 'a gateway without a disruption budget',
    change: drop('PodDisruptionBudget/gateway'),
    found: ['availability'],
  },
  {
    title: 'a budget that lets no pod go',
    change: set('PodDisruptionBudget/gateway', ['spec', 'maxUnavailable'], 0),
    found: ['availability'],
  },
  {
    title: 'an image by the tag latest',
    change: set('Deployment/transform', [...MAIN, 'image'], 'weatherline/transform:latest'),
    found: ['images'],
  },
  {
    title: "an image from somebody's mirror",
    change: set(
      'Deployment/transform',
      [...MAIN, 'image'],
      `mirror.example.com/weatherline/transform@sha256:${'0'.repeat(64)}`,
    ),
    found: ['images'],
  },
  {
    title: 'a namespace without default-deny',
    change: drop('NetworkPolicy/weatherline/default-deny'),
    found: ['default deny'],
  },
  { title: 'a policy that is missing', change: drop('NetworkPolicy/gateway'), found: ['reachability'] },
  {
    title: "a way to the node's own credentials",
    change: append('NetworkPolicy/upload', ['spec', 'egress'], {
      to: [{ ipBlock: { cidr: '169.254.169.254/32' } }],
      ports: [{ port: 80 }],
    }),
    found: ['reachability'],
  },
  {
    title: 'a policy that lets every namespace in',
    change: append('NetworkPolicy/gateway', ['spec', 'ingress'], {
      from: [{ namespaceSelector: {} }],
      ports: [{ port: 8080 }],
    }),
    found: ['reachability'],
  },
  {
    title: 'a function that may speak to another',
    change: append('NetworkPolicy/gateway', ['spec', 'egress'], {
      to: [{ podSelector: { matchLabels: { 'strimzi.io/name': 'weatherline-kafka' } } }],
    }),
    found: ['reachability'],
  },
  {
    title: 'a listener of Kafka that is open to all',
    change: set('Kafka/weatherline', ['spec', 'kafka', 'listeners', 0, 'networkPolicyPeers'], undefined),
    found: ['reachability'],
  },
];

export const WITH_THE_CODE: readonly Mistake[] = [
  {
    title: 'a topic that no code uses',
    change: add({
      apiVersion: 'kafka.strimzi.io/v1',
      kind: 'KafkaTopic',
      metadata: { ...meta('weatherline.forecast'), labels: { 'strimzi.io/cluster': 'weatherline' } },
      spec: { partitions: 12, replicas: 3 },
    }),
    found: ['topics'],
  },
  { title: 'a topic that is missing', change: drop('KafkaTopic/weatherline.product.stored.dlq'), found: ['topics'] },
  {
    title: "another lane's topic",
    change: set('ScaledObject/fetch', [...TRIGGER, 'topic'], 'weatherline.run.requested.replay'),
    found: ['topics and groups'],
  },
  {
    title: 'a wrong group',
    change: set('ScaledObject/upload-replay', [...TRIGGER, 'consumerGroup'], 'weatherline.upload'),
    found: ['topics and groups'],
  },
  {
    title: 'more consumers than partitions',
    change: set('ScaledObject/fetch', ['spec', 'maxReplicaCount'], 13),
    found: ['partitions'],
  },
  {
    title: 'too few partitions for the consumers',
    change: set('KafkaTopic/weatherline.run.requested', ['spec', 'partitions'], 3),
    found: ['partitions'],
  },
  {
    title: 'a setting that is missing',
    change: set('Deployment/upload', [...MAIN, 'env', { name: 'WEATHERLINE_S3_BUCKET_FILE' }], undefined),
    found: ['settings'],
  },
  {
    title: "another deployable's setting",
    change: append('Deployment/upload', [...MAIN, 'env'], {
      name: 'WEATHERLINE_SCHEDULE_FILE',
      value: '/etc/weatherline/WEATHERLINE_SCHEDULE',
    }),
    found: ['settings'],
  },
  {
    title: 'a setting by value',
    change: append('Deployment/upload', [...MAIN, 'env'], { name: 'WEATHERLINE_CONCURRENCY', value: '4' }),
    found: ['settings'],
  },
  {
    title: 'a setting that nobody reads',
    change: set('ConfigMap/weatherline/settings', ['data', 'WEATHERLINE_COLOUR'], 'blue'),
    found: ['keys that are read'],
  },
  {
    title: "an infra port that is not the code's",
    change: set('Deployment/upload', [...MAIN, 'ports', { name: 'infra' }, 'containerPort'], 9099),
    found: ['infra ports'],
  },
  {
    title: "grace that is shorter than the runtime's drain",
    change: set('Deployment/upload', [...POD, 'terminationGracePeriodSeconds'], 20),
    found: ['drain'],
  },
  {
    title: "grace that forgets the gateway's delay",
    change: set('Deployment/gateway', [...POD, 'terminationGracePeriodSeconds'], 30),
    found: ['drain'],
  },
  {
    title: 'a CronJob that runs at other times than slots are',
    change: set('CronJob/trigger', ['spec', 'schedule'], '30 */6 * * *'),
    found: ['schedule'],
  },
  {
    title: 'a role of another environment',
    change: set(
      'ServiceAccount/upload',
      ['metadata', 'annotations', 'eks.amazonaws.com/role-arn'],
      'arn:aws:iam::444455556666:role/weatherline-dev-upload',
    ),
    found: ['identities'],
  },
  {
    title: 'a role for the one function that needs none',
    change: set('ServiceAccount/transform', ['metadata', 'annotations'], {
      'eks.amazonaws.com/role-arn': 'arn:aws:iam::444455556666:role/weatherline-prod-transform',
    }),
    found: ['identities'],
  },
  {
    title: "another's certificate for Kafka",
    change: set('Deployment/transform', [...POD, 'volumes', { name: 'kafka-user' }, 'secret', 'secretName'], 'upload'),
    found: ['users'],
  },
  {
    title: 'a metric that nothing exports',
    change: set('PrometheusRule/kafka-lag', ['spec', 'groups', 0, 'rules', 0, 'expr'], 'weatherline_lag_total > 5'),
    found: ['metrics'],
  },
  {
    title: 'an expression that is no PromQL',
    change: set('PrometheusRule/kafka-lag', ['spec', 'groups', 0, 'rules', 0, 'expr'], 'sum by ('),
    found: ['metrics'],
  },
  {
    title: 'an alert without a page',
    change: set(
      'PrometheusRule/kafka-lag',
      ['spec', 'groups', 0, 'rules', 0, 'annotations', 'runbook_url'],
      'https://weatherline.dev/docs/runbooks/none.md',
    ),
    found: ['runbooks'],
  },
];
