import { createMemoryStore, createVirtualClock } from '@weatherline/testkit';
import { DependencyError, PermanentError, ProviderError } from '@weatherline/runtime';
import test from 'ava';
import { createFetch } from '../src/fetch.ts';
import { context, fault, places, requested, scriptedProvider, slowStore } from './support.ts';

const many = (prefix: string, n: number) => places(...Array.from({ length: n }, (_, i) => `${prefix}${i}`));
const slotOf = (part: number, count: number) => ({ part: { index: part, count } });

test('parts that share a small budget all end', async (t) => {
  const clock = createVirtualClock();
  const store = createMemoryStore(clock.now);
  const provider = scriptedProvider({}, { callsPerMinute: 60, history: true });
  const fetch = createFetch({ provider, store, clock, lane: 'live', random: () => 0.5 });
  const COUNT = 12;
  let given = 0;
  const part = async (index: number) => {
    for (let tries = 0; tries < 8; tries += 1) {
      try {
        return await fetch.handle(requested(many(`p${index}-`, 50), slotOf(index, COUNT)), context);
      } catch (error) {
        if (!(error instanceof DependencyError)) throw error;
        given += 1;
        await clock.sleep(error.retryAfterMs ?? 1000);
      }
    }
    return undefined;
  };
  const out = await clock.run(Promise.all(Array.from({ length: COUNT }, (_, i) => part(i + 1))));
  const minutes = (clock.now().getTime() - Date.parse('2026-11-23T06:00:00Z')) / 60000;
  t.log(
    `done ${out.filter(Boolean).length}/${COUNT}, calls ${provider.calls.length} for ${COUNT * 50} places, given back ${given}, ${minutes.toFixed(1)} min`,
  );
  t.is(out.filter(Boolean).length, COUNT);
  t.is(provider.calls.length, COUNT * 50);
});

test('one part that fails for good leaves the others of this process alone', async (t) => {
  const clock = createVirtualClock();
  const store = createMemoryStore(clock.now);
  const base = scriptedProvider({ a0: [fault('subscription', 'SUBSCRIPTION')] }, { callsPerMinute: 4, history: true });
  const provider = {
    ...base,
    read: async (...args: Parameters<typeof base.read>) => {
      if (args[0].id === 'a0') await clock.sleep(2000);
      return base.read(...args);
    },
  };
  const fetch = createFetch({ provider, store, clock, lane: 'live', random: () => 0.5 });
  // The failing part is the first to find the budget spent, so the wait is its own; the other joins it.
  const bad = Promise.resolve(fetch.handle(requested(many('a', 8), slotOf(1, 2)), context));
  const good = clock.sleep(500).then(async () => fetch.handle(requested(many('b', 4), slotOf(2, 2)), context));
  const [one, two] = await clock.run(Promise.allSettled([bad, good]));
  t.true(one.status === 'rejected' && one.reason instanceof PermanentError);
  t.is(two.status, 'fulfilled', two.status === 'rejected' ? `the other part got: ${two.reason}` : '');
});

test('a store that is away when the memo is written does not cost every call again', async (t) => {
  const clock = createVirtualClock();
  const store = createMemoryStore(clock.now);
  const provider = scriptedProvider();
  const fetch = createFetch({
    provider,
    store: {
      ...store,
      put: async (...args) => {
        if (clock.now().getTime() < Date.parse('2026-11-23T06:10:00Z')) throw new DependencyError('STORE', 'away');
        return store.put(...args);
      },
    },
    clock,
    lane: 'live',
  });
  for (let i = 0; i < 5; i += 1) {
    await clock.run(Promise.resolve(fetch.handle(requested(places('a')), context)).catch(() => undefined));
    clock.advance(30_000);
  }
  t.is(provider.calls.length, 1);
});

test('nobody is asked after the slot has ended, though the handling began before', async (t) => {
  const clock = createVirtualClock(Date.parse('2026-11-23T11:59:00Z'));
  const store = createMemoryStore(clock.now);
  const base = scriptedProvider();
  const asked: Date[] = [];
  const provider = {
    ...base,
    read: async (...args: Parameters<typeof base.read>) => {
      asked.push(clock.now());
      await clock.sleep(10_000);
      return base.read(...args);
    },
  };
  const fetch = createFetch({ provider, store, clock, lane: 'live', concurrency: 1 });
  await clock.run(Promise.resolve(fetch.handle(requested(many('a', 12)), context)).catch(() => undefined));
  t.is(asked.filter((at) => at.getTime() >= Date.parse('2026-11-23T12:00:00Z')).length, 0);
});

test('without a budget a throttled key rests for all workers, and not past the time of one handling', async (t) => {
  const clock = createVirtualClock();
  const store = createMemoryStore(clock.now);
  const provider = scriptedProvider({
    a0: [new ProviderError('throttled', 'HTTP_429', 'no', { retryAfterMs: 3_600_000 })],
  });
  const fetch = createFetch({ provider, store, clock, lane: 'live', concurrency: 1 });
  const from = clock.now().getTime();
  await clock.run(Promise.resolve(fetch.handle(requested(many('a', 2)), context)).catch(() => undefined));
  t.true(clock.now().getTime() - from <= 300_000, `took ${(clock.now().getTime() - from) / 60000} min`);
});

test('an event too large even without the past is refused before it is stored', async (t) => {
  const clock = createVirtualClock();
  const store = createMemoryStore(clock.now);
  const ids = many('a', 50);
  const body = `"${'\u0001'.repeat(8000)}"`;
  const provider = scriptedProvider(Object.fromEntries(ids.map(({ id }) => [id, [body]])));
  const fetch = createFetch({ provider, store, clock, lane: 'live' });
  await clock.run(Promise.resolve(fetch.handle(requested(ids), context)).catch(() => undefined));
  t.is(store.objects.size, 0);
});

test('once one call is throttled only those in flight still reach the provider, however slow the store is', async (t) => {
  const clock = createVirtualClock();
  const store = slowStore(createMemoryStore(clock.now), clock, () => 300);
  const ids = many('a', 30);
  const script = Object.fromEntries(ids.map(({ id }) => [id, [fault('throttled', 'HTTP_429')]]));
  const base = scriptedProvider(script, { callsPerMinute: 600 });
  const provider = {
    ...base,
    read: async (...args: Parameters<typeof base.read>) => {
      await clock.sleep(20);
      return base.read(...args);
    },
  };
  const fetch = createFetch({ provider, store, clock, lane: 'live', timeBudgetMs: 30_000 });
  await t.throwsAsync(clock.run(Promise.resolve(fetch.handle(requested(ids), context))), { code: 'THROTTLED' });
  t.true(provider.calls.length <= 8, `${provider.calls.length} calls`);
});
