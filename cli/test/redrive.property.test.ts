import {
  decodeEvent,
  deadLetterOf,
  REDRIVES_HEADER,
  redrivesOf,
  TOPICS,
  type LoggedMessage,
  type OutgoingMessage,
} from '@weatherline/runtime';
import { createMemoryBroker, type MemoryBroker } from '@weatherline/testkit';
import test from 'ava';
import fc from 'fast-check';
import { DEAD_LETTER_TOPICS, readDeadLetters, selectDeadLetters, type DeadLetter } from '../src/dead-letters.ts';
import { purge, redrive, type Redriven } from '../src/redrive.ts';

const TOPIC = 'weatherline.readings.fetched';

async function brokerWith(...originals: readonly OutgoingMessage[]): Promise<MemoryBroker> {
  const broker = createMemoryBroker();
  await broker.ensureTopics(TOPICS);
  await broker.publish(TOPIC, originals);
  return broker;
}

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}

/** What the runtime does with an event that cannot be handled. */
async function setAside(broker: MemoryBroker, origin: LoggedMessage, code = 'NO_USABLE_READING'): Promise<void> {
  const { topic, message } = deadLetterOf(origin, {
    class: 'permanent',
    code,
    message: 'none of 1 locations gave a record',
    stage: 'transform',
    group: 'weatherline.transform',
    attempts: 1,
    at: new Date('2026-11-23T06:00:01Z'),
  });
  await broker.publish(topic, [message]);
}

async function redriveAll(broker: MemoryBroker, force = false, dryRun = false): Promise<Redriven[]> {
  const { letters } = await readDeadLetters(broker);
  const ports = { log: broker, publish: broker.publish.bind(broker) };
  return collect(redrive(ports, letters, { force, dryRun }));
}

const header = fc.string({ unit: 'binary', maxLength: 20 });
const message = fc.record({
  key: fc.string({ unit: 'grapheme', maxLength: 40 }),
  value: fc.uint8Array({ maxLength: 300 }),
  headers: fc.dictionary(
    fc.string({ minLength: 1, maxLength: 20 }).filter((name) => !['__proto__', REDRIVES_HEADER].includes(name)),
    header.filter((text) => text.isWellFormed()),
    { noNullPrototype: true },
  ),
});

test('a redriven event equals its original in key, value and headers but for the one that counts', async (t) => {
  await fc.assert(
    fc.asyncProperty(message, fc.nat(2), async (original, before) => {
      const headers = before === 0 ? original.headers : { ...original.headers, [REDRIVES_HEADER]: String(before) };
      await using broker = await brokerWith({ ...original, headers });
      const [first] = await collect(broker.read(TOPIC, 'earliest'));
      if (first === undefined) return t.fail('nothing was published');
      await setAside(broker, first);
      t.deepEqual(
        (await redriveAll(broker)).map(({ state }) => state),
        ['redriven'],
      );
      const [, again] = await collect(broker.read(TOPIC, 'earliest'));
      if (again?.value === null || again === undefined) return t.fail('nothing was put back');
      t.is(again.key, original.key);
      t.deepEqual(Buffer.from(again.value), Buffer.from(original.value));
      t.deepEqual({ ...again.headers }, { ...original.headers, [REDRIVES_HEADER]: String(before + 1) });
      t.is(again.partition, first.partition, 'the same key leads to the same partition');
    }),
    { numRuns: 100 },
  );
});

test('a message without a value is put back without one', async (t) => {
  await using broker = await brokerWith({ key: 'k', value: null, headers: { a: 'b' } });
  const [first] = await collect(broker.read(TOPIC, 'earliest'));
  if (first === undefined) return t.fail('nothing was published');
  await setAside(broker, first);
  await redriveAll(broker);
  const [, again] = await collect(broker.read(TOPIC, 'earliest'));
  t.is(again?.value, null);
});

test('the count outlives dead letters, and the fourth redrive must be asked for by force', async (t) => {
  await using broker = await brokerWith({ key: 'k', value: Buffer.from('{}'), headers: {} });
  for (let count = 0; count <= 4; count += 1) {
    const newest = (await collect(broker.read(TOPIC, 'earliest'))).at(-1);
    if (newest === undefined) return t.fail('nothing was published');
    t.is(redrivesOf(newest.headers), count);
    await setAside(broker, newest);
    const [outcome] = await redriveAll(broker);
    if (count < 3) {
      t.like(outcome, { state: 'redriven', redrives: count + 1 });
      continue;
    }
    t.is(outcome?.state, 'refused');
    t.regex(outcome?.reason ?? '', /--force/);
    t.is((await readDeadLetters(broker)).letters.length, 1, 'what is refused stays');
    t.like((await redriveAll(broker, true))[0], { state: 'redriven', redrives: count + 1 });
  }
});

test('a header that is no count is none', (t) => {
  for (const text of ['', '-1', '1e9', 'NaN', '1.5', '9999999999']) t.is(redrivesOf({ [REDRIVES_HEADER]: text }), 0);
});

test('the counting header is no attribute of the event', (t) => {
  const event = {
    ce_specversion: '1.0',
    ce_id: 'i',
    ce_source: '/s',
    ce_type: 't',
    'content-type': 'application/json',
  };
  const value = Buffer.from('{}');
  t.deepEqual(
    decodeEvent({ value, headers: { ...event, [REDRIVES_HEADER]: '2' } }),
    decodeEvent({ value, headers: event }),
  );
});

test('the tombstone follows the event, and only when the event is durable', async (t) => {
  await using broker = await brokerWith({ key: 'k', value: Buffer.from('{}'), headers: {} });
  const [first] = await collect(broker.read(TOPIC, 'earliest'));
  if (first === undefined) return t.fail('nothing was published');
  await setAside(broker, first);
  const { letters } = await readDeadLetters(broker);
  const order: string[] = [];
  const outage = {
    log: broker,
    publish: async (topic: string) => {
      order.push(topic);
      throw new Error('the brokers are away');
    },
  };
  await t.throwsAsync(collect(redrive(outage, letters, { force: false, dryRun: false })), {
    message: /brokers are away/,
  });
  t.deepEqual(order, [TOPIC]);
  t.is((await readDeadLetters(broker)).letters.length, 1, 'an event that was not put back stays set aside');
  const told = {
    log: broker,
    publish: async (topic: string, messages: readonly OutgoingMessage[]) => {
      order.push(topic);
      await broker.publish(topic, messages);
    },
  };
  await collect(redrive(told, letters, { force: false, dryRun: false }));
  t.deepEqual(order, [TOPIC, TOPIC, `${TOPIC}.dlq`]);
  t.deepEqual((await readDeadLetters(broker)).letters, []);
});

test('a dry run changes nothing and says what would become of each', async (t) => {
  await using broker = await brokerWith({ key: 'k', value: Buffer.from('{}'), headers: {} });
  const [first] = await collect(broker.read(TOPIC, 'earliest'));
  if (first === undefined) return t.fail('nothing was published');
  await setAside(broker, first);
  t.like((await redriveAll(broker, false, true))[0], { state: 'redriven', redrives: 1 });
  t.is((await readDeadLetters(broker)).letters.length, 1);
  t.is((await collect(broker.read(TOPIC, 'earliest'))).length, 1);
});

test('an original that was left out is refused with the place where it still is', async (t) => {
  await using broker = await brokerWith();
  const value = Buffer.alloc(1024 * 1024 + 65_537);
  const origin = { topic: TOPIC, partition: 3, offset: 17, timestamp: 0, key: 'k', headers: {}, value };
  await setAside(broker, origin, 'EVENT_TOO_LARGE');
  const [outcome] = await redriveAll(broker, true);
  t.is(outcome?.state, 'refused');
  t.regex(outcome?.reason ?? '', /1114113 bytes .*topic weatherline\.readings\.fetched, partition 3, offset 17/);
});

test('what names another origin than its topic or its key is no dead letter of ours', async (t) => {
  await using broker = await brokerWith();
  const origin = {
    topic: TOPIC,
    partition: 3,
    offset: 17,
    timestamp: 0,
    key: 'k',
    headers: {},
    value: Buffer.from('{}'),
  };
  const { message: letter } = deadLetterOf(origin, {
    class: 'permanent',
    code: 'C',
    message: 'm',
    stage: 'transform',
    group: 'g',
    attempts: 1,
    at: new Date(0),
  });
  await broker.publish('weatherline.run.requested.dlq', [letter]);
  await broker.publish(`${TOPIC}.dlq`, [{ ...letter, key: `${TOPIC}/3/18` }]);
  t.deepEqual(await readDeadLetters(broker), { letters: [], unreadable: 2 });
});

test('of each key the newest message counts; tombstones take away; foreign messages are counted', async (t) => {
  await using broker = await brokerWith();
  const at = (offset: number): LoggedMessage => ({
    topic: TOPIC,
    partition: 0,
    offset,
    timestamp: 0,
    key: 'k',
    headers: { ce_correlationid: '20261123T060000Z' },
    value: Buffer.from('{}'),
  });
  await setAside(broker, at(1), 'OLD');
  await setAside(broker, at(1), 'NEW');
  await setAside(broker, at(2));
  await broker.publish(`${TOPIC}.dlq`, [
    { key: 'foreign', value: Buffer.from('not JSON'), headers: {} },
    { key: 'foreign', value: Buffer.from('[]'), headers: {} },
  ]);
  const { letters, unreadable } = await readDeadLetters(broker);
  t.deepEqual(
    letters.map(({ id, code, run }) => [id, code, run]),
    [
      [`${TOPIC}/0/1`, 'NEW', '20261123T060000Z'],
      [`${TOPIC}/0/2`, 'NO_USABLE_READING', '20261123T060000Z'],
    ],
  );
  t.is(unreadable, 1);
  await purge(broker.publish.bind(broker), letters.slice(0, 1));
  t.deepEqual(
    (await readDeadLetters(broker)).letters.map(({ id }) => id),
    [`${TOPIC}/0/2`],
  );
  t.is(DEAD_LETTER_TOPICS.length, TOPICS.length / 2, 'every dead-letter topic of both lanes is read');
});

test('a selection takes what matches every criterion, since included and until excluded', (t) => {
  const letter = (id: string, more: Partial<DeadLetter>): DeadLetter => ({
    id,
    at: '2026-11-23T06:00:00.000Z',
    run: '20261123T060000Z',
    class: 'permanent',
    code: 'A',
    message: '',
    stage: 'fetch',
    attempts: 1,
    redrives: 0,
    origin: { topic: TOPIC, partition: 0, offset: 0, group: 'g' },
    bytes: 2,
    place: { topic: `${TOPIC}.dlq`, partition: 0, offset: 0 },
    ...more,
  });
  const letters = [
    letter('1', {}),
    letter('2', { code: 'B', at: '2026-11-23T07:00:00.000Z' }),
    letter('3', { stage: 'upload', run: '20261123T120000Z', at: '2026-11-23T08:00:00.000Z' }),
  ];
  const ids = (selection: Parameters<typeof selectDeadLetters>[1]): string[] =>
    selectDeadLetters(letters, selection).map(({ id }) => id);
  t.deepEqual(ids({}), ['1', '2', '3']);
  t.deepEqual(ids({ ids: ['3', '9'] }), ['3']);
  t.deepEqual(ids({ stage: 'fetch', code: 'B' }), ['2']);
  t.deepEqual(ids({ run: '20261123T120000Z' }), ['3']);
  t.deepEqual(ids({ since: new Date('2026-11-23T07:00:00Z') }), ['2', '3']);
  t.deepEqual(ids({ until: new Date('2026-11-23T07:00:00Z') }), ['1']);
});
