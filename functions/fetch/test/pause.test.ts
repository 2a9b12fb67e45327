import { createMemoryStore, createVirtualClock } from '@weatherline/testkit';
import test from 'ava';
import { Budget } from '../src/budget.ts';
import type { Ticket } from '../src/gate.ts';

function setUp() {
  const clock = createVirtualClock();
  const store = createMemoryStore(clock.now);
  const make = (callsPerMinute = 60) =>
    new Budget({ store, clock, random: () => 0.5, providerId: 'openweather', callsPerMinute, lane: 'live' });
  const want = (deadline = Number.POSITIVE_INFINITY) => ({ calls: 1, signal: new AbortController().signal, deadline });
  const take = async (budget: Budget): Promise<{ ticket: Ticket; waited: number }> => {
    const from = clock.now().getTime();
    const ticket = await clock.run(budget.take(want()));
    return { ticket, waited: clock.now().getTime() - from };
  };
  const pause = async (budget: Budget, ticket: Ticket, retryAfterMs?: number) =>
    clock.run(budget.pause(ticket, retryAfterMs));
  return { clock, make, want, take, pause };
}

test('a pause holds for every replica, doubles to ten minutes while it is needed, and starts small again after a success', async (t) => {
  const { make, take, pause } = setUp();
  const [one, two] = [make(), make()];
  let { ticket } = await take(one);
  for (const expected of [60_000, 120_000, 240_000, 480_000, 600_000, 600_000]) {
    await pause(one, ticket);
    const next = await take(two);
    t.is(next.waited, expected);
    ticket = next.ticket;
  }
  two.succeeded(ticket);
  await pause(two, ticket);
  t.is((await take(one)).waited, 60_000);
});

test('calls that were throttled together mean one pause; the longest wish of the provider counts', async (t) => {
  const { make, take, pause } = setUp();
  const [one, two] = [make(), make()];
  const { ticket } = await take(one);
  await pause(one, ticket);
  await pause(two, ticket);
  await pause(two, ticket, 300_000);
  await pause(one, ticket, 10_000);
  const next = await take(two);
  t.is(next.waited, 300_000);
  await pause(two, next.ticket);
  t.is((await take(one)).waited, 120_000, 'the second pause, not the fifth');
});

test('a success of a call that was made before the pause does not make the next one small', async (t) => {
  const { make, take, pause } = setUp();
  const [one, two] = [make(), make()];
  const early = await take(one);
  const { ticket } = await take(two);
  await pause(two, ticket);
  one.succeeded(early.ticket);
  const next = await take(one);
  await pause(one, next.ticket);
  t.is((await take(two)).waited, 120_000);
});

test('who cannot wait is told how long it would take, and who is called off waits no longer', async (t) => {
  const { clock, make, want, take, pause } = setUp();
  const budget = make();
  await pause(budget, (await take(budget)).ticket);
  const error = await t.throwsAsync(clock.run(budget.take(want(clock.now().getTime() + 30_000))), {
    code: 'THROTTLED',
  });
  t.like(error, { retryAfterMs: 60_000 });
  const calledOff = new AbortController();
  const [one, two] = [budget.take({ ...want(), signal: calledOff.signal }), budget.take(want())];
  setImmediate(() => calledOff.abort(new Error('this part only')));
  const results = await clock.run(Promise.allSettled([one, two]));
  t.deepEqual(
    results.map(({ status }) => status),
    ['rejected', 'fulfilled'],
  );
});
