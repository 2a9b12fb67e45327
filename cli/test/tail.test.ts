import { ReadingsFetched, RunRequested } from '@weatherline/events';
import { TOPICS, type OutgoingMessage } from '@weatherline/runtime';
import { createMemoryBroker, createVirtualClock } from '@weatherline/testkit';
import test from 'ava';
import { readLag } from '../src/commands/lag.ts';
import { Tail, type TailedEvent } from '../src/tail.ts';

const REQUESTED = 'weatherline.run.requested';
const FETCHED = 'weatherline.readings.fetched';

function event(type: string, id: string, run = '20261123T060000Z'): OutgoingMessage {
  const headers = { ce_specversion: '1.0', ce_id: id, ce_source: '/s', ce_type: type, ce_correlationid: run };
  return { key: id, value: Buffer.from('{}'), headers: { ...headers, 'content-type': 'application/json' } };
}

async function setUp() {
  const clock = createVirtualClock(Date.parse('2026-11-23T06:00:00Z'));
  const broker = createMemoryBroker({ clock });
  await broker.ensureTopics(TOPICS);
  const publish = async (topic: string, ...messages: OutgoingMessage[]): Promise<void> => {
    await broker.publish(topic, messages);
    await clock.run(clock.sleep(1000));
  };
  return { broker, publish };
}

const ids = (events: readonly TailedEvent[]): (string | undefined)[] =>
  events.map(({ attributes }) => attributes['id']);

test('events of all topics come in the order of time, and following goes on where it was', async (t) => {
  const { broker, publish } = await setUp();
  await publish(FETCHED, event(ReadingsFetched.type, 'a'));
  await publish(REQUESTED, event(RunRequested.type, 'b'));
  await publish(FETCHED, event(ReadingsFetched.type, 'c'));
  const tail = new Tail(broker, [REQUESTED, FETCHED], {});
  t.deepEqual(ids((await tail.first(100)).events), ['a', 'b', 'c']);
  t.deepEqual(await tail.more(), []);
  await publish(FETCHED, event(ReadingsFetched.type, 'd'));
  await publish(REQUESTED, event(RunRequested.type, 'e'));
  t.deepEqual(ids(await tail.more()), ['d', 'e']);
  t.deepEqual(await tail.more(), []);
});

test('type, run and time choose; of many the newest are kept and the others counted', async (t) => {
  const { broker, publish } = await setUp();
  for (let at = 0; at < 9; at += 1) {
    const run = at % 2 === 0 ? '20261123T060000Z' : '20261123T120000Z';
    await publish(FETCHED, event(ReadingsFetched.type, `f${at}`, run));
  }
  await publish(REQUESTED, event(RunRequested.type, 'r'));
  const both = [REQUESTED, FETCHED];
  const first = async (filter: ConstructorParameters<typeof Tail>[2], limit = 100) => {
    const { events, leftOut } = await new Tail(broker, both, filter).first(limit);
    return [...ids(events), leftOut];
  };
  t.deepEqual(await first({ type: RunRequested.type }), ['r', 0]);
  t.deepEqual(await first({ run: '20261123T120000Z' }), ['f1', 'f3', 'f5', 'f7', 0]);
  t.deepEqual(await first({ since: new Date('2026-11-23T06:00:07Z') }), ['f7', 'f8', 'r', 0]);
  t.deepEqual(await first({}, 2), ['f8', 'r', 8]);
});

test('a message that is no event is told as such and stops nothing', async (t) => {
  const { broker, publish } = await setUp();
  await publish(FETCHED, { key: 'x', value: Buffer.from('{'), headers: { ce_id: 'broken' } });
  await publish(FETCHED, event(ReadingsFetched.type, 'a'));
  const { events } = await new Tail(broker, [FETCHED], {}).first(10);
  t.deepEqual(ids(events), ['broken', 'a']);
  t.is(typeof events[0]?.problem, 'string');
});

test('the lag of a group that has committed nothing says so', async (t) => {
  const { broker, publish } = await setUp();
  await publish(REQUESTED, event(RunRequested.type, 'a'));
  const items = await readLag(broker, true);
  t.is(items.length, 6);
  t.like(items[0], { group: 'weatherline.fetch', lane: 'live', topic: REQUESTED, committed: null, end: 1, lag: 1 });
  t.is(items[0]?.partitions?.length, 12);
  const taken = Promise.withResolvers<number>();
  await broker.subscribe({
    group: 'weatherline.fetch',
    topic: REQUESTED,
    maxBatch: 1,
    deliver: async ({ partition, commit }) => {
      await commit({ offset: 1, metadata: '' });
      taken.resolve(partition);
    },
  });
  const partition = await taken.promise;
  const [after] = await readLag(broker, true);
  t.like(after, { committed: 1, end: 1, lag: 0 });
  t.deepEqual(after?.partitions?.[partition], { partition, committed: 1, end: 1, lag: 0 });
});
