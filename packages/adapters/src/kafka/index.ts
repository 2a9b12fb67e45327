export { openKafkaBroker, type KafkaBroker, type KafkaBrokerOptions } from './broker.ts';
export type { TopicDifference } from './topics.ts';
export { openConfiguredKafka, type OpenKafka } from './open.ts';
export { KAFKA_SETTINGS } from './settings.ts';
