import { startKafka } from '@weatherline/testkit/kafka';
import { brokerContract } from '@weatherline/testkit/contracts';
import test from 'ava';
import { openKafkaBroker } from '../src/kafka/index.ts';

const given = process.env['WEATHERLINE_TEST_KAFKA'];
let brokers: string[] = given === undefined ? [] : [given];
let stop: (() => Promise<void>) | undefined;
const times = { heartbeatMs: 300, fetchWaitMs: 100 };
const replication = { factor: 1, minInSync: 1 };

test.before(async (t) => {
  t.timeout(120_000);
  if (given !== undefined) return;
  const cluster = await startKafka();
  brokers = cluster.bootstrap.split(',');
  stop = async () => cluster[Symbol.asyncDispose]();
});
test.after.always(async () => stop?.());

brokerContract(test, 'kafka broker', async (t) => {
  const broker = openKafkaBroker({ brokers, times, replication });
  t.teardown(async () => broker[Symbol.asyncDispose]());
  return broker;
});
