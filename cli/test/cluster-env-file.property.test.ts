import test from 'ava';
import fc from 'fast-check';
import { differencesOf, diffLines, EnvFileError, parseEnvFile, renderEnvFile } from '../src/cluster-config/env-file.ts';
import { KEYS } from '../src/cluster-config/keys.ts';
import { CONFIG } from './support/cluster-outputs.ts';

const NAMES = KEYS.map(({ name }) => name);
/** One line each: what outputs may be is stricter still. */
const text = fc.stringMatching(/^[!-~]([ -~]{0,30}[!-~])?$/);
const values = fc
  .dictionary(fc.constantFrom(...NAMES), text, { noNullPrototype: true })
  .map((all) => new Map(Object.entries(all)));
const noise = fc.constantFrom('', '# a comment', '  # another=one', '   ');

/** A file that somebody has kept by hand: names in any order, comments and blanks between them, either end of line. */
const file = fc
  .tuple(
    values,
    fc.array(fc.tuple(noise, fc.nat())),
    fc.boolean(),
    fc.constantFrom('\n', '\r\n'),
    fc.infiniteStream(fc.nat()),
  )
  .map(([all, comments, isEnded, end, shuffle]) => {
    const lines = [...all].map(([key, value]): [string, number] => [`${key}=${value}`, shuffle.next().value ?? 0]);
    const mixed = [...lines, ...comments].toSorted(([, one], [, two]) => one - two).map(([line]) => line);
    return mixed.join(end) + (isEnded ? end : '');
  });

test('a file that is written is read as the values that it was written from', (t) => {
  fc.assert(
    fc.property(file, values, (before, wanted) => {
      const after = renderEnvFile(before, wanted);
      t.deepEqual(new Map([...parseEnvFile(after)].toSorted()), new Map([...wanted].toSorted()));
      t.is(renderEnvFile(after, wanted), after, 'a second time nothing changes');
    }),
  );
  t.pass();
});

test('comments stay, and so does the order of names that stay', (t) => {
  const commentsOf = (whole: string): string[] => whole.split(/\r?\n/).filter((line) => /^\s*#/.test(line));
  fc.assert(
    fc.property(file, values, (before, wanted) => {
      const after = renderEnvFile(before, wanted);
      t.deepEqual(commentsOf(after), commentsOf(before));
      const staying = [...parseEnvFile(before).keys()].filter((key) => wanted.has(key));
      t.deepEqual([...parseEnvFile(after).keys()].slice(0, staying.length), staying);
    }),
  );
  t.pass();
});

test('differences lead from one file to the other', (t) => {
  fc.assert(
    fc.property(values, values, (from, to) => {
      const made = new Map(from);
      for (const difference of differencesOf(from, to)) {
        if (difference.to === undefined) made.delete(difference.key);
        else made.set(difference.key, difference.to);
      }
      t.deepEqual(new Map([...made].toSorted()), new Map([...to].toSorted()));
      t.deepEqual(differencesOf(to, to), []);
    }),
  );
  t.pass();
});

test('a new file has a header, and names in the order of the table', (t) => {
  const made = renderEnvFile(undefined, new Map(Object.entries(CONFIG).toReversed()));
  t.regex(made, /^# Where dev is: .*\nENVIRONMENT=dev\n/);
  t.deepEqual(
    [...parseEnvFile(made).keys()],
    NAMES.filter((name) => name !== 'MSK_BROKERS'),
  );
});

test('a line that Kustomize would read from its own environment is refused, and so is a name that stands twice', (t) => {
  t.throws(() => parseEnvFile('# x\nBUCKET\n'), {
    instanceOf: EnvFileError,
    message: 'line 2: expected KEY=value, got BUCKET',
  });
  t.throws(() => parseEnvFile('A=1\nA=2'), {
    instanceOf: EnvFileError,
    message: 'line 2: expected each name once, got A again',
  });
});

test('differences are shown as diff shows them', (t) => {
  const lines = diffLines(
    differencesOf(
      new Map([
        ['A', '1'],
        ['B', '2'],
      ]),
      new Map([
        ['B', '3'],
        ['C', '4'],
      ]),
    ),
  );
  t.deepEqual(lines, ['-A=1', '-B=2', '+B=3', '+C=4']);
});
