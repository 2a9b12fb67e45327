import { add, append, both, drop, set } from './change.ts';
import { MAIN, meta, TRIGGER, type Mistake } from './mistakes.ts';

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
