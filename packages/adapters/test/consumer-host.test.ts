import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { deadLetterTopicOf, ProductStored, RunRequested } from '@weatherline/events';
import {
  consume,
  defineFunction,
  DependencyError,
  encodeEvent,
  envelopeOf,
  HaltError,
  PermanentError,
  TOPICS,
  type Broker,
  type Context,
  type Observe,
} from '@weatherline/runtime';
import { createFastClock } from '@weatherline/testkit';
import test, { type ExecutionContext } from 'ava';
import { openEmbeddedBroker } from '../src/embedded/index.ts';

/** The host on the embedded log: what becomes of an event whose handler throws. */
type Requested = ReturnType<typeof RunRequested.parse>;
type Handler = (data: Requested, context: Context, tries: number) => void | Promise<void>;

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const DEAD_LETTERS = deadLetterTopicOf(RunRequested.topic);

function requestedAt(second: number): Requested {
  const slot = new Date(Date.UTC(2026, 10, 23, 0, 0, second)).toISOString().replace('.000Z', 'Z');
  return {
    run: { id: slot.replaceAll(/[-:]/g, ''), slot, reason: 'manual' },
    part: { index: 1, count: 1 },
    locations: [{ id: 'a', name: 'A', lat: 0, lon: 0 }],
    previousSlot: slot,
    expiresAt: slot,
  };
}

async function openBroker(t: ExecutionContext): Promise<Broker> {
  const directory = await mkdtemp(join(tmpdir(), 'weatherline-'));
  const broker = await openEmbeddedBroker({ directory });
  t.teardown(async () => {
    await broker[Symbol.asyncDispose]();
    await rm(directory, { recursive: true, force: true });
  });
  await broker.ensureTopics(TOPICS);
  return broker;
}

async function start(broker: Broker, handler: Handler, { concurrency = 8, factor = 1000 } = {}) {
  const tries = new Map<string, number>();
  const seen: Parameters<Observe>[0][] = [];
  const definition = defineFunction({
    name: 'fetch',
    accepts: RunRequested,
    emits: ProductStored,
    async handle(data, context) {
      const count = (tries.get(data.run.id) ?? 0) + 1;
      tries.set(data.run.id, count);
      await handler(data, context, count);
      const { run, part } = data;
      const stored = { key: 'k', etag: 'e', sha256: '0'.repeat(64), bytes: 1, records: 1, failures: 0, revision: 1 };
      return { run, part, collectedAt: run.slot, ...stored, outcome: 'created' as const };
    },
  });
  const consumer = await consume({
    broker,
    function: definition,
    log: silent,
    clock: createFastClock(factor),
    random: () => 0.5,
    concurrency,
    observe: (observation) => seen.push(observation),
  });
  return { consumer, tries, seen };
}

async function publish(broker: Broker, ...seconds: readonly number[]): Promise<void> {
  const events = seconds.map((second) => encodeEvent(envelopeOf(RunRequested, requestedAt(second))));
  await broker.publish(RunRequested.topic, events);
}

async function bodies(broker: Broker, topic: string): Promise<any[]> {
  const found = [];
  for await (const { value } of broker.read(topic, 'earliest'))
    found.push(JSON.parse(Buffer.from(value ?? []).toString()));
  return found;
}

async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  for (let at = 0; at < 1000; at += 1) {
    if (await holds()) return;
    await delay(10);
  }
  throw new Error('it did not happen within 10 s');
}

const lagOf = async (broker: Broker): Promise<number> =>
  (await broker.lag('weatherline.fetch', RunRequested.topic)).reduce((sum, { lag }) => sum + lag, 0);

test('each event is handled once, its output is in the log, and the group has no lag', async (t) => {
  const broker = await openBroker(t);
  const { consumer, tries } = await start(broker, () => {});
  await publish(broker, ...Array.from({ length: 200 }, (_, at) => at));
  await until(async () => (await lagOf(broker)) === 0);
  t.is((await bodies(broker, ProductStored.topic)).length, 200);
  t.true([...tries.values()].every((count) => count === 1));
  await consumer[Symbol.asyncDispose]();
});

test('a dependency that fails costs no attempt: the same event is tried until it gets through', async (t) => {
  const broker = await openBroker(t);
  const attempts: number[] = [];
  const { consumer } = await start(broker, (_data, { attempt }, tries) => {
    attempts.push(attempt);
    if (tries < 12) throw new DependencyError('STORE_UNAVAILABLE', 'not now');
  });
  await publish(broker, 1);
  await until(async () => (await lagOf(broker)) === 0);
  t.deepEqual(
    attempts,
    Array.from({ length: 12 }, () => 1),
  );
  t.deepEqual(await bodies(broker, DEAD_LETTERS), []);
  await consumer[Symbol.asyncDispose]();
});

test('a dependency that fails for over six hours ends in a dead letter', async (t) => {
  const broker = await openBroker(t);
  const { consumer } = await start(
    broker,
    () => {
      throw new DependencyError('STORE_UNAVAILABLE', 'not now', { retryAfterMs: 1_800_000 });
    },
    { factor: 50_000 },
  );
  await publish(broker, 1);
  await until(async () => (await lagOf(broker)) === 0);
  const [letter] = await bodies(broker, DEAD_LETTERS);
  t.like(letter.data.failure, { class: 'expired-retry', code: 'STORE_UNAVAILABLE' });
  await consumer[Symbol.asyncDispose]();
});

test('an unknown error has three attempts, then the event is set aside with its bytes and its neighbours go on', async (t) => {
  const broker = await openBroker(t);
  const { consumer, tries } = await start(broker, ({ run }) => {
    if (run.id.endsWith('01Z')) throw new TypeError('a bug');
  });
  await publish(broker, 0, 1, 2, 3);
  await until(async () => (await lagOf(broker)) === 0);
  t.is(tries.get(requestedAt(1).run.id), 3);
  t.is((await bodies(broker, ProductStored.topic)).length, 3);
  const [letter, ...others] = await bodies(broker, DEAD_LETTERS);
  t.deepEqual(others, []);
  t.like(letter.data.failure, {
    class: 'poison',
    code: 'UNKNOWN_TYPEERROR',
    message: 'a bug',
    attempts: 3,
    stage: 'fetch',
  });
  t.deepEqual(JSON.parse(Buffer.from(letter.data.original.value, 'base64').toString()), requestedAt(1));
  t.regex(letter.id, /^weatherline\.run\.requested\/\d+\/\d+$/);
  await consumer[Symbol.asyncDispose]();
});

test('what can never succeed is set aside at once, also bytes that are no event', async (t) => {
  const broker = await openBroker(t);
  const { consumer, tries } = await start(broker, () => {
    throw new PermanentError('NO_READINGS', 'none');
  });
  await publish(broker, 1);
  await broker.publish(RunRequested.topic, [{ key: 'x', value: Buffer.from('\u0000not json'), headers: { a: 'b' } }]);
  await until(async () => (await lagOf(broker)) === 0);
  t.deepEqual([...tries.values()], [1]);
  const letters = await bodies(broker, DEAD_LETTERS);
  t.deepEqual(letters.map(({ data }) => data.failure.code).toSorted(), ['INVALID_EVENT', 'NO_READINGS']);
  const raw = letters.find(({ data }) => data.failure.code === 'INVALID_EVENT');
  t.deepEqual(raw.data.original.headers, { a: 'b' });
  t.is(Buffer.from(raw.data.original.value, 'base64').toString(), '\u0000not json');
  await consumer[Symbol.asyncDispose]();
});

test('a halt stops everything, sets nothing aside, is probed, and ends by itself', async (t) => {
  const broker = await openBroker(t);
  const state = { isKeyGood: false };
  const { consumer, tries } = await start(broker, () => {
    if (!state.isKeyGood) throw new HaltError('INVALID_KEY', 'the key is refused');
  });
  await publish(broker, ...Array.from({ length: 100 }, (_, at) => at));
  await until(() => consumer.haltedBy !== undefined);
  t.true(consumer.haltedBy instanceof HaltError);
  const before = [...tries.values()].reduce((sum, count) => sum + count, 0);
  t.true(before <= 100, 'what was in hand ran into it, the rest waits');
  await delay(100);
  t.deepEqual(await bodies(broker, DEAD_LETTERS), []);
  state.isKeyGood = true;
  await until(async () => (await lagOf(broker)) === 0);
  t.is(consumer.haltedBy, undefined);
  t.is((await bodies(broker, ProductStored.topic)).length, 100);
  await consumer[Symbol.asyncDispose]();
});

test('a handler that never comes back is cut off, counted and set aside', async (t) => {
  const broker = await openBroker(t);
  const { consumer } = await start(broker, async (_data, { signal }) => {
    await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  });
  await publish(broker, 1);
  await until(async () => (await lagOf(broker)) === 0);
  const [letter] = await bodies(broker, DEAD_LETTERS);
  t.like(letter.data.failure, { class: 'poison', code: 'UNKNOWN_HANDLERTIMEOUT', attempts: 3 });
  await consumer[Symbol.asyncDispose]();
});

test('a consumer that leaves finishes what it has in hand; the next one does not do it again', async (t) => {
  const broker = await openBroker(t);
  const done: string[] = [];
  const handler: Handler = async ({ run }) => {
    await delay(20);
    done.push(run.id);
  };
  const first = await start(broker, handler, { concurrency: 2 });
  await publish(broker, ...Array.from({ length: 60 }, (_, at) => at));
  await until(() => done.length > 5);
  await first.consumer[Symbol.asyncDispose]();
  t.true(done.length < 60, 'it left before the end');
  const second = await start(broker, handler);
  await until(async () => (await lagOf(broker)) === 0);
  t.is(done.length, 60);
  t.is(new Set(done).size, 60);
  await second.consumer[Symbol.asyncDispose]();
});

test('two members of a group share the events', async (t) => {
  const broker = await openBroker(t);
  const one = await start(broker, () => {});
  const two = await start(broker, () => {});
  await publish(broker, ...Array.from({ length: 100 }, (_, at) => at));
  await until(async () => (await lagOf(broker)) === 0);
  t.true(one.tries.size > 0 && two.tries.size > 0);
  t.is(new Set([...one.tries.keys(), ...two.tries.keys()]).size, 100);
  await one.consumer[Symbol.asyncDispose]();
  await two.consumer[Symbol.asyncDispose]();
});
