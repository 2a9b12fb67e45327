import {
  deadLetterOf,
  PermanentError,
  TOPICS,
  type Broker,
  type LoggedMessage,
  type OutgoingMessage,
} from '@weatherline/runtime';
import { createMemoryBroker, createVirtualClock, type MemoryBroker } from '@weatherline/testkit';
import test from 'ava';
import fc from 'fast-check';
import { readDeadLetters } from '../src/dead-letters.ts';
import { purge, redrive, type Redriven, type RedriveOptions } from '../src/redrive.ts';

const ORIGINS = ['weatherline.run.requested', 'weatherline.readings.fetched'] as const;

/** A broker on which so many events of each topic were set aside, of so many bytes each. */
async function deskWith(counts: readonly number[], bytes = 10): Promise<MemoryBroker> {
  const broker = createMemoryBroker();
  await broker.ensureTopics(TOPICS);
  for (const [at, topic] of ORIGINS.entries()) {
    for (let offset = 0; offset < (counts[at] ?? 0); offset += 1) await setAside(broker, topic, offset, bytes);
  }
  return broker;
}

async function setAside(broker: MemoryBroker, topic: string, offset: number, bytes: number): Promise<void> {
  const origin: LoggedMessage = {
    topic,
    partition: 0,
    offset,
    timestamp: 0,
    key: `k${offset}`,
    headers: {},
    value: Buffer.alloc(bytes, 'x'),
  };
  const { topic: to, message } = deadLetterOf(origin, {
    class: 'permanent',
    code: 'C',
    message: 'm',
    stage: 'transform',
    group: 'g',
    attempts: 1,
    at: new Date(offset),
  });
  await broker.publish(to, [message]);
}

type Published = { readonly topic: string; readonly messages: readonly OutgoingMessage[] };

/** Redrives all there is, and tells what was published in which batches; `refuses` says what the brokers do not take. */
async function redriveAll(
  broker: MemoryBroker,
  options: Partial<RedriveOptions> = {},
  fault: (published: Published) => Error | undefined = () => undefined,
): Promise<{ batches: Published[]; outcomes: Redriven[]; error: unknown }> {
  const batches: Published[] = [];
  const publish: Broker['publish'] = async (topic, messages) => {
    const error = fault({ topic, messages });
    if (error !== undefined) throw error;
    batches.push({ topic, messages });
    await broker.publish(topic, messages);
  };
  const { letters } = await readDeadLetters(broker);
  const outcomes: Redriven[] = [];
  try {
    const all = redrive({ log: broker, publish }, letters, { force: false, dryRun: false, ...options });
    for await (const outcome of all) outcomes.push(outcome);
  } catch (error) {
    return { batches, outcomes, error };
  }
  return { batches, outcomes, error: undefined };
}

test('whenever the brokers go away, no dead letter is gone whose event was not put back before', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.nat(250), fc.nat(120), fc.nat(8), async (one, other, fails) => {
      await using broker = await deskWith([one, other]);
      let calls = 0;
      const { outcomes, error } = await redriveAll(broker, {}, () => {
        calls += 1;
        return calls > fails ? new Error('the brokers are away') : undefined;
      });
      const back = new Set<string>();
      for (const topic of ORIGINS) {
        for await (const { key } of broker.read(topic, 'earliest')) back.add(`${topic}/0/${key.slice(1)}`);
      }
      const left = new Set((await readDeadLetters(broker)).letters.map(({ id }) => id));
      for (const topic of ORIGINS) {
        for (let at = 0; at < (topic === ORIGINS[0] ? one : other); at += 1) {
          const id = `${topic}/0/${at}`;
          t.true(back.has(id) || left.has(id), `${id} is lost`);
        }
      }
      for (const { id, state } of outcomes) t.true(state === 'redriven' && back.has(id) && !left.has(id), id);
      if (error === undefined) t.is(left.size, 0);
    }),
    { numRuns: 25 },
  );
});

test('originals go once each in batches of a hundred, each batch followed by its tombstones', async (t) => {
  await using broker = await deskWith([250]);
  const { batches } = await redriveAll(broker);
  t.deepEqual(
    batches.map(({ topic, messages }) => [topic, messages.length]),
    [100, 100, 50].flatMap((count) => [
      [ORIGINS[0], count],
      [`${ORIGINS[0]}.dlq`, count],
    ]),
  );
  const originals = batches.filter(({ topic }) => topic === ORIGINS[0]).flatMap(({ messages }) => messages);
  t.is(new Set(originals.map(({ key }) => key)).size, 250);
});

test('an event that the brokers do not take is refused alone, and stays set aside', async (t) => {
  await using broker = await deskWith([30]);
  const { outcomes } = await redriveAll(broker, {}, ({ topic, messages }) =>
    topic === ORIGINS[0] && messages.some(({ key }) => key === 'k7')
      ? new PermanentError('MESSAGE_TOO_LARGE', 'the event is too large')
      : undefined,
  );
  t.deepEqual(
    outcomes.filter(({ state }) => state === 'refused').map(({ id, reason }) => [id, reason]),
    [[`${ORIGINS[0]}/0/7`, 'the event is too large']],
  );
  t.deepEqual(
    (await readDeadLetters(broker)).letters.map(({ id }) => id),
    [`${ORIGINS[0]}/0/7`],
  );
});

test('a rate is kept: what may go in a second goes at once, the next a second later', async (t) => {
  await using broker = await deskWith([25]);
  const clock = createVirtualClock();
  const began = clock.now().getTime();
  const at: number[] = [];
  const { outcomes } = await clock.run(
    redriveAll(broker, { rate: 10, clock }, ({ topic }) => {
      if (topic === ORIGINS[0]) at.push(clock.now().getTime() - began);
      return undefined;
    }),
  );
  t.is(outcomes.length, 25);
  t.deepEqual(at, [0, 1000, 2000]);
  await using slow = await deskWith([3]);
  const slowBegan = clock.now().getTime();
  await clock.run(redriveAll(slow, { rate: 0.5, clock }));
  t.is(clock.now().getTime() - slowBegan, 4000);
});

test('when it is interrupted the others stay set aside, and nothing is told of them', async (t) => {
  await using broker = await deskWith([250]);
  const controller = new AbortController();
  const { outcomes } = await redriveAll(broker, { signal: controller.signal }, ({ topic }) => {
    if (topic.endsWith('.dlq')) controller.abort();
    return undefined;
  });
  t.is(outcomes.length, 100);
  t.is((await readDeadLetters(broker)).letters.length, 150);
  const { letters } = await readDeadLetters(broker);
  const publish = broker.publish.bind(broker);
  t.deepEqual(await purge(publish, letters, { signal: controller.signal }), []);
  const told: number[] = [];
  t.is((await purge(publish, letters, { update: (done) => told.push(done) })).length, 150);
  t.deepEqual(told, [150]);
});
