import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from '@cdktn/hcl2json';
import test from 'ava';
import fc from 'fast-check';
import { ROOT } from '../manifests/render.ts';
import { parseTfvars, TfvarsError, type Literal } from '../../infra/cost/tfvars.ts';

test('literals of every kind are read, comments and line ends aside', (t) => {
  const text = `
    # a comment
    name    = "a \\"quoted\\" text" // another
    count   = 3
    share   = -0.5
    on      = true
    nothing = null
    list    = [
      "a", # one
      "b",
    ]
    /* a block
       of lines */
    object = { one = 1, "two.three" = [true, false], empty = {} }
    nested = {
      deep = { x = [] }
    }
  `;
  t.deepEqual(parseTfvars(text), {
    name: 'a "quoted" text',
    count: 3,
    share: -0.5,
    on: true,
    nothing: null,
    list: ['a', 'b'],
    object: { one: 1, 'two.three': [true, false], empty: {} },
    nested: { deep: { x: [] } },
  });
});

const WRONG: readonly [string, string, RegExp][] = [
  ['a reference', 'a = var.b', /line 1: expected a literal, got \.b/],
  ['a call', 'a = 1\nb = max(1, 2)', /line 2: expected a literal, got/],
  ['a template', 'a = "x-${b}"', /line 1: expected a text without a template/],
  ['a heredoc', 'a = <<END\nx\nEND', /line 1: expected a literal, got <<END/],
  ['a name that stands twice', 'a = 1\na = 2', /line 2: expected a once, got it again/],
  ['a value that is missing', 'a =\nb = 1', /line 1: expected a literal, got "\\n"/],
  ['an object that does not end', 'a = {', /expected a name, got the end/],
  ['a list that does not end', 'a = [1,', /expected a literal, got the end/],
];

for (const [what, text, message] of WRONG) {
  test(`${what} is refused with its line`, (t) => {
    t.throws(() => parseTfvars(text), { instanceOf: TfvarsError, message });
  });
}

const NAME = fc.stringMatching(/^[a-z_][a-z0-9_-]{0,8}$/).filter((name) => !['true', 'false', 'null'].includes(name));
const TEXT = fc.string({ maxLength: 12 }).filter((text) => !/[$%]\{/.test(text));

const { value } = fc.letrec<{ value: Literal }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    TEXT,
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(NAME, tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
}));

/** As somebody would write it, with ends of lines or commas between members. */
function written(one: Literal, end: string): string {
  if (Array.isArray(one)) return `[${one.map((item: Literal) => written(item, end)).join(', ')}]`;
  if (typeof one !== 'object' || one === null) return JSON.stringify(one);
  return `{${Object.entries(one)
    .map(([name, inner]) => `${end}${name} = ${written(inner, end)}`)
    .join(end === '\n' ? '' : ',')}${end}}`;
}

test('what is written in HCL is read as what it was written from', (t) => {
  fc.assert(
    fc.property(fc.dictionary(NAME, value, { noNullPrototype: true }), fc.constantFrom('\n', ' '), (all, end) => {
      const text = Object.entries(all)
        .map(([name, one]) => `${name} = ${written(one, end)}`)
        .join('\n');
      t.deepEqual(parseTfvars(text), all);
    }),
  );
  t.pass();
});

test("every terraform.tfvars of ours is read as HashiCorp's parser reads it", async (t) => {
  const paths = globSync('infra/environments/**/*.tfvars', { cwd: ROOT, exclude: (name) => name === '.terraform' });
  t.true(paths.length >= 5);
  for (const path of paths) {
    const text = readFileSync(join(ROOT, path), 'utf8');
    t.deepEqual(parseTfvars(text), await parse(path, text), path);
  }
});
