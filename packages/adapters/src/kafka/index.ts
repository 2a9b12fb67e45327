export { openKafkaBroker, type KafkaBroker, type KafkaBrokerOptions } from './broker.ts';
export type { TopicDifference } from './topics.ts';
