import test from 'ava';
import { columnsOf, table } from '../src/output.ts';
import { packed, textWidth, wrapText, wrapWords } from '../src/text-width.ts';

const HEAD = ['NAME', 'COUNT', 'MEANING'];
const ROWS = [
  ['one', 1, 'what it is for, in some words'],
  ['東京', 20, 'short'],
];

test('columns are as wide as their widest cell, numbers to the right', (t) => {
  t.is(
    table(HEAD, ROWS, { columns: 80 }),
    ['NAME  COUNT  MEANING', 'one       1  what it is for, in some words', '東京     20  short'].join('\n'),
  );
});

test('where it is too wide the last column is wrapped in its place', (t) => {
  t.is(
    table(HEAD, ROWS, { columns: 38 }),
    [
      'NAME  COUNT  MEANING',
      'one       1  what it is for, in some',
      `${' '.repeat(13)}words`,
      '東京     20  short',
    ].join('\n'),
  );
});

test('spare columns go before anything is wrapped, in their order', (t) => {
  const spare = ['COUNT', 'MEANING'];
  t.is(table(HEAD, ROWS, { columns: 36, spare }).split('\n')[0], 'NAME  MEANING');
  t.is(table(HEAD, ROWS, { columns: 20, spare }), 'NAME\none\n東京');
});

test('where nothing helps cells go on below, and no word is cut', (t) => {
  const text = table(['ID', 'WHY', 'COUNT'], [['a-long-id/0/1', 'SOME_LONG_CODE', 7]], { columns: 24 });
  t.is(text, ['ID', '  WHY             COUNT', 'a-long-id/0/1', '  SOME_LONG_CODE      7'].join('\n'));
  for (const line of packed(['one', 'two words here and more of them', 'x'], 20).split('\n')) t.true(line.length <= 20);
});

test('words are wrapped between them, indented lines keep their indentation', (t) => {
  t.deepEqual(wrapWords('one two three', 7), ['one two', 'three']);
  t.deepEqual(wrapWords('unbreakable it is', 6), ['unbreakable', 'it is']);
  t.is(wrapText('weatherline: bad\n  one two three', 9), 'weatherline:\nbad\n  one two\n  three');
  t.is(wrapText('asked      4 parts,  free', 18), 'asked      4\n           parts,\n           free');
  t.is(wrapText('failed     one  why', 20), 'failed     one  why');
  t.is(textWidth('one'), 3);
  t.is(textWidth('\u001b[31mone\u001b[39m'), 3);
});

test('only a terminal bounds a line', (t) => {
  t.is(columnsOf({ columns: 10 }), Infinity);
  t.is(columnsOf({ isTTY: true }), 80);
  t.is(columnsOf({ isTTY: true, columns: 120 }), 120);
});
