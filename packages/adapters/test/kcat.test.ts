import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import {
  decodeEvent,
  decodeStructured,
  encodeEvent,
  encodeStructured,
  type Envelope,
  type LoggedMessage,
  type OutgoingMessage,
} from '@weatherline/runtime';
import { kafkaTests } from '@weatherline/testkit/kafka';
import test, { type ExecutionContext } from 'ava';
import { CloudEvent, Kafka } from 'cloudevents';
import { partitionOf } from '../src/embedded/index.ts';
import { openKafkaBroker, type KafkaBroker } from '../src/kafka/index.ts';

// Its own: the sizes are asked for with the tools of the cluster that was started.
const kafka = kafkaTests(test, { own: true, needs: ['kcat'] });

const GOLDEN = new URL('../../events/test/golden/', import.meta.url);
const events: readonly Envelope[] = readdirSync(GOLDEN).map((name) =>
  decodeStructured(readFileSync(new URL(name, GOLDEN))),
);

async function kcat(args: readonly string[], input = ''): Promise<string> {
  const child = spawn('kcat', ['-q', '-b', kafka.brokers.join(','), ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.end(input);
  const said = text(child.stderr);
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  if (code !== 0) throw new Error(`kcat ${args.join(' ')} ended with ${String(code)}: ${await said}`);
  return output;
}

type Seen = { partition: number; key: string; payload: string; headers: Record<string, string> };

/** Everything in a topic, as kcat prints it. */
async function seenByKcat(topic: string): Promise<Seen[]> {
  const lines = (await kcat(['-C', '-t', topic, '-o', 'beginning', '-e', '-J'])).trim().split('\n');
  return lines.map((line) => {
    const { partition, key, payload, headers = [] } = JSON.parse(line);
    const pairs: [string, string][] = [];
    for (let at = 0; at < headers.length; at += 2) pairs.push([headers[at], headers[at + 1]]);
    return { partition, key, payload, headers: Object.fromEntries(pairs) };
  });
}

/** Sends one value with kcat. */
async function sendByKcat(topic: string, key: string, value: string, headers: Readonly<Record<string, string>>) {
  const named = Object.entries(headers).flatMap(([name, header]) => ['-H', `${name}=${header}`]);
  await kcat(['-P', '-t', topic, '-k', key, ...named], value);
}

async function all(broker: KafkaBroker, topic: string): Promise<LoggedMessage[]> {
  const messages: LoggedMessage[] = [];
  for await (const message of broker.read(topic, 'earliest')) messages.push(message);
  return messages;
}

let topics = 0;
type OpenOptions = { readonly compression?: 'gzip' | 'zstd'; readonly partitions?: number };
async function open(t: ExecutionContext, { compression, partitions = 1 }: OpenOptions = {}) {
  const replication = { factor: 1, minInSync: 1 };
  const broker = openKafkaBroker({
    brokers: kafka.brokers,
    replication,
    ...(compression === undefined ? {} : { compression }),
  });
  t.teardown(async () => broker[Symbol.asyncDispose]());
  topics += 1;
  const topic = `weatherline.kcat.${process.pid}.${topics}`;
  await broker.ensureTopics([{ name: topic, partitions }]);
  return { broker, topic };
}

/** What the SDK makes of an event is for Kafka clients that write numbers and undefined; ours takes text. */
function stringified(message: ReturnType<typeof Kafka.binary>): OutgoingMessage {
  const { key, value, headers } = message;
  const present = Object.entries(headers).filter(
    ([, header]) => header !== undefined && String(header) !== 'undefined',
  );
  return {
    key: String(key),
    value: Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)),
    headers: Object.fromEntries(present.map(([name, header]) => [name, String(header)])),
  };
}

/** The SDK writes whole seconds with a fraction; it is the same instant. */
const sameInstant = ({ attributes, data }: Envelope) => ({
  attributes: { ...attributes, time: new Date(attributes['time'] ?? '').toISOString() },
  data,
});
const sdkEventOf = ({ attributes, data }: Envelope) => new CloudEvent({ ...attributes, data });

kafka.test('kcat prints our events in binary mode: key, attributes as headers, data as the value', async (t) => {
  const { broker, topic } = await open(t);
  await broker.publish(topic, events.map(encodeEvent));
  const seen = await seenByKcat(topic);
  t.is(seen.length, events.length);
  for (const [at, { attributes, data }] of events.entries()) {
    t.is(seen[at]?.key, attributes['partitionkey'] ?? '');
    t.deepEqual(JSON.parse(seen[at]?.payload ?? ''), data);
    const { datacontenttype, ...others } = attributes;
    t.deepEqual(seen[at]?.headers, {
      'content-type': datacontenttype ?? '',
      traceparent: attributes['traceparent'] ?? '',
      ...Object.fromEntries(Object.entries(others).map(([name, value]) => [`ce_${name}`, value])),
    });
  }
});

kafka.test('what kcat sends in binary and in structured mode is our event again', async (t) => {
  const { broker, topic } = await open(t);
  for (const event of events) {
    const { key, value, headers } = encodeEvent(event);
    await sendByKcat(topic, key, Buffer.from(value ?? []).toString(), headers);
    await sendByKcat(topic, key, encodeStructured(event), { 'content-type': 'application/cloudevents+json' });
  }
  const messages = await all(broker, topic);
  t.deepEqual(
    messages.map(decodeEvent),
    events.flatMap((event) => [event, event]),
  );
  t.is(messages[0]?.key, events[0]?.attributes['partitionkey']);
});

kafka.test("a tombstone of kcat's is a tombstone to us, and the other way round", async (t) => {
  const { broker, topic } = await open(t);
  await kcat(['-P', '-t', topic, '-K', '=', '-Z'], 'theirs=');
  await broker.publish(topic, [{ key: 'ours', value: null, headers: {} }]);
  t.deepEqual(
    (await all(broker, topic)).map(({ key, value }) => [key, value]),
    [
      ['theirs', null],
      ['ours', null],
    ],
  );
  t.deepEqual(
    (await seenByKcat(topic)).map(({ key, payload }) => [key, payload]),
    [
      ['theirs', null],
      ['ours', null],
    ],
  );
});

kafka.test("the SDK's messages, once they are text, are our events, and kcat reads them", async (t) => {
  const { broker, topic } = await open(t);
  for (const event of events) {
    const theirs = sdkEventOf(event);
    await broker.publish(topic, [stringified(Kafka.binary(theirs)), stringified(Kafka.structured(theirs))]);
  }
  const read = (await all(broker, topic)).map(decodeEvent).map(sameInstant);
  t.deepEqual(
    read,
    events.map(sameInstant).flatMap((event) => [event, event]),
  );
  const [binary, structured] = await seenByKcat(topic);
  t.is(binary?.headers['ce_id'], events[0]?.attributes.id);
  t.is(JSON.parse(structured?.payload ?? '').id, events[0]?.attributes.id);
});

kafka.test('our messages, read by kcat, are events to the SDK', async (t) => {
  const { broker, topic } = await open(t);
  for (const event of events) {
    const value = Buffer.from(encodeStructured(event));
    const headers = { 'content-type': 'application/cloudevents+json' };
    await broker.publish(topic, [encodeEvent(event), { key: event.attributes.id, value, headers }]);
  }
  for (const [at, { key, payload, headers }] of (await seenByKcat(topic)).entries()) {
    const expected = events[Math.floor(at / 2)];
    const message = { key, value: payload, headers, body: payload, timestamp: '' };
    const read = Kafka.toEvent(message);
    if (Array.isArray(read)) return t.fail('one message is one event');
    t.like(read, {
      id: expected?.attributes.id,
      type: expected?.attributes.type,
      subject: expected?.attributes['subject'],
    });
    t.is(read['correlationid'], expected?.attributes['correlationid']);
    t.deepEqual(read.data, expected?.data);
  }
});

for (const compression of ['gzip', 'zstd'] as const) {
  kafka.test(`${compression}: kcat reads what we compress, and we read what kcat compresses`, async (t) => {
    const { broker, topic } = await open(t, { compression });
    const value = 'weather '.repeat(4_000);
    await broker.publish(topic, [{ key: 'ours', value: Buffer.from(value), headers: {} }]);
    await kcat(['-P', '-t', topic, '-k', 'theirs', '-z', compression], value);
    t.deepEqual(
      (await seenByKcat(topic)).map(({ key, payload }) => [key, payload === value]),
      [
        ['ours', true],
        ['theirs', true],
      ],
    );
    const read = await all(broker, topic);
    t.deepEqual(
      read.map((message) => [message.key, Buffer.from(message.value ?? []).toString() === value]),
      [
        ['ours', true],
        ['theirs', true],
      ],
    );
    // Both were on the wire as they claim: the broker keeps the producer's codec.
    const size = await sizeOf(topic);
    t.true(size > 0 && size < value.length / 4, `${size} bytes`);
  });
}

/** How many bytes a topic takes at the broker. */
async function sizeOf(topic: string): Promise<number> {
  const where = ['--bootstrap-server', kafka.brokers.join(',')];
  const output = await kafka
    .cluster()
    .tool('org.apache.kafka.tools.LogDirsCommand', [...where, '--describe', '--topic-list', topic]);
  return Number(/"size":(\d+)/.exec(output)?.[1] ?? 0);
}

kafka.test('a key has one partition, whoever sends it: kafkajs, kcat with murmur2, the embedded log', async (t) => {
  const partitions = 12;
  const { broker, topic } = await open(t, { partitions });
  const keys = Array.from({ length: 60 }, (_, at) => `202611${10 + (at % 20)}T${at % 24}0000Z/00001-of-0000${at % 7}`);
  const all60 = [...keys, 'ü', 'a', '日本', '21'];
  await broker.publish(
    topic,
    all60.map((key) => ({ key, value: Buffer.from('kafkajs'), headers: {} })),
  );
  await kcat(['-P', '-t', topic, '-K', '=', '-X', 'partitioner=murmur2'], all60.map((key) => `${key}=kcat\n`).join(''));
  const seen = await seenByKcat(topic);
  const partitionsOf = (sender: string) =>
    Object.fromEntries(seen.filter(({ payload }) => payload === sender).map(({ key, partition }) => [key, partition]));
  const expected = Object.fromEntries(all60.map((key) => [key, partitionOf(key, partitions)]));
  t.deepEqual(partitionsOf('kafkajs'), expected);
  t.deepEqual(partitionsOf('kcat'), expected);
  t.true(new Set(Object.values(expected)).size > 8, 'the keys are spread');
});
