export { openEmbeddedBroker, openLogReader } from './broker.ts';
export { partitionOf } from './partitioner.ts';
export { FORMAT as LOG_FORMAT } from './schema.ts';
