import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deadLetterTopicOf, EVENTS, topicOf, type Lane, type Stage } from '@weatherline/events';
import { TOPICS } from '@weatherline/runtime';
import { CHAIN_GROUPS } from '../../cli/src/chain-groups.ts';
import type { Acl } from './kafka-manifests.ts';

type Operation = Acl['operations'][number];

function topic(name: string, ...operations: Operation[]): Acl {
  return { resource: { type: 'topic', name, patternType: 'literal' }, operations };
}

function group(name: string, ...operations: Operation[]): Acl {
  return { resource: { type: 'group', name, patternType: 'literal' }, operations };
}

function outputOf(stage: string, lane: Lane): string {
  const event = EVENTS.find((one) => one.stage === stage);
  if (event === undefined) throw new Error(`no event of stage ${stage}`);
  return topicOf(event, lane);
}

/**
 * What a function asks of the brokers: joins its group and reads its input, publishes its output and, for its input,
 * dead letters. Read and Write imply Describe, which metadata, ends and the coordinator ask for. Its producer is not an
 * idempotent one (packages/adapters/src/kafka/publisher.ts), so it needs nothing of the cluster.
 */
function functionAcls(stage: Stage): Acl[] {
  return CHAIN_GROUPS.filter((one) => one.function === stage).flatMap(({ topic: input, group: name, lane }) => [
    topic(input, 'Read'),
    topic(outputOf(stage, lane), 'Write'),
    topic(deadLetterTopicOf(input), 'Write'),
    group(name, 'Read'),
  ]);
}

const CLI = fileURLToPath(new URL('../../cli/src/', import.meta.url));

/** Commands that ask for the ends of a topic do it by the lag of a group that nobody is a member of. */
export function groupsThatNobodyJoins(): string[] {
  return readdirSync(CLI, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => [...readFileSync(join(CLI, file), 'utf8').matchAll(/NO_GROUP = '([^']+)'/g)])
    .map(([, name = '']) => name);
}

/** Of each KafkaUser, what its code asks for: from the catalogue, the chain's groups and the commands. */
export function expectedAcls(): ReadonlyMap<string, Acl[]> {
  const chain = CHAIN_GROUPS.map((one) => one.group);
  return new Map([
    ['fetch', functionAcls('fetch')],
    ['transform', functionAcls('transform')],
    ['upload', functionAcls('upload')],
    // The CronJob opens the current slot, which is always live (cli/src/plan.ts).
    ['trigger', [topic(outputOf('trigger', 'live'), 'Write')]],
    [
      'keda',
      [
        ...CHAIN_GROUPS.map((one) => topic(one.topic, 'Describe')),
        ...chain.map((name) => group(name, 'Describe')),
      ],
    ],
    [
      // It reads every topic, compares its settings, sends any event, redrives to any origin, and writes tombstones.
      'operator',
      [
        ...TOPICS.map(({ name }) => topic(name, 'Read', 'Write', 'DescribeConfigs')),
        ...[...chain, ...groupsThatNobodyJoins()].map((name) => group(name, 'Describe')),
      ],
    ],
  ]);
}
