import { stripVTControlCharacters } from 'node:util';
import { createVirtualClock, type VirtualClock } from '@weatherline/testkit';
import test from 'ava';
import fc from 'fast-check';
import { barLine, spanText } from '../src/progress-line.ts';
import { createProgress, type Progress } from '../src/progress.ts';
import { textWidth, widthCut } from '../src/text-width.ts';

type Screen = {
  readonly progress: Progress;
  readonly clock: VirtualClock;
  readonly written: string[];
  readonly stderr: { isTTY?: boolean; columns?: number; write: (text: string) => void };
  /** What its own timer does. */
  readonly tick: () => void;
};

function screenOf(
  terminal: { isTTY?: boolean; columns?: number },
  total = 1000,
  env: Readonly<Record<string, string>> = {},
): Screen {
  const clock = createVirtualClock();
  const written: string[] = [];
  const stderr = { ...terminal, write: (text: string) => void written.push(text) };
  let tick = (): void => undefined;
  const every = (_: number, told: () => void): Disposable => {
    tick = told;
    return { [Symbol.dispose]: () => undefined };
  };
  const progress = createProgress({ stderr }, { label: 'redrive', total, unit: 'events', clock, env, every });
  return { progress, clock, written, stderr, tick: () => tick() };
}

const plain = (text: string): string => stripVTControlCharacters(text).replaceAll('\r', '');

test('something is said before anything is done', (t) => {
  t.is(plain(screenOf({ isTTY: true }).written.join('')), `redrive  ${'░'.repeat(30)}    0 %  0/1,000 events`);
  t.is(screenOf({}).written.join(''), 'redrive: 0 %, 0 of 1,000 events\n');
});

test('a terminal is drawn on ten times a second at most, in one line', (t) => {
  const { progress, clock, written } = screenOf({ isTTY: true, columns: 80 });
  for (let done = 1; done <= 1000; done += 1) {
    clock.advance(5);
    progress.update(done);
  }
  t.true(written.length <= 52, String(written.length));
  progress[Symbol.dispose]();
  const text = written.join('');
  t.is(text.split('\n').length, 2, 'the only line break is the last');
  t.regex(plain(text), /100 % {2}1,000\/1,000 events {2}200\/s\n$/);
  t.true(text.endsWith('\n'));
  const before = written.length;
  progress[Symbol.dispose]();
  t.is(written.length, before, 'it ends once');
});

test('rate, time left and note are told when they are known', (t) => {
  const { progress, clock, written } = screenOf({ isTTY: true, columns: 120 });
  clock.advance(10_000);
  progress.update(250, '20261123T060000Z');
  t.regex(
    plain(written.at(-1) ?? ''),
    /^redrive {2}█{7}░{23} {3}25 % {2}250\/1,000 events {2}25\/s {2}30 s left {2}2026/,
  );
});

test('the rate is that of the last half minute', (t) => {
  const { progress, clock, written } = screenOf({ isTTY: true, columns: 120 }, 100_000);
  for (let second = 1; second <= 60; second += 1) {
    clock.advance(1000);
    progress.update(second * 1000);
  }
  for (let second = 1; second <= 60; second += 1) {
    clock.advance(1000);
    progress.update(60_000 + second * 10);
  }
  t.regex(plain(written.at(-1) ?? ''), / 10\/s {2}1 h 5 min left/);
});

test('no line is wider than its terminal, whatever is told and however it is resized', (t) => {
  const text = fc
    .string({ unit: 'grapheme', maxLength: 60 })
    .filter((note) => !/NaN|Infinity|undefined|-\d/.test(note));
  fc.assert(
    fc.property(
      fc.array(fc.record({ columns: fc.integer({ min: 1, max: 200 }), done: fc.double(), note: text }), {
        maxLength: 8,
      }),
      fc.oneof(fc.double(), fc.nat()),
      (updates, total) => {
        const { progress, clock, written, stderr } = screenOf({ isTTY: true, columns: 80 }, total);
        for (const { columns, done, note } of updates) {
          stderr.columns = columns;
          clock.advance(777);
          progress.update(done, note);
          t.true(textWidth(plain(written.at(-1) ?? '')) < Math.max(2, columns), written.at(-1));
        }
        t.notRegex(written.join(''), /NaN|Infinity|undefined|-\d/);
      },
    ),
  );
});

test('a bar that was wrapped by a narrower terminal is taken away whole', (t) => {
  const { progress, clock, written, stderr } = screenOf({ isTTY: true, columns: 100 });
  const width = textWidth(plain(written[0] ?? ''));
  stderr.columns = 40;
  clock.advance(200);
  progress.update(1);
  t.true(written.at(-1)?.startsWith(`\r\u001B[${Math.ceil(width / 40) - 1}A\u001B[J`), written.at(-1));
});

test('what is said stands above the bar, or between the lines', (t) => {
  const { progress, written } = screenOf({ isTTY: true, columns: 80 });
  progress.say('refused  a/0/1');
  t.deepEqual(written.join('').split('\n').map(plain).slice(1), [written.map(plain)[0] ?? '']);
  t.true(written.join('').includes('\r\u001B[Krefused  a/0/1\n'));
  const log = screenOf({});
  log.progress.say('refused  a/0/1');
  t.is(log.written[1], 'refused  a/0/1\n');
});

test('colour only without NO_COLOR, and no escapes at all on a dumb terminal', (t) => {
  const colour = '\u001B[32m';
  t.true(screenOf({ isTTY: true }).written.join('').includes(colour));
  t.false(screenOf({ isTTY: true }, 10, { NO_COLOR: '1' }).written.join('').includes(colour));
  const dumb = screenOf({ isTTY: true }, 10, { TERM: 'dumb' });
  dumb.progress.update(10);
  dumb.progress[Symbol.dispose]();
  const text = dumb.written.join('');
  t.is(plain(text), text);
});

test('elsewhere a line tells each tenth, and one comes after 30 s of silence', (t) => {
  const { progress, clock, written } = screenOf({});
  for (let done = 1; done <= 1000; done += 1) {
    clock.advance(10);
    progress.update(done);
  }
  progress[Symbol.dispose]();
  t.is(written.length, 11);
  t.is(written[5], 'redrive: 50 %, 500 of 1,000 events, 100/s, 5 s left\n');
  t.is(written[10], 'redrive: 100 %, 1,000 of 1,000 events, 100/s\n');

  const slow = screenOf({});
  slow.progress.update(1);
  slow.clock.advance(29_000);
  slow.tick();
  t.is(slow.written.length, 1);
  slow.clock.advance(1_000);
  slow.tick();
  t.is(slow.written[1], 'redrive: 0 %, 1 of 1,000 events, 0.0/s, 8 h 19 min left\n');
});

test('of nothing everything is done, and more than all is all', (t) => {
  const nothing = screenOf({}, 0);
  nothing.progress[Symbol.dispose]();
  t.deepEqual(nothing.written, ['redrive: 100 %, 0 of 0 events\n']);
  const more = screenOf({}, 10);
  more.progress.update(12);
  t.is(more.written[1], 'redrive: 100 %, 12 of 10 events\n');
  const state = { label: 'x', unit: 'events', done: 3, total: Number.MAX_SAFE_INTEGER, rate: 1e-9, note: '' };
  t.is(
    barLine(state, 79, (bar) => bar),
    `x  ${'░'.repeat(30)}    0 %  3/9007.2T events  0.0/s`,
  );
});

test('a span is told by its two largest units', (t) => {
  t.deepEqual([0, 8, 60, 200, 3600, 7500, 90_000].map(spanText), [
    '0 s',
    '8 s',
    '1 min',
    '3 min 20 s',
    '1 h',
    '2 h 5 min',
    '1 d 1 h',
  ]);
});

test('wide characters take two columns, marks none', (t) => {
  t.deepEqual(['', 'abc', '東京', 'e\u0301', '👩‍👩‍👧', 'ｱ'].map(textWidth), [0, 3, 4, 1, 2, 2]);
  t.is(widthCut('東京都', 4), '東…');
  t.is(widthCut('東京', 4), '東京');
  t.is(widthCut('abc', 0), '');
});

test('what others write meanwhile stands above the bar, which leaves nothing behind', (t) => {
  const { progress, clock, written, stderr } = screenOf({ isTTY: true, columns: 80 });
  stderr.write('06:00:00 info  event handled\n');
  t.is(written.slice(1).join(''), '\r\u001B[K06:00:00 info  event handled\n');
  clock.advance(100);
  progress.update(1);
  stderr.write('begun, ');
  const begun = written.length;
  clock.advance(100);
  progress.update(2);
  t.is(written.length, begun, 'a line that was begun is not wiped');
  stderr.write('ended\n');
  progress[Symbol.dispose]();
  stderr.write('over\n');
  t.deepEqual(written.slice(-3).map(plain), [`redrive  ${'░'.repeat(30)}    0 %  2/1,000 events`, '\n', 'over\n']);
});
