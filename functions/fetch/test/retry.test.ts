import { createMemoryStore, createVirtualClock } from '@weatherline/testkit';
import { DependencyError, HaltError, PermanentError, ProviderError } from '@weatherline/runtime';
import test from 'ava';
import { createFetch } from '../src/fetch.ts';
import { context, fault, places, requested, scriptedProvider, type Scripted } from './support.ts';

const KEY = 'weather-readings/2026/11/23/060000.json.gz';
const gone = fault('location', 'HTTP_404');
const replay = { id: 'again', mode: 'replace' as const };
const retry = (...ids: string[]) => requested(places(...ids), { retry: true, replay });

function setUp(provider: Scripted, history?: Scripted) {
  const clock = createVirtualClock();
  const store = createMemoryStore(clock.now);
  const make = (asked: Scripted, past?: Scripted) => {
    const fetch = createFetch({ provider: asked, history: past, store, clock, lane: 'live', random: () => 0.5 });
    return async (event = requested(places('a', 'b', 'c'))) => clock.run(Promise.resolve(fetch.handle(event, context)));
  };
  return { clock, store, make, handle: make(provider, history) };
}

const idsOf = ({ readings }: { readonly readings: readonly { location: { id: string } }[] }): string[] =>
  readings.map(({ location }) => location.id);

test('a retry asks for what had failed, keeps what there is, and emits the union with the replay of its event', async (t) => {
  const provider = scriptedProvider({ b: [gone, '{"later":true}'] });
  const { clock, store, handle } = setUp(provider);
  const first = await handle();
  clock.advance(3_600_000);
  const output = await handle(retry('a', 'b', 'c'));
  t.deepEqual(provider.calls.toSorted(), ['a', 'b', 'b', 'c']);
  t.deepEqual(idsOf(output), ['a', 'b', 'c']);
  t.deepEqual([output.failures, output.replay, output.collectedAt], [[], replay, first.collectedAt]);
  t.is(output.readings[1]?.collectedAt, '2026-11-23T07:00:00Z');
  t.deepEqual(
    output.readings.filter(({ location }) => location.id !== 'b'),
    first.readings,
  );
  const etag = store.objects.get(KEY)?.etag;
  t.deepEqual(await handle(retry('a', 'b', 'c')), output, 'nothing is left to ask for');
  t.is(provider.calls.length, 4);
  t.is(store.objects.get(KEY)?.etag, etag);
});

test('only the locations that the event names are asked for again', async (t) => {
  const provider = scriptedProvider({ b: [gone, '{}'], c: [gone, '{}'] });
  const { handle } = setUp(provider);
  await handle();
  const output = await handle(retry('a', 'c'));
  t.deepEqual([idsOf(output), output.failures.map(({ location }) => location)], [['a', 'c'], ['b']]);
  t.deepEqual(provider.calls.filter((id) => id === 'b').length, 1);
});

test('what fails again stays listed as it was, and the memo is not written', async (t) => {
  const provider = scriptedProvider({ b: [gone, fault('location', 'HTTP_400')] });
  const { store, handle } = setUp(provider);
  const first = await handle();
  const etag = store.objects.get(KEY)?.etag;
  t.deepEqual((await handle(retry('a', 'b', 'c'))).failures, first.failures);
  t.is(store.objects.get(KEY)?.etag, etag);
});

test('a retry of a part without readings is an ordinary request; a request that is no retry asks nobody', async (t) => {
  const provider = scriptedProvider({ b: [gone] });
  const { handle } = setUp(provider);
  t.deepEqual(idsOf(await handle(retry('a', 'b'))), ['a']);
  await handle(requested(places('a', 'b')));
  await handle(requested(places('a', 'b'), { retry: false }));
  t.is(provider.calls.length, 2);
});

test('readings that their provider cannot add to any more stay as they are, in a dead letter that says why', async (t) => {
  const provider = scriptedProvider({ b: [gone] });
  const history = scriptedProvider({}, { id: 'open-meteo-archive', history: true });
  const { clock, handle, make } = setUp(provider, history);
  await handle();
  const elsewhere = await t.throwsAsync(make(scriptedProvider({}, { id: 'open-meteo' }))(retry('b')), {
    instanceOf: PermanentError,
    code: 'SLOT_EXPIRED',
  });
  t.regex(elsewhere?.message ?? '', /readings are of openweather.*not asked here/);
  clock.advance(6 * 3_600_000);
  const late = await t.throwsAsync(handle(retry('b')), { instanceOf: PermanentError, code: 'SLOT_EXPIRED' });
  t.regex(late?.message ?? '', /readings are of openweather.*knows only the present/);
  t.deepEqual(history.calls, [], 'two formats do not mix');
});

test('readings of the past are added to at any time, by the provider that gave them', async (t) => {
  const history = scriptedProvider(
    { b: [fault('location', 'NO_DATA'), '{}'] },
    { id: 'open-meteo-archive', history: true },
  );
  const { clock, handle } = setUp(scriptedProvider(), history);
  clock.advance(30 * 86_400_000);
  t.is((await handle()).provider, 'open-meteo-archive');
  clock.advance(30 * 86_400_000);
  const output = await handle(retry('a', 'b', 'c'));
  t.deepEqual([output.provider, idsOf(output)], ['open-meteo-archive', ['a', 'b', 'c']]);
});

test('a retry that is given up keeps in mind what was answered, and the next handling asks for the rest', async (t) => {
  const throttled = new ProviderError('throttled', 'HTTP_429', 'no', { retryAfterMs: 600_000 });
  const provider = scriptedProvider({ b: [gone, '{}'], c: [gone, throttled, '{}'] }, { callsPerMinute: 60 });
  const { clock, handle } = setUp(provider);
  await handle();
  await t.throwsAsync(handle(retry('a', 'b', 'c')), { instanceOf: DependencyError, code: 'THROTTLED' });
  clock.advance(600_000);
  t.deepEqual(idsOf(await handle(retry('a', 'b', 'c'))), ['a', 'b', 'c']);
  t.deepEqual(
    ['a', 'b', 'c'].map((id) => provider.calls.filter((called) => called === id).length),
    [1, 2, 3],
  );
});

test('a key that is refused halts a retry, and the memo stays', async (t) => {
  const provider = scriptedProvider({ b: [gone, fault('key', 'INVALID_KEY')] });
  const { store, handle } = setUp(provider);
  await handle();
  const etag = store.objects.get(KEY)?.etag;
  await t.throwsAsync(handle(retry('b')), { instanceOf: HaltError });
  t.is(store.objects.get(KEY)?.etag, etag);
});
