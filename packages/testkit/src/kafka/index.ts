export { createAuthority, mutualTls, type Authority, type Issued } from './authority.ts';
export { commandIsMissing, kafkaClasspath, kafkaIsMissing } from './classpath.ts';
export { startKafka, type KafkaCluster, type KafkaNode, type KafkaOptions } from './cluster.ts';
export { kafkaTests, type DefineTest, type KafkaTests, type KafkaTestsOptions } from './gate.ts';
