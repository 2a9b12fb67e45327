import type { ReadingsFetched } from '@weatherline/events';
import { decodeStructured, DependencyError, gunzip, ProviderError } from '@weatherline/runtime';
import { createMemoryStore, createVirtualClock, type MemoryStore } from '@weatherline/testkit';
import test from 'ava';
import { createFetch } from '../src/fetch.ts';
import { growMemo } from '../src/memo.ts';
import { context, fault, places, requested, scriptedProvider, type Scripted } from './support.ts';

const KEY = 'weather-readings/2026/11/23/060000.json.gz';

function setUp(provider: Scripted, start?: string) {
  const clock = createVirtualClock(start === undefined ? undefined : Date.parse(start));
  const store = createMemoryStore(clock.now);
  const fetch = createFetch({ provider, store, clock, lane: 'live', random: () => 0.5 });
  const handle = async (event = requested(places('a', 'b'))) =>
    clock.run(Promise.resolve(fetch.handle(event, context)));
  return { clock, store, handle };
}

function textOf(store: MemoryStore): string {
  const object = store.objects.get(KEY);
  return object === undefined ? '' : Buffer.from(gunzip(object.body, 1e7)).toString();
}

test('the memo is the structured event, without stamps and without the replay that asked', async (t) => {
  const { store, handle } = setUp(scriptedProvider());
  const replay = { id: 'r1', mode: 'fill' as const };
  const { replay: _replay, ...stored } = await handle(requested(places('a', 'b'), { replay }));
  const { attributes, data } = decodeStructured(Buffer.from(textOf(store)));
  t.deepEqual(data, stored);
  t.like(attributes, { id: '20261123T060000Z/00001-of-00001/fetch', causationid: undefined, replayid: undefined });
});

test('equal answers at equal times are equal bytes, whatever order they came in', async (t) => {
  const one = setUp(scriptedProvider());
  const two = setUp(scriptedProvider({ a: [fault('retry', 'HTTP_500'), '{"name":"a"}'] }));
  await one.handle();
  await two.handle(requested(places('a', 'b')));
  t.deepEqual(
    JSON.parse(textOf(one.store)).data.readings.map((reading: { body: string }) => reading.body),
    JSON.parse(textOf(two.store)).data.readings.map((reading: { body: string }) => reading.body),
  );
  const again = setUp(scriptedProvider());
  await again.handle();
  t.deepEqual(store(again.store), store(one.store));
});

const store = (memory: MemoryStore): Buffer => Buffer.from(memory.objects.get(KEY)?.body ?? []);

test('a memo grows by what had failed, keeps what it holds, and is left alone when nothing is new', async (t) => {
  const { clock, store: memory, handle } = setUp(scriptedProvider({ b: [fault('location', 'HTTP_404')] }));
  const first = await handle();
  clock.advance(60_000);
  const reading = (id: string) => ({
    location: { id, name: id, lat: 0, lon: 0 },
    collectedAt: '2026-11-23T06:01:00Z',
    units: 'metric' as const,
    body: '{"later":true}',
  });
  const later: ReadingsFetched = { ...first, failures: [], readings: [reading('a'), reading('b'), reading('c')] };
  const grown = await growMemo(memory, later);
  t.deepEqual(
    grown.readings.map(({ location, body }) => [location.id, body]),
    [
      ['a', '{"name":"a"}'],
      ['b', '{"later":true}'],
    ],
  );
  t.deepEqual([grown.failures, grown.collectedAt], [[], first.collectedAt]);
  const etag = memory.objects.get(KEY)?.etag;
  t.deepEqual(await growMemo(memory, later), grown);
  t.deepEqual(await growMemo(memory, { ...later, provider: 'open-meteo' }), grown);
  t.is(memory.objects.get(KEY)?.etag, etag);
  t.deepEqual(await handle(), grown, 'a later handling emits the grown one');
});

test('two that grow one memo at once lose nothing', async (t) => {
  const bad = { b: [fault('location', 'HTTP_404')], c: [fault('location', 'HTTP_404')] };
  const { store: memory, handle } = setUp(scriptedProvider(bad));
  const first = await handle(requested(places('a', 'b', 'c')));
  const withOne = (id: string): ReadingsFetched => ({
    ...first,
    failures: [],
    readings: first.readings.map((reading) => ({ ...reading, location: { ...reading.location, id } })),
  });
  await Promise.all([growMemo(memory, withOne('b')), growMemo(memory, withOne('c'))]);
  t.deepEqual(
    (await handle()).readings.map(({ location }) => location.id),
    ['a', 'b', 'c'],
  );
});

test('what was answered before the key was paused is published, though the slot ends before the pause', async (t) => {
  const script = { b: [new ProviderError('throttled', 'HTTP_429', 'no', { retryAfterMs: 600_000 })] };
  const provider = scriptedProvider(script, { callsPerMinute: 60 });
  const { clock, handle } = setUp(provider, '2026-11-23T11:58:00Z');
  await t.throwsAsync(handle(), { instanceOf: DependencyError, code: 'THROTTLED' });
  clock.advance(600_000);
  const { readings, failures } = await handle();
  t.deepEqual(
    [readings.map(({ location }) => location.id), failures.map(({ location, code }) => `${location} ${code}`)],
    [['a'], ['b TIME_BUDGET']],
  );
  t.deepEqual(provider.calls.toSorted(), ['a', 'b'], 'nobody is asked again');
});

test('what lies behind an error of a provider reaches neither the event nor the store', async (t) => {
  const canary = 'CANARY0123456789abcdef';
  const cause = new Error(`GET https://api.example.test/?appid=${canary}`);
  const hidden = new ProviderError('location', 'HTTP_404', 'x'.repeat(900), { cause });
  const { store: memory, handle } = setUp(scriptedProvider({ b: [hidden] }, { callsPerMinute: 60 }));
  const output = await handle();
  t.is(output.failures[0]?.detail?.length, 200);
  const kept = [...memory.objects.values()].map(
    ({ body, metadata }) => Buffer.from(body).toString() + JSON.stringify(metadata),
  );
  for (const text of [JSON.stringify(output), textOf(memory), ...kept]) t.false(text.includes(canary));
});
