import test from 'ava';
import { helpOf, leavesOf } from '../src/help.ts';
import { program } from '../src/program.ts';
import { NO_RESULT, RESULTS } from '../src/results/index.ts';

/** Those that are still to get their examples and schemas. */
const LEAVES = leavesOf(program());

test('every command says what it does, what its words and options mean, and gives an example', (t) => {
  t.true(LEAVES.length > 15);
  for (const { path, command } of LEAVES) {
    t.not(command.description(), '', path);
    for (const { flags, description } of command.options) t.not(description, '', `${path} ${flags}`);
    for (const argument of command.registeredArguments) {
      t.not(argument.description, '', `${path} ${argument.name()}`);
    }
    t.not(helpOf(command).examples.length, 0, path);
  }
});

test('every example calls the command in whose help it stands, and fits into 80 columns', (t) => {
  for (const { path, command } of LEAVES) {
    for (const example of helpOf(command).examples) {
      t.true(example.includes(`weatherline ${path}`), example);
      t.true(example.length <= 78, example);
    }
  }
});

test('every command that prints JSON has a schema for it, and every schema a command', (t) => {
  const paths = LEAVES.map(({ path }) => path);
  for (const path of paths) t.true(RESULTS.has(path) || NO_RESULT.has(path), `${path} has no schema`);
  for (const name of RESULTS.keys()) {
    const [path = '', ...flags] = name.split(' --');
    const leaf = LEAVES.find((one) => one.path === path);
    t.not(leaf, undefined, name);
    for (const flag of flags)
      t.true(
        leaf?.command.options.some(({ long }) => long === `--${flag}`),
        name,
      );
  }
});

test('a field is named in snake_case, in every result', (t) => {
  const visit = (schema: unknown, at: string): void => {
    if (typeof schema !== 'object' || schema === null) return;
    if ('entries' in schema && typeof schema.entries === 'object' && schema.entries !== null) {
      for (const [name, entry] of Object.entries(schema.entries)) {
        t.regex(name, /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/, at);
        visit(entry, `${at}.${name}`);
      }
    }
    for (const key of ['item', 'wrapped'] as const) if (key in schema) visit(Reflect.get(schema, key), at);
    for (const key of ['options', 'pipe'] as const) {
      const inner: unknown = Reflect.get(schema, key);
      if (Array.isArray(inner)) for (const one of inner) if (one !== schema) visit(one, at);
    }
  };
  for (const [name, schema] of RESULTS) visit(schema, name);
});
