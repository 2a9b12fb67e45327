import type { PartitionBatch } from '@weatherline/runtime';
import { createMemoryBroker, createVirtualClock } from '@weatherline/testkit';
import { brokerContract } from '@weatherline/testkit/contracts';
import test from 'ava';

brokerContract(test, 'memory broker', async (t) => {
  const broker = createMemoryBroker();
  t.teardown(async () => broker[Symbol.asyncDispose]());
  return broker;
});

async function setUp() {
  const clock = createVirtualClock();
  const broker = createMemoryBroker({ clock, drainMs: 5_000 });
  await broker.ensureTopics([{ name: 'topic', partitions: 1 }]);
  const batches: PartitionBatch[] = [];
  const join = async (work: (batch: PartitionBatch) => Promise<void>) =>
    broker.subscribe({
      group: 'group',
      topic: 'topic',
      maxBatch: 10,
      deliver: async (batch) => {
        batches.push(batch);
        await work(batch);
      },
    });
  const publish = async (value: string): Promise<void> =>
    broker.publish('topic', [{ key: 'k', value: Buffer.from(value), headers: {} }]);
  return { clock, broker, batches, join, publish };
}

test('a member that was put out runs on, and its commits are refused', async (t) => {
  const { clock, broker, batches, join, publish } = await setUp();
  const first = await join(async () => clock.sleep(60_000));
  await publish('1');
  await clock.run(clock.sleep(1));
  await broker.evict(first);
  await join(async (batch) => batch.commit({ offset: 1, metadata: '' }));
  await clock.run(clock.sleep(1));
  t.is(batches.length, 2, 'the event was delivered to the next owner');
  t.false(batches[0]?.signal.aborted, 'the first owner does not know');
  await t.throwsAsync(async () => batches[0]?.commit({ offset: 0, metadata: '' }), { code: 'PARTITION_LOST' });
  t.true(batches[0]?.signal.aborted, 'now it does');
  t.is(broker.backlog('group', 'topic'), 0);
});

test('a member that notices that it was put out joins again', async (t) => {
  const { clock, broker, batches, join, publish } = await setUp();
  const only = await join(async (batch) => batch.commit({ offset: 1, metadata: '' }));
  await broker.evict(only, 3_000);
  await publish('1');
  await clock.run(clock.sleep(1_000));
  t.is(batches.length, 0);
  await clock.run(clock.sleep(3_000));
  t.is(batches.length, 1);
});

test('a member that does not let go in time is put out', async (t) => {
  const { clock, broker, batches, join, publish } = await setUp();
  await join(async () => clock.sleep(3_600_000));
  await publish('1');
  await clock.run(join(async (batch) => batch.commit({ offset: 1, metadata: '' })));
  t.is(batches.length, 1);
  await clock.run(broker.rebalance('group', 'topic'));
  await clock.run(clock.sleep(1));
  t.is(batches.length, 2);
  await t.throwsAsync(async () => batches[0]?.commit({ offset: 0, metadata: '' }), { code: 'PARTITION_LOST' });
});
