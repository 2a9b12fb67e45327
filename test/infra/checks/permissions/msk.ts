import type { Permission } from './canonical.ts';
import type { Permissions } from './table.ts';

const topic = (name: string): string => `kafka:topic/CLUSTER/weatherline.${name}`;
const group = (name: string): string => `kafka:group/CLUSTER/weatherline.${name}`;
/** Lanes: the day's and the replays'. */
const lanes = (name: string): string[] => [name, `${name}.replay`];

const CONNECT: Permission = {
  actions: ['kafka-cluster:Connect', 'kafka-cluster:DescribeCluster'],
  on: ['kafka:cluster/CLUSTER'],
};

function stage(name: string, reads: string, writes: string): readonly Permission[] {
  return [
    CONNECT,
    { actions: ['kafka-cluster:DescribeTopic', 'kafka-cluster:ReadData'], on: lanes(reads).map(topic) },
    {
      actions: ['kafka-cluster:DescribeTopic', 'kafka-cluster:WriteData'],
      on: [...lanes(writes), ...lanes(reads).map((lane) => `${lane}.dlq`)].map(topic),
    },
    { actions: ['kafka-cluster:AlterGroup', 'kafka-cluster:DescribeGroup'], on: lanes(name).map(group) },
  ];
}

const STAGES = ['run.requested', 'readings.fetched', 'records.transformed', 'product.stored'].flatMap(lanes);

/** What is added where Kafka is MSK. */
export const WITH_MSK: Permissions = {
  fetch: stage('fetch', 'run.requested', 'readings.fetched'),
  transform: stage('transform', 'readings.fetched', 'records.transformed'),
  upload: stage('upload', 'records.transformed', 'product.stored'),
  trigger: [
    CONNECT,
    { actions: ['kafka-cluster:DescribeTopic', 'kafka-cluster:WriteData'], on: [topic('run.requested')] },
  ],
  operator: [
    CONNECT,
    {
      actions: [
        'kafka-cluster:AlterTopic',
        'kafka-cluster:AlterTopicDynamicConfiguration',
        'kafka-cluster:CreateTopic',
        'kafka-cluster:DescribeTopic',
        'kafka-cluster:DescribeTopicDynamicConfiguration',
        'kafka-cluster:ReadData',
        'kafka-cluster:WriteData',
      ],
      on: STAGES.flatMap((name) => [name, `${name}.dlq`]).map(topic),
    },
    {
      actions: ['kafka-cluster:DescribeGroup'],
      on: [...['fetch', 'transform', 'upload'].flatMap(lanes), 'tail', 'replay-follower'].map(group),
    },
  ],
  'keda-operator': [
    {
      actions: ['sts:AssumeRole'],
      on: ['fetch', 'transform', 'upload'].map((name) => `iam::ACCOUNT:role/weatherline-ENV-${name}`),
    },
  ],
};
