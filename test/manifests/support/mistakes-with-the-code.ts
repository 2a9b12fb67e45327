import { add, append, drop, set } from './change.ts';
import { MAIN, meta, POD, TRIGGER, type Mistake } from './mistakes.ts';

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
    title: "another's role in Vault",
    change: set('ConfigMap/weatherline/settings', ['data', 'vault-role-gateway'], 'fetch'),
    found: ['vault roles'],
  },
  {
    title: 'a secret that the role may not read',
    change: set(
      'ConfigMap/weatherline/settings',
      ['data', 'vault-secrets-gateway'],
      JSON.stringify([
        { path: 'secret/weatherline/prod/openweather', field: 'api_keys', file: 'WEATHERLINE_API_KEYS' },
      ]),
    ),
    found: ['vault roles'],
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
