import { brokerContract } from '@weatherline/testkit/contracts';
import { kafkaTests } from '@weatherline/testkit/kafka';
import test from 'ava';
import { openKafkaBroker } from '../src/kafka/index.ts';

const kafka = kafkaTests(test);
const times = { heartbeatMs: 300, fetchWaitMs: 100 };
const replication = { factor: 1, minInSync: 1 };

brokerContract(kafka.test, 'kafka broker', async (t) => {
  const broker = openKafkaBroker({ brokers: kafka.brokers, times, replication });
  t.teardown(async () => broker[Symbol.asyncDispose]());
  return broker;
});
