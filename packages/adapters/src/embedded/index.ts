export { openEmbeddedBroker, openLogReader } from './broker.ts';
export { partitionOf } from './partitioner.ts';
