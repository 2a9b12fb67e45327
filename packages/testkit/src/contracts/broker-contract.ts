import { setTimeout as delay } from 'node:timers/promises';
import type { Broker, LoggedMessage, OutgoingMessage, PartitionBatch } from '@weatherline/runtime';
import type { ExecutionContext } from 'ava';
import type { DefineTest } from '../kafka/gate.ts';

let topics = 0;
async function topicOn(broker: Broker, partitions = 4): Promise<string> {
  topics += 1;
  const name = `weatherline.contract.${process.pid}.${topics}`;
  await broker.ensureTopics([{ name, partitions }]);
  return name;
}

const message = (key: string, value: string): OutgoingMessage => ({
  key,
  value: Buffer.from(value),
  headers: { n: value },
});
const textOf = ({ value }: LoggedMessage): string => Buffer.from(value ?? []).toString();

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition(); tries += 1) {
    if (tries > 1000) throw new Error('the awaited condition never held');
    await delay(10);
  }
}

async function commitAll(batch: PartitionBatch, metadata = ''): Promise<void> {
  await batch.commit({ offset: (batch.messages.at(-1)?.offset ?? 0) + 1, metadata });
}

/** What every broker must do; the suite that an adapter passes unchanged. */
export function brokerContract(test: DefineTest, name: string, open: (t: ExecutionContext) => Promise<Broker>): void {
  test(`${name}: delivers key, value and headers, in order within a key`, async (t) => {
    const broker = await open(t);
    const topic = await topicOn(broker);
    await broker.publish(
      topic,
      ['1', '2', '3'].map((value) => message('k', value)),
    );
    const seen: LoggedMessage[] = [];
    await using _ = await broker.subscribe({
      group: topic,
      topic,
      maxBatch: 10,
      deliver: async (batch) => void seen.push(...batch.messages),
    });
    await until(() => seen.length === 3);
    t.deepEqual(seen.map(textOf), ['1', '2', '3']);
    t.deepEqual(seen[0]?.headers, { n: '1' });
    t.is(new Set(seen.map(({ partition }) => partition)).size, 1);
  });

  test(`${name}: what was committed is not delivered again, and its metadata comes back`, async (t) => {
    const broker = await open(t);
    const topic = await topicOn(broker, 1);
    await broker.publish(topic, [message('a', '1'), message('a', '2')]);
    let committed = false;
    const first = await broker.subscribe({
      group: topic,
      topic,
      maxBatch: 1,
      deliver: async (batch) => {
        if (batch.messages[0]?.offset !== 0) return;
        await commitAll(batch, 'mine');
        committed = true;
      },
    });
    await until(() => committed);
    await first[Symbol.asyncDispose]();
    const seen: string[] = [];
    let metadata: string | undefined;
    await using _ = await broker.subscribe({
      group: topic,
      topic,
      maxBatch: 9,
      assigned: async (assignment) => {
        metadata = assignment.committedAtAssignment?.metadata;
      },
      deliver: async (batch) => void seen.push(...batch.messages.map(textOf)),
    });
    await until(() => seen.length > 0);
    t.deepEqual(seen, ['2']);
    t.is(metadata, 'mine');
  });

  test(`${name}: a batch that was rejected comes again`, async (t) => {
    const broker = await open(t);
    const topic = await topicOn(broker, 1);
    await broker.publish(topic, [message('a', '1')]);
    let deliveries = 0;
    await using _ = await broker.subscribe({
      group: topic,
      topic,
      maxBatch: 9,
      deliver: async (batch) => {
        deliveries += 1;
        if (deliveries < 3) throw new Error('not yet');
        await commitAll(batch);
      },
    });
    await until(() => deliveries === 3);
    t.pass();
  });

  test(`${name}: members of a group share the partitions, and one that leaves hands its own over`, async (t) => {
    const broker = await open(t);
    const topic = await topicOn(broker, 4);
    const seen: [string[], string[]] = [[], []];
    const owned: [Set<number>, Set<number>] = [new Set(), new Set()];
    const join = async (at: 0 | 1): Promise<AsyncDisposable> =>
      broker.subscribe({
        group: topic,
        topic,
        maxBatch: 10,
        assigned: async ({ partition }) => void owned[at].add(partition),
        revoked: async ({ partition }) => void owned[at].delete(partition),
        deliver: async (batch) => {
          await commitAll(batch);
          seen[at].push(...batch.messages.map(textOf));
        },
      });
    const one = await join(0);
    await using _ = await join(1);
    // A member that could not join at once goes on trying after `subscribe`: both must be in before there is work.
    await until(() => owned[0].size > 0 && owned[1].size > 0 && owned[0].size + owned[1].size === 4);
    t.is(new Set([...owned[0], ...owned[1]]).size, 4);
    const keys = Array.from({ length: 40 }, (_unused, index) => `key ${index}`);
    await broker.publish(
      topic,
      keys.map((key) => message(key, key)),
    );
    await until(() => seen[0].length + seen[1].length === 40);
    t.true(seen[0].length > 0 && seen[1].length > 0);
    t.deepEqual([...seen[0], ...seen[1]].toSorted(), keys.toSorted());
    await one[Symbol.asyncDispose]();
    await broker.publish(
      topic,
      keys.map((key) => message(key, `again ${key}`)),
    );
    await until(() => seen[0].length + seen[1].length === 80);
    t.is(seen[1].filter((value) => value.startsWith('again')).length, 40);
  });

  test(`${name}: leaving waits for the batch in hand and its commit`, async (t) => {
    const broker = await open(t);
    const topic = await topicOn(broker, 1);
    await broker.publish(topic, [message('a', '1')]);
    let started = false;
    const member = await broker.subscribe({
      group: topic,
      topic,
      maxBatch: 9,
      deliver: async (batch) => {
        started = true;
        await delay(50);
        await commitAll(batch);
      },
    });
    await until(() => started);
    await member[Symbol.asyncDispose]();
    t.deepEqual(
      (await broker.lag(topic, topic)).map(({ lag }) => lag),
      [0],
    );
  });

  test(`${name}: reads without a group by offset, by time and from the start`, async (t) => {
    const broker = await open(t);
    const topic = await topicOn(broker, 1);
    await broker.publish(topic, [message('a', '1'), message('a', '2')]);
    await delay(20);
    const time = new Date();
    await broker.publish(topic, [message('a', '3')]);
    const read = async (from: Parameters<Broker['read']>[1]): Promise<string[]> => {
      const values: string[] = [];
      for await (const found of broker.read(topic, from)) values.push(textOf(found));
      return values;
    };
    t.deepEqual(await read('earliest'), ['1', '2', '3']);
    t.deepEqual(await read({ partition: 0, offset: 1 }), ['2', '3']);
    t.deepEqual(await read({ offsets: new Map([[0, 2]]) }), ['3']);
    t.deepEqual(await read({ offsets: new Map() }), []);
    t.deepEqual(await read({ offsets: new Map([[0, 3]]) }), [], 'the end of what there is');
    t.deepEqual(await read({ time }), ['3']);
  });

  test(`${name}: an unknown topic is refused`, async (t) => {
    const broker = await open(t);
    await t.throwsAsync(async () => broker.publish('weatherline.no.such', [message('a', '1')]), {
      code: 'UNKNOWN_TOPIC',
    });
  });
}
