import { parseSlot } from '@weatherline/events';
import { parseSchedule } from '@weatherline/events/schedule';
import test from 'ava';
import fc from 'fast-check';
import type { DeadLetter } from '../src/dead-letters.ts';
import { nextSteps } from '../src/runs/next-steps.ts';
import { painter } from '../src/runs/paint.ts';
import { passesOf, passOfStore } from '../src/runs/passes.ts';
import type { RunEvent } from '../src/runs/run-events.ts';
import { slotWindows } from '../src/runs/run-index.ts';
import type { RunLetter } from '../src/runs/run-letters.ts';
import { LOG_KEEPS_MS, stateOf } from '../src/runs/run-state.ts';
import { durationText } from '../src/runs/time-text.ts';

const NOW = new Date('2026-11-23T06:10:00Z');
const START = Date.parse('2026-11-23T06:00:00Z');
const PART = '00001-of-00001';

const standing = {
  isKnown: true,
  stored: 1,
  expected: 2,
  failedLocations: 0,
  setAside: 0,
  requestedAt: new Date(START),
};

test('a run is complete when every part is stored and every location is a record', (t) => {
  t.is(stateOf({ ...standing, stored: 2 }, NOW), 'complete');
  t.is(stateOf({ ...standing, stored: 2, failedLocations: 1 }, NOW), 'partial');
  t.is(stateOf({ ...standing, isKnown: false }, NOW), 'missing');
});

test('a part that is neither stored nor set aside is waited for as long as the log may still hold it', (t) => {
  const later = new Date(START + LOG_KEEPS_MS);
  t.is(stateOf(standing, NOW), 'open');
  t.is(stateOf({ ...standing, setAside: 1 }, NOW), 'partial');
  t.is(stateOf({ ...standing, stored: 0, setAside: 1 }, NOW), 'open', 'the other part may come');
  t.is(stateOf({ ...standing, stored: 0, setAside: 2 }, NOW), 'failed');
  t.is(stateOf(standing, later), 'partial');
  t.is(stateOf({ ...standing, stored: 0 }, later), 'failed');
});

test('only what is wholly there is complete, and a dead letter more never makes a run look better', (t) => {
  const rank = ['complete', 'open', 'partial', 'failed'];
  const whole = fc.nat(20);
  fc.assert(
    fc.property(whole, whole, whole, whole, fc.boolean(), (stored, absent, failedLocations, setAside, isOld) => {
      const now = new Date(START + (isOld ? LOG_KEEPS_MS : 1));
      const run = { ...standing, stored, expected: stored + absent, failedLocations, setAside };
      const state = stateOf(run, now);
      t.is(state === 'complete', absent === 0 && failedLocations === 0);
      t.true(rank.indexOf(stateOf({ ...run, setAside: setAside + 1 }, now)) >= rank.indexOf(state));
      if (isOld) t.not(state, 'open');
      if (stored > 0) t.not(state, 'failed');
    }),
  );
});

test('colours are for a terminal, and for nobody who asked for none', (t) => {
  const host = (isTTY: boolean, env: Record<string, string>): NodeJS.Process =>
    ({ stdout: { isTTY }, env }) as unknown as NodeJS.Process;
  t.is(painter(host(true, {}))('bad', 'failed'), '\u001B[31mfailed\u001B[39m');
  for (const plain of [host(false, {}), host(true, { NO_COLOR: '1' }), host(true, { TERM: 'dumb' })])
    t.is(painter(plain)('bad', 'failed'), 'failed');
});

function event(stage: RunEvent['stage'], ms: number, more: Partial<RunEvent> = {}): RunEvent {
  const stamps = stage === 'trigger' ? {} : { startedAt: START + ms - 100, endedAt: START + ms, attempt: 1 };
  return { stage, lane: 'live', part: PART, replay: null, loggedAt: START + ms + 1, ...stamps, ...more };
}

function letter(stage: string, ms: number, topic: string, replay: string | null = null): RunLetter {
  const origin = { topic, partition: 0, offset: 0, group: 'g' };
  const at = new Date(START + ms).toISOString();
  const why = { class: 'permanent', code: 'NO_READINGS', message: 'none', attempts: 1, redrives: 0, bytes: 1 };
  const place = { topic: `${topic}.dlq`, partition: 0, offset: 0 };
  const full: DeadLetter = { id: `${topic}/0/0`, at, run: '20261123T060000Z', stage, origin, place, ...why };
  return { letter: full, part: PART, replay };
}

test('the stages of a part say what they waited for and how long they took', (t) => {
  const events = [event('trigger', 0), event('fetch', 200), event('transform', 350), event('upload', 500)];
  const [run, ...others] = passesOf({ events, letters: [], parts: [PART], now: NOW });
  t.deepEqual(others, []);
  t.like(run, { replay: null, lane: 'live', duration_ms: 499 });
  t.deepEqual(
    run?.parts[0]?.stages.map(({ stage, state, waited_ms: waited, duration_ms: took }) => [stage, state, waited, took]),
    [
      ['trigger', 'done', null, null],
      ['fetch', 'done', 99, 100],
      ['transform', 'done', 50, 100],
      ['upload', 'done', 50, 100],
    ],
  );
});

test('a redriven event shows when it was handled, and the wait before it', (t) => {
  const events = [event('trigger', 0), event('fetch', 200), event('fetch', 200), event('transform', 7_200_000)];
  const [run] = passesOf({ events, letters: [], parts: [PART], now: NOW });
  const [, fetched, transformed, uploaded] = run?.parts[0]?.stages ?? [];
  t.like(fetched, { times: 2, duration_ms: 100 });
  t.like(transformed, { waited_ms: 7_199_700 });
  t.like(uploaded, { state: 'waiting', started_at: null });
});

test('a dead letter ends its part, and what lies behind it was not reached', (t) => {
  const letters = [letter('fetch', 500, 'weatherline.run.requested')];
  const [run] = passesOf({ events: [event('trigger', 0)], letters, parts: [PART], now: NOW });
  const states = run?.parts[0]?.stages.map(({ state }) => state);
  t.deepEqual(states, ['done', 'dead_letter', 'not_reached', 'not_reached']);
});

test('a replay is a pass of its own, begins where it began, and has only the parts that it touched', (t) => {
  const two = '00002-of-00002';
  const of = { part: two, replay: 'r1', lane: 'replay', mode: 'replace' } as const;
  const events = [
    event('trigger', 0, { part: '00001-of-00002' }),
    event('fetch', 9_000, of),
    event('upload', 9_500, of),
  ];
  const letters = [{ ...letter('upload', 10_000, 'weatherline.records.transformed.replay', 'r2'), part: two }];
  const passes = passesOf({ events, letters, parts: ['00001-of-00002', two], now: NOW });
  t.deepEqual(
    passes.map(({ replay, lane, mode, parts }) => [replay, lane, mode, parts.length, parts[0]?.stages[0]?.stage]),
    [
      [null, 'live', null, 2, 'trigger'],
      ['r1', 'replay', 'replace', 1, 'fetch'],
      ['r2', 'replay', null, 1, 'upload'],
    ],
  );
});

test('where the log has nothing the store says which stages must have been done', (t) => {
  const { parts } = passOfStore([
    { part: '00001-of-00002', readings: true, product: true },
    { part: '00002-of-00002', readings: true, product: false },
  ]);
  t.deepEqual(
    parts.map(({ stages }) => stages.map(({ state }) => state)),
    [
      ['done', 'done', 'done', 'done'],
      ['done', 'done', 'waiting', 'not_reached'],
    ],
  );
});

test('windows of slots cover every slot of a range once, newest first', (t) => {
  const hour = 3_600_000;
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 50 }), fc.nat(400), fc.nat(59), (size, hours, minute) => {
      const schedule = parseSchedule('0 */3 * * *');
      const from = new Date(START - hours * hour - minute * 60_000);
      const windows = [...slotWindows(schedule, { from, to: NOW, size })];
      const slots = windows.flatMap(({ slots: some }) => some);
      const expected: string[] = [];
      for (let slot = schedule.current(NOW); slot >= from; slot = schedule.previous(slot))
        expected.push(slot.toISOString());
      t.deepEqual(
        slots.map((id) => parseSlot(id).toISOString()),
        expected,
      );
      for (const [which, { range, slots: some }] of windows.entries()) {
        t.true(some.every((id) => id >= range.from && id <= range.to));
        const before = windows[which - 1];
        if (before !== undefined) t.is(parseSlot(before.range.from).getTime() - parseSlot(range.to).getTime(), 1000);
      }
    }),
  );
});

test('what is not there has a command that may bring it', (t) => {
  const schedule = parseSchedule('0 */6 * * *');
  const next = (run: string, state: 'missing' | 'partial' | 'complete', letters = 0): string[] =>
    nextSteps({ run, state, dead_letters: letters }, schedule, NOW);
  t.deepEqual(next('20261123T060000Z', 'missing'), ['weatherline trigger --slot 20261123T060000Z']);
  t.deepEqual(next('20261123T000000Z', 'missing'), [
    'weatherline backfill --from 20261123T000000Z --to 20261123T060000Z',
  ]);
  t.deepEqual(next('20261123T000001Z', 'missing'), ['weatherline trigger --slot 20261123T000001Z --off-schedule']);
  t.deepEqual(next('20261123T120000Z', 'missing'), [], 'nothing brings the future');
  t.deepEqual(next('20261123T000000Z', 'partial'), ['weatherline runs retry 20261123T000000Z']);
  t.deepEqual(next('20261123T000000Z', 'complete'), []);
  t.deepEqual(next('20261123T000000Z', 'complete', 1), ['weatherline dlq purge --run 20261123T000000Z']);
});

test('durations are short, whatever they are', (t) => {
  const texts = [0, 999.6, 1_240, 12_340, 59_960, 3_599_600, 86_399_000, 90_000_000].map(durationText);
  t.deepEqual(texts, ['0 ms', '1.00 s', '1.24 s', '12.3 s', '1m 00s', '1h 00m', '23h 59m', '1d 01h']);
});
