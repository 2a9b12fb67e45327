import type { Location } from '@weatherline/events';
import {
  brokerThrough,
  createMemoryBroker,
  createMemoryStore,
  createUpstream,
  createVirtualClock,
  drawFault,
  randomFrom,
  storeThrough,
  type Fault,
  type Passage,
} from '@weatherline/testkit';
import test from 'ava';

const create = { ifNoneMatch: '*', contentType: 'text/plain' } as const;
const body = Buffer.from('x');
const place: Location = { id: 'a', name: 'A', lat: 1, lon: 2 };

function passage(fault?: Fault): Passage & { readonly seen: string[] } {
  const seen: string[] = [];
  return { seen, fault: () => fault, travel: async (operation, leg) => void seen.push(`${operation} ${leg}`) };
}

test('a call travels there and back, and its faults strike before or after the effect', async (t) => {
  const outcomes: Record<string, readonly [boolean, boolean]> = {};
  for (const fault of ['before', 'refused', 'after', 'twice'] as const) {
    const store = createMemoryStore();
    const put = storeThrough(store, passage(fault)).put('k', body, create);
    const said = await put.then(
      ({ stored }) => stored,
      () => false,
    );
    outcomes[fault] = [store.objects.has('k'), said];
  }
  // Whoever asks twice is refused by its own first write.
  t.deepEqual(outcomes, {
    before: [false, false],
    refused: [false, false],
    after: [true, false],
    twice: [true, false],
  });
  const through = passage();
  t.true((await storeThrough(createMemoryStore(), through).put('k', body, create)).stored);
  t.deepEqual(through.seen, ['store.put there', 'store.put back']);
});

test('what a broker is asked twice it appends twice', async (t) => {
  const broker = createMemoryBroker();
  await broker.ensureTopics([{ name: 'topic', partitions: 1 }]);
  await brokerThrough(broker, passage('twice')).publish('topic', [{ key: 'k', value: body, headers: {} }]);
  t.is((await broker.lag('group', 'topic'))[0]?.end, 2);
});

test('an upstream never answers twice alike, keeps its ledger, and names its key in no message', async (t) => {
  const clock = createVirtualClock();
  const answers = ['good', 'good', 'throttled'] as const;
  let call = 0;
  const upstream = createUpstream({
    clock,
    callsPerMinute: 60,
    key: 'hush-hush',
    retryAfterMs: () => 90_000,
    answer: () => answers[call++] ?? 'good',
  });
  const provider = upstream.provider(passage());
  const ask = async () => provider.read(place, new Date('2026-11-23T06:00:00Z'), new AbortController().signal);
  t.not((await ask()).body, (await ask()).body);
  const error = await t.throwsAsync(ask, { name: 'ProviderError' });
  t.notRegex(error.message, /hush/);
  t.like(error, { fault: 'throttled', retryAfterMs: 90_000 });
  t.deepEqual(
    upstream.calls.map(({ answer, runId }) => `${answer} ${runId}`),
    answers.map((answer) => `${answer} 20261123T060000Z`),
  );
  const at = clock.now().getTime();
  t.deepEqual(upstream.rests, [{ from: at, until: at + 90_000 }]);
});

test('faults are drawn from the seed', (t) => {
  const rates = [{ operation: 'store.', fault: 'after', rate: 0.5 }] as const;
  const draw = (seed: number): (Fault | undefined)[] => {
    const random = randomFrom(seed);
    return Array.from({ length: 20 }, () => drawFault(rates, 'store.put', random));
  };
  t.deepEqual(draw(1), draw(1));
  t.notDeepEqual(draw(1), draw(2));
  t.is(
    drawFault(rates, 'broker.publish', () => 0),
    undefined,
  );
});
