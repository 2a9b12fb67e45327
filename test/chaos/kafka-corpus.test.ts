import { setTimeout as delay } from 'node:timers/promises';
import { openKafkaBroker } from '@weatherline/adapters/kafka';
import { deadLetterTopicOf, RunRequested, topicOf } from '@weatherline/events';
import { kafkaTests } from '@weatherline/testkit/kafka';
import test from 'ava';
import kafkajs from 'kafkajs';
import { freshTopics, joinRelay, messageOf, outputs } from '../../packages/adapters/test/support/relay.ts';

const kafka = kafkaTests(test, { own: true });
const TOPIC = topicOf(RunRequested, 'live');
const MIB = 1024 * 1024;

/** What a producer that is not ours may put into a topic. */
function corpus(): { name: string; value: Buffer | null; headers: Record<string, string | Buffer> }[] {
  const good = messageOf(0);
  const { headers } = good;
  const deep = Buffer.from(`${'['.repeat(200_000)}${']'.repeat(200_000)}`);
  return [
    { name: 'not JSON', value: Buffer.from('{"run":'), headers },
    { name: 'not an event', value: Buffer.from('{}'), headers: {} },
    { name: 'wrong data', value: Buffer.from('{"run":{"id":7}}'), headers },
    { name: 'another version', value: Buffer.from(good.value ?? []), headers: { ...headers, ce_specversion: '9.9' } },
    {
      name: 'another type',
      value: Buffer.from(good.value ?? []),
      headers: { ...headers, ce_type: 'somebody.else.v1' },
    },
    { name: 'no value', value: null, headers },
    {
      name: 'no text in a header',
      value: Buffer.from(good.value ?? []),
      headers: { ...headers, ce_id: Buffer.from([0xff, 0xfe, 0]) },
    },
    { name: '200,000 levels deep', value: deep, headers },
    { name: 'a byte over 1 MiB', value: Buffer.alloc(MIB + 1, 32), headers },
  ];
}

kafka.serial(
  'whatever lies in a topic ends once in the dead letters, byte for byte, and the next event goes on',
  async (t) => {
    t.timeout(120_000);
    await freshTopics(kafka.brokers);
    const broker = openKafkaBroker({
      brokers: kafka.brokers,
      replication: { factor: 1, minInSync: 1 },
      times: { fetchWaitMs: 100 },
    });
    t.teardown(async () => broker[Symbol.asyncDispose]());
    const producer = new kafkajs.Kafka({ brokers: kafka.brokers, logLevel: kafkajs.logLevel.NOTHING }).producer({
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    });
    await producer.connect();
    t.teardown(async () => producer.disconnect());
    await using _ = await joinRelay(broker);
    const bad = corpus();
    for (const [at, { name, value, headers }] of bad.entries()) {
      // All of one partition, a good one behind each.
      await producer.send({ topic: TOPIC, messages: [{ key: name, partition: 3, value, headers }] });
      const since = Date.now();
      const next = messageOf(at + 1);
      const body = next.value === null ? null : Buffer.from(next.value);
      await producer.send({
        topic: TOPIC,
        messages: [{ key: next.key, partition: 3, value: body, headers: { ...next.headers } }],
      });
      while ((await outputs(broker)).size <= at && Date.now() - since < 10_000) await delay(20);
      t.is((await outputs(broker)).size, at + 1, `the event behind '${name}'`);
    }
    const letters = new Map<string, Buffer | null>();
    for await (const { value } of broker.read(deadLetterTopicOf(TOPIC), 'earliest')) {
      const { data } = JSON.parse(Buffer.from(value ?? []).toString());
      const { key } = data.original;
      t.false(letters.has(key), `one letter of '${key}'`);
      letters.set(key, data.original.value === null ? null : Buffer.from(data.original.value, 'base64'));
    }
    // One of another type is not ours to judge the same way, but it must not be lost either.
    t.deepEqual([...letters.keys()].toSorted(), bad.map(({ name }) => name).toSorted());
    for (const { name, value } of bad) t.deepEqual(letters.get(name), value, name);
  },
);
