import { createMemoryStore, createVirtualClock } from '@weatherline/testkit';
import { DependencyError, PermanentError, ProviderError } from '@weatherline/runtime';
import test from 'ava';
import { createFetch } from '../src/fetch.ts';
import { context, fault, places, requested, scriptedProvider, type Scripted } from './support.ts';

const DAY_MS = 86_400_000;
/** A day after the slot of `requested()`, which ended at noon. */
const LATER = '2026-11-24T06:00:00Z';

type Options = Parameters<typeof scriptedProvider>[1];

function archive(script: Parameters<typeof scriptedProvider>[0] = {}, options: Options = {}): Scripted {
  return scriptedProvider(script, { id: 'open-meteo-archive', history: true, ...options });
}

function setUp(history: Scripted | undefined, { provider = scriptedProvider(), start = LATER } = {}) {
  const clock = createVirtualClock(Date.parse(start));
  const store = createMemoryStore(clock.now);
  const fetch = createFetch({ provider, history, store, clock, lane: 'replay', random: () => 0.5 });
  const handle = async (event = requested(places('a', 'b'))) =>
    clock.run(Promise.resolve(fetch.handle(event, context)));
  return { clock, store, provider, handle };
}

test('a slot that has ended is asked of the provider of the past, and the event says whose format it is', async (t) => {
  const history = archive();
  const { provider, handle } = setUp(history);
  const output = await handle();
  t.is(output.provider, 'open-meteo-archive');
  t.deepEqual(history.calls.toSorted(), ['a', 'b']);
  t.deepEqual(provider.calls, []);
  t.deepEqual(await handle(), output, 'a second handling asks nobody');
  t.is(history.calls.length, 2);
});

test('while the slot lasts, and always when it has history itself, the provider answers', async (t) => {
  const history = archive();
  const present = setUp(history, { start: '2026-11-23T11:59:00Z' });
  t.is((await present.handle()).provider, 'openweather');
  const recorded = setUp(history, { provider: scriptedProvider({}, { id: 'recorded', history: true }) });
  t.is((await recorded.handle()).provider, 'recorded');
  t.deepEqual(history.calls, []);
});

test('what was collected live is emitted again, whoever would be asked now', async (t) => {
  const history = archive();
  const { clock, handle } = setUp(history, { start: '2026-11-23T06:01:00Z' });
  const live = await handle();
  clock.advance(30 * DAY_MS);
  t.deepEqual(await handle(), live);
  t.deepEqual(history.calls, []);
});

test('an instant out of reach is a dead letter that says what is covered', async (t) => {
  const reach = { from: new Date('1940-01-01T00:00:00Z'), untilMsAgo: 5 * DAY_MS };
  const history = archive({}, { reach });
  const { clock, handle } = setUp(history);
  const error = await t.throwsAsync(handle(), { instanceOf: PermanentError, code: 'HISTORY_OUT_OF_REACH' });
  t.regex(error?.message ?? '', /open-meteo-archive covers 1940-01-01T00:00:00Z to 2026-11-19T06:00:00Z/);
  t.deepEqual(history.calls, []);
  clock.advance(4 * DAY_MS);
  t.is((await handle()).readings.length, 2, 'five days after the slot it is covered');
});

test('a part is one provider alone: what was answered before the slot ended is not mixed with the past', async (t) => {
  const provider = scriptedProvider(
    { b: [new ProviderError('throttled', 'HTTP_429', 'no', { retryAfterMs: 600_000 })] },
    { callsPerMinute: 60 },
  );
  const history = archive();
  const { clock, handle } = setUp(history, { provider, start: '2026-11-23T11:58:00Z' });
  await t.throwsAsync(handle(), { instanceOf: DependencyError });
  clock.advance(600_000);
  const output = await handle();
  t.deepEqual([output.provider, output.readings.length, output.failures[0]?.code], ['openweather', 1, 'TIME_BUDGET']);
  t.deepEqual(history.calls, []);
});

test('when nothing was answered before the slot ended, the past is asked for all of it', async (t) => {
  const throttled = new ProviderError('throttled', 'HTTP_429', 'no', { retryAfterMs: 600_000 });
  const provider = scriptedProvider({ a: [fault('location', 'HTTP_404')], b: [throttled] }, { callsPerMinute: 60 });
  const history = archive();
  const { clock, handle } = setUp(history, { provider, start: '2026-11-23T11:58:00Z' });
  await t.throwsAsync(handle(), { instanceOf: DependencyError });
  clock.advance(600_000);
  const output = await handle();
  t.deepEqual([output.provider, output.readings.length, output.failures], ['open-meteo-archive', 2, []]);
});

test("only the past's own readings of the previous slot are compared with", async (t) => {
  const history = archive();
  const { clock, store, handle } = setUp(history);
  const before = requested(places('a', 'b'), {
    run: { id: '20261123T000000Z', slot: '2026-11-23T00:00:00Z', reason: 'backfill' },
    previousSlot: '2026-11-22T18:00:00Z',
    expiresAt: '2026-11-23T06:00:00Z',
  });
  const live = createFetch({ provider: scriptedProvider({}, { history: true }), store, clock, lane: 'live' });
  await clock.run(Promise.resolve(live.handle(before, context)));
  t.is((await handle()).previous, null);
  const own = setUp(history);
  await own.handle(before);
  t.is((await own.handle()).previous?.readings.length, 2);
});

test('two products of one key keep to one budget, over both lanes', async (t) => {
  const clock = createVirtualClock(Date.parse('2026-11-23T06:00:00Z'));
  const store = createMemoryStore(clock.now);
  const made: number[] = [];
  const counted = (options: Options): Scripted => {
    const base = scriptedProvider({}, { callsPerMinute: 6, ...options });
    return { ...base, read: async (...args) => (made.push(clock.now().getTime()), base.read(...args)) };
  };
  const provider = counted({});
  const history = counted({ id: 'openweather-onecall', history: true, budgetId: 'openweather' });
  const ids = Array.from({ length: 8 }, (_, at) => `p${at}`);
  const past = requested(places(...ids), {
    run: { id: '20260101T060000Z', slot: '2026-01-01T06:00:00Z', reason: 'backfill' },
    expiresAt: '2026-01-01T12:00:00Z',
  });
  const work = (['live', 'replay'] as const).map(async (lane) => {
    const fetch = createFetch({ provider, history, store, clock, lane, random: () => 0.5, timeBudgetMs: 3_600_000 });
    return fetch.handle(lane === 'live' ? requested(places(...ids)) : past, context);
  });
  const outputs = await clock.run(Promise.all(work));
  t.deepEqual(
    outputs.map(({ provider: id, readings }) => [id, readings.length]),
    [
      ['openweather', 8],
      ['openweather-onecall', 8],
    ],
  );
  t.deepEqual(
    [...store.objects.keys()].filter((key) => key.startsWith('keys/')),
    ['keys/openweather.json'],
  );
  for (const at of made) t.true(made.filter((other) => other >= at && other < at + 60_000).length <= 6);
});

test('a missing subscription is a dead letter of its part and no halt: the key is good', async (t) => {
  const history = archive({ a: [fault('subscription', 'SUBSCRIPTION')] }, { id: 'openweather-onecall' });
  const { store, handle } = setUp(history);
  await t.throwsAsync(handle(), { instanceOf: PermanentError, code: 'SUBSCRIPTION' });
  t.is(store.objects.size, 0);
});
