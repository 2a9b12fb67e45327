import { createMemoryStore, createVirtualClock } from '@weatherline/testkit';
import { DependencyError, gzip, HaltError, PermanentError } from '@weatherline/runtime';
import test from 'ava';
import { createFetch } from '../src/fetch.ts';
import { context, fault, places, requested, scriptedProvider, type Scripted } from './support.ts';

function setUp(provider: Scripted = scriptedProvider()) {
  const clock = createVirtualClock();
  const store = createMemoryStore(clock.now);
  const fetch = createFetch({ provider, store, clock, lane: 'live', random: () => 0.5 });
  const handle = async (event = requested(places('a', 'b'))) =>
    clock.run(Promise.resolve(fetch.handle(event, context)));
  return { clock, store, provider, handle };
}

test('a second handling asks nobody and emits the same', async (t) => {
  const { provider, handle, clock } = setUp();
  const first = await handle();
  clock.advance(3_600_000);
  t.deepEqual(await handle(), first);
  t.deepEqual(provider.calls.toSorted(), ['a', 'b']);
});

test('of two replicas that handle one event, both emit what the first one stored', async (t) => {
  const clock = createVirtualClock();
  const store = createMemoryStore(clock.now);
  const make = (body: string) =>
    createFetch({ provider: scriptedProvider({ a: [body] }), store, clock, lane: 'live', random: () => 0.5 });
  const event = requested(places('a'));
  const [one, two] = await clock.run(
    Promise.all([make('{"n":1}').handle(event, context), make('{"n":2}').handle(event, context)]),
  );
  t.deepEqual(one.readings, two.readings);
});

test("the readings are the memo's, the run and the replay are the event's", async (t) => {
  const { handle, provider } = setUp();
  const first = await handle();
  const replay = { id: 'again', mode: 'verify' as const };
  const run = { id: '20261123T060000Z', slot: '2026-11-23T06:00:00Z', reason: 'replay' as const };
  const replayed = await handle(requested(places('a', 'b'), { run, replay }));
  t.deepEqual(replayed, { ...first, run, replay });
  t.is(provider.calls.length, 2);
});

test('one location that fails for good is listed, and the others are there', async (t) => {
  const { handle } = setUp(scriptedProvider({ b: [fault('location', 'HTTP_404')] }));
  const { readings, failures } = await handle(requested(places('c', 'b', 'a')));
  t.deepEqual(
    readings.map(({ location }) => location.id),
    ['a', 'c'],
  );
  t.deepEqual(failures, [{ location: 'b', code: 'HTTP_404', detail: 'the provider said HTTP_404' }]);
});

test('a fault that passes is tried again, one that stays is listed after four tries', async (t) => {
  const { handle, provider } = setUp(
    scriptedProvider({
      a: [fault('retry', 'HTTP_502'), fault('retry', 'TIMEOUT'), '{}'],
      b: [fault('retry', 'HTTP_502')],
    }),
  );
  const { readings, failures } = await handle();
  t.deepEqual(
    readings.map(({ location }) => location.id),
    ['a'],
  );
  t.deepEqual(
    failures.map(({ code }) => code),
    ['HTTP_502'],
  );
  t.is(provider.calls.filter((id) => id === 'b').length, 4);
});

test('a refused key halts; a missing subscription and a part without any reading are dead letters', async (t) => {
  const key = setUp(scriptedProvider({ a: [fault('key', 'INVALID_KEY')] }));
  await t.throwsAsync(key.handle(), { instanceOf: HaltError, code: 'INVALID_KEY' });
  t.is(key.store.objects.size, 0, 'nothing is stored');
  const subscription = setUp(scriptedProvider({ a: [fault('subscription', 'SUBSCRIPTION')] }));
  await t.throwsAsync(subscription.handle(), { instanceOf: PermanentError, code: 'SUBSCRIPTION' });
  const nothing = setUp(scriptedProvider({ a: [fault('location', 'HTTP_404')], b: [fault('retry', 'TIMEOUT')] }));
  const error = await t.throwsAsync(nothing.handle(), { instanceOf: PermanentError, code: 'NO_READINGS' });
  t.regex(error?.message ?? '', /none of 2 locations has a reading: HTTP_404 \(1\), TIMEOUT \(1\)/);
});

test('after the next slot has begun only a provider with history is asked, and a memo still answers', async (t) => {
  const late = setUp();
  late.clock.advance(6 * 3_600_000);
  await t.throwsAsync(late.handle(), { instanceOf: PermanentError, code: 'SLOT_EXPIRED' });
  t.deepEqual(late.provider.calls, []);

  const history = setUp(scriptedProvider({}, { history: true }));
  history.clock.advance(6 * 3_600_000);
  t.is((await history.handle()).readings.length, 2);

  const memo = setUp();
  await memo.handle();
  memo.clock.advance(6 * 3_600_000);
  t.is((await memo.handle()).readings.length, 2);
});

test('the previous slot travels one level deep, for the same places and provider only', async (t) => {
  const clock = createVirtualClock();
  const store = createMemoryStore(clock.now);
  const make = (provider = scriptedProvider({}, { history: true })) =>
    createFetch({ provider, store, clock, lane: 'live', random: () => 0.5 });
  const slot = (hour: string, previousHour: string) =>
    requested(places('a', 'b'), {
      run: { id: `20261123T${hour}0000Z`, slot: `2026-11-23T${hour}:00:00Z`, reason: 'schedule' },
      previousSlot: `2026-11-23T${previousHour}:00:00Z`,
    });
  await clock.run(Promise.resolve(make().handle(slot('00', '18'), context)));
  const second = await clock.run(
    Promise.resolve(make().handle({ ...slot('06', '00'), locations: places('a') }, context)),
  );
  t.is(second.previous?.slot, '2026-11-23T00:00:00Z');
  t.deepEqual(
    second.previous?.readings.map(({ location }) => location.id),
    ['a'],
  );
  t.false(JSON.stringify(second.previous).includes('"previous"'));
  const other = scriptedProvider({}, { id: 'open-meteo', history: true });
  const third = await clock.run(Promise.resolve(make(other).handle(slot('12', '06'), context)));
  t.is(third.previous, null, "another provider's readings are not compared with");
});

test('a memo that cannot be read is a dead letter for its own slot and no obstacle for the next', async (t) => {
  const { store, handle } = setUp(scriptedProvider({}, { history: true }));
  const put = { ifNoneMatch: '*' as const, contentType: 'application/gzip' };
  await store.put('weather-readings/2026/11/23/000000.json.gz', gzip('not an event'), put);
  t.is((await handle()).previous, null);
  await store.put('weather-readings/2026/11/23/060000.json.gz', gzip('x'), { ...put });
  const own = setUp();
  await own.store.put('weather-readings/2026/11/23/060000.json.gz', Buffer.from('not gzip'), put);
  await t.throwsAsync(own.handle(), { instanceOf: PermanentError, code: 'MEMO_UNREADABLE' });
});

test('what is not answered within the time of one handling is listed, and the rest goes on', async (t) => {
  const clock = createVirtualClock();
  const store = createMemoryStore(clock.now);
  const slow = scriptedProvider();
  const provider = {
    ...slow,
    read: async (...args: Parameters<typeof slow.read>) => {
      await clock.sleep(3_000);
      return slow.read(...args);
    },
  };
  const fetch = createFetch({ provider, store, clock, lane: 'live', concurrency: 1, timeBudgetMs: 5_000 });
  const { readings, failures } = await clock.run(
    Promise.resolve(fetch.handle(requested(places('a', 'b', 'c')), context)),
  );
  t.is(readings.length, 2);
  t.deepEqual(
    failures.map(({ location, code }) => `${location} ${code}`),
    ['c TIME_BUDGET'],
  );
});

test('a throttled key pauses for a minute and the same handling goes on after it', async (t) => {
  const { handle, clock, provider } = setUp(
    scriptedProvider({ a: [fault('throttled', 'HTTP_429'), '{}'] }, { callsPerMinute: 60 }),
  );
  const before = clock.now().getTime();
  t.is((await handle()).readings.length, 2);
  t.true(clock.now().getTime() - before >= 60_000);
  t.is(provider.calls.length, 3);
});

test('a key that stays throttled gives the event back with the time to wait', async (t) => {
  const { handle } = setUp(scriptedProvider({ a: [fault('throttled', 'HTTP_429')] }, { callsPerMinute: 60 }));
  const error = await t.throwsAsync(handle(requested(places('a'))), { instanceOf: DependencyError, code: 'THROTTLED' });
  t.true(error instanceof DependencyError && (error.retryAfterMs ?? 0) > 0);
});
