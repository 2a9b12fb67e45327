import { add, append, both, drop, set } from './change.ts';
import { INIT, JOB, MAIN, meta, POD, type Mistake } from './mistakes.ts';

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
    change: set('CronJob/vault-init', [...JOB, 'serviceAccountName'], 'builder'),
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
