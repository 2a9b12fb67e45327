import { canonicalJson } from '@weatherline/events';
import { createMemoryStore, createVirtualClock, randomFrom } from '@weatherline/testkit';
import test from 'ava';
import fc from 'fast-check';
import { differences } from '../src/replay/compare.ts';
import { readFindings, writeFindings } from '../src/replay/findings.ts';
import { Pace } from '../src/replay/pace.ts';
import { NO_COUNTS, OUTCOMES, type Finding, type Progress } from '../src/replay/progress.ts';
import { Tally, type Settled } from '../src/replay/tally.ts';

const endOf = (index: number): Settled => {
  const outcome = OUTCOMES[index % OUTCOMES.length] ?? 'created';
  if (outcome !== 'different' && outcome !== 'conflict' && outcome !== 'failed') return { outcome, records: 2 };
  const finding: Finding = { index, run: '20261120T000000Z', part: '00001-of-00001', outcome, detail: 'why' };
  return { outcome, records: 0, finding };
};

test('whatever the order of ends, the crashes and the lost checkpoints, each part is counted and listed once', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 60 }), fc.integer(), async (total, seed) => {
      const random = randomFrom(seed);
      const store = createMemoryStore();
      const progress: Progress = {
        schema: 'weatherline.replay-progress/1',
        replay: 'a',
        state: 'running',
        epoch: 0,
        begins: [],
        holder: null,
        asked: null,
        settled: 0,
        total,
        records: 0,
        counts: NO_COUNTS,
        active_ms: 0,
        started_at: '2026-11-23T06:00:00.000Z',
        updated_at: '2026-11-23T06:00:00.000Z',
      };
      while (progress.settled < total) {
        Object.assign(progress, { epoch: progress.epoch + 1 });
        progress.begins.push(progress.settled);
        const tally = new Tally(progress);
        const rest = Array.from({ length: total - progress.settled }, (_, at) => progress.settled + at);
        const shuffled = rest.map((index) => ({ index, at: random() })).toSorted((a, b) => a.at - b.at);
        for (const { index } of shuffled) {
          tally.settle(index, endOf(index));
          // Ends twice: a duplicate.
          if (random() < 0.2) tally.settle(index, { outcome: 'kept', records: 9 });
          if (random() > 0.3) continue;
          const checkpoint = tally.checkpoint();
          // What ends while the checkpoint is written belongs to the next.
          const meanwhile = shuffled[Math.floor(random() * shuffled.length)]?.index ?? index;
          const writing = writeFindings({ store, put: store.put }, progress, checkpoint);
          tally.settle(meanwhile, endOf(meanwhile));
          await writing;
          const fate = random();
          if (fate < 0.1) break;
          const { settled, records, counts } = checkpoint;
          if (fate < 0.9) Object.assign(progress, { settled, records, counts });
          if (fate < 0.8) tally.written(checkpoint);
        }
        if (!tally.isComplete) continue;
        const last = tally.checkpoint();
        await writeFindings({ store, put: store.put }, progress, last);
        Object.assign(progress, { settled: last.settled, records: last.records, counts: last.counts });
      }
      const ends = Array.from({ length: total }, (_, index) => endOf(index));
      t.is(
        progress.records,
        ends.reduce((sum, { records }) => sum + records, 0),
      );
      for (const outcome of OUTCOMES)
        t.is(progress.counts[outcome], ends.filter((end) => end.outcome === outcome).length);
      const listed: Finding[] = [];
      for await (const finding of readFindings(store, progress)) listed.push(finding);
      t.deepEqual(
        listed,
        ends.flatMap(({ finding }) => finding ?? []),
      );
    }),
    { numRuns: 150 },
  );
});

test('what a holder that was replaced writes of later parts is neither listed nor in the way', async (t) => {
  const store = createMemoryStore();
  const ports = { store, put: store.put };
  const findingAt = (index: number, detail: string): Finding => ({
    index,
    run: '20261120T000000Z',
    part: '00001-of-00001',
    outcome: 'failed',
    detail,
  });
  await writeFindings(ports, { replay: 'a', epoch: 2 }, { from: 3, findings: [findingAt(4, 'true')] });
  await writeFindings(
    ports,
    { replay: 'a', epoch: 1 },
    { from: 3, findings: [findingAt(3, 'late'), findingAt(5, 'late')] },
  );
  await writeFindings(ports, { replay: 'a', epoch: 1 }, { from: 0, findings: [findingAt(1, 'true')] });
  const listed: string[] = [];
  const progress = { replay: 'a', begins: [0, 3], settled: 6 } as Progress;
  for await (const { index, detail } of readFindings(store, progress)) listed.push(`${index} ${detail}`);
  t.deepEqual(listed, ['1 true', '4 true']);
});

const lineOf = (id: string): string =>
  `${canonicalJson({ location_id: id, temp: 21.5, qc: { overall: 'pass' }, name: 'Zürich' })}\n`;

test('any byte of a product that is another one names the location of its line', (t) => {
  const ids = ['berlin', 'chicago', 'luxembourg'];
  const lines = ids.map((id) => Buffer.from(lineOf(id)));
  const made = Buffer.concat(lines);
  let start = 0;
  for (const [at, line] of lines.entries()) {
    for (let byte = 0; byte < line.length; byte += 1) {
      for (const flip of [1, 2, 32, 128, 255]) {
        const stored = Buffer.from(made);
        stored.writeUInt8(made.readUInt8(start + byte) ^ flip, start + byte);
        const found = differences(stored, made).map(({ location }) => location);
        t.true(found.includes(ids[at] ?? ''), `byte ${start + byte} ^ ${flip}: ${found.join()}`);
      }
    }
    start += line.length;
  }
});

test('the same bytes differ nowhere; lines in another order, twice, or too many are told', (t) => {
  const product = Buffer.from(lineOf('a') + lineOf('b'));
  t.deepEqual(differences(product, product), []);
  t.is(differences(Buffer.from(lineOf('b') + lineOf('a')), product)[0]?.location, '(all)');
  t.is(differences(Buffer.from(lineOf('a') + lineOf('a') + lineOf('b')), product)[0]?.location, '(all)');
  t.deepEqual(differences(Buffer.from(lineOf('a') + lineOf('b') + lineOf('c')), product), [
    { location: 'c', fields: ['(not made again)'] },
  ]);
  t.deepEqual(
    differences(Buffer.alloc(0), product).map(({ location }) => location),
    ['a', 'b'],
  );
});

async function paced(rate: number, batch: number, total: number, lag: (ms: number) => number) {
  const clock = createVirtualClock();
  const stop = new AbortController();
  const begin = clock.now().getTime();
  const log = { lag: async () => [{ partition: 0, committed: 0, end: 0, lag: lag(clock.now().getTime() - begin) }] };
  const pace = new Pace({ log, clock, rate, signal: stop.signal });
  const taken: number[] = [];
  const take = async (): Promise<void> => {
    while (taken.length < total && (await pace.take(batch))) {
      for (let at = 0; at < batch; at += 1) taken.push(clock.now().getTime() - begin);
    }
    stop.abort();
  };
  await clock.run(Promise.all([pace.watch(), take()]));
  return taken;
}

test('no second sees more parts than the rate, but for what is asked for at once', async (t) => {
  for (const [rate, batch, total] of [
    [0.5, 1, 20],
    [3, 3, 60],
    [100, 16, 1_000],
  ] as const) {
    const taken = await paced(rate, batch, total, () => 0);
    for (const [at, start] of taken.entries()) {
      const within = taken.slice(at).filter((time) => time < start + 1000).length;
      t.true(within <= rate * 1.1 + batch, `${rate}/s: ${within} in the second from ${start} ms`);
    }
    const seconds = (taken.at(-1) ?? 0) / 1000;
    t.true(total / seconds > rate * 0.9, `${rate}/s: ${seconds} s for ${total}`);
  }
});

test('nothing is begun while live events wait, not even at the start; after a minute a tenth of the rate is', async (t) => {
  const taken = await paced(10, 1, 30, (ms) => (ms < 5_000 ? 1 : 0));
  t.true((taken[0] ?? 0) >= 5_000);
  const stuck = await paced(10, 1, 10, () => 1);
  t.true((stuck[0] ?? 0) >= 60_000);
  const seconds = ((stuck.at(-1) ?? 0) - (stuck[0] ?? 0)) / 1000;
  t.true(seconds > 7 && seconds < 12, `${seconds}`);
});
