import {
  KAFKA_SETTINGS,
  openConfiguredKafka,
  type KafkaBroker,
  type TopicDifference,
} from '@weatherline/adapters/kafka';
import { DEPLOYABLE_VARIABLES } from '@weatherline/adapters/settings';
import { EXIT, loadConfig, TOPICS } from '@weatherline/runtime';
import { brokerFailure, Failure } from '../failure.ts';
import type { Output } from '../output.ts';
import type { TopicsApplied, TopicsVerified } from '../results/installation.ts';

/** What a topic is born with; to change it is to move its messages, which nobody does by the way. */
export const UNCHANGEABLE: ReadonlySet<string> = new Set(['partitions', 'replicas']);

/** Compares the brokers' topics with the catalogue; one line for each difference. */
export async function verifyTopics(output: Output): Promise<number> {
  const differences = await withKafka(async (broker) => broker.verifyTopics(TOPICS));
  const result: TopicsVerified = { topics: TOPICS.length, differences };
  output.result(result, () => (differences.length === 0 ? allIsWell() : differences.map(lineOf).join('\n')));
  return differences.length === 0 ? EXIT.ok : EXIT.unhealthy;
}

/** Creates the topics of the catalogue that are missing and sets what differs; says what it did. */
export async function applyTopics(output: Output): Promise<number> {
  const differences = await withKafka(async (broker) => broker.applyTopics(TOPICS));
  const conflicts = differences.filter(({ what }) => UNCHANGEABLE.has(what));
  const changed = differences.filter((difference) => !conflicts.includes(difference));
  const result: TopicsApplied = { topics: TOPICS.length, changed, conflicts };
  output.result(result, () => (differences.length === 0 ? allIsWell() : changed.map(changeOf).join('\n')));
  for (const conflict of conflicts) output.say(`not changed: ${lineOf(conflict)}`);
  return conflicts.length === 0 ? EXIT.ok : EXIT.conflict;
}

function allIsWell(): string {
  return `${TOPICS.length} topics are as they should be`;
}

export function lineOf({ topic, what, expected, found }: TopicDifference): string {
  return what === 'topic' ? `${topic} is ${found}` : `${topic} ${what}: expected ${expected}, found ${found}`;
}

function changeOf({ topic, what, expected, found }: TopicDifference): string {
  return what === 'topic' ? `created ${topic}` : `set ${topic} ${what} to ${expected}, was ${found}`;
}

async function withKafka<Answer>(ask: (broker: KafkaBroker) => Promise<Answer>): Promise<Answer> {
  const env = process.env;
  const config = loadConfig(KAFKA_SETTINGS, env, DEPLOYABLE_VARIABLES);
  await using broker = openConfiguredKafka({ config, env, clientId: 'weatherline.cli' });
  try {
    return await ask(broker);
  } catch (error) {
    const failure = brokerFailure(error);
    if (failure === undefined) throw error;
    throw new Failure(failure.exitCode, `${config.kafkaBrokers.join(',')}: ${failure.message}`, { cause: error });
  }
}
