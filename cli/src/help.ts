import { EXIT } from '@weatherline/runtime';
import { Help as Layout, type Command } from 'commander';

/** What stands below a command's options; the reference prints it and the tests run its examples. */
export type Help = {
  readonly notes: readonly string[];
  /** Whole command lines, each with what it is for where that is not plain. */
  readonly examples: readonly string[];
  /** Exit codes besides 0, 1 and 2, and what they mean here. */
  readonly exits: ReadonlyMap<number, string>;
};

/** Longer lines are hard to read, however wide the terminal is. */
const COLUMNS = 80;
const HELP = new WeakMap<Command, Help>();
const NOTHING: Help = { notes: [], examples: [], exits: new Map() };

export function helpOf(command: Command): Help {
  return HELP.get(command) ?? NOTHING;
}

function add(command: Command, more: Partial<Help>): Command {
  if (!HELP.has(command)) command.addHelpText('after', () => textOf(helpOf(command)));
  HELP.set(command, { ...helpOf(command), ...more });
  return command;
}

/** Paragraphs of explanation before the examples. */
export function notes(command: Command, ...paragraphs: readonly string[]): Command {
  return add(command, { notes: [...helpOf(command).notes, ...paragraphs] });
}

/** Examples: what follows the word weatherline; or a whole command line after `$ `. */
export function examples(command: Command, ...lines: readonly string[]): Command {
  const whole = lines.map((line) => (line.startsWith('$ ') ? line.slice(2) : `weatherline ${line}`));
  return add(command, { examples: [...helpOf(command).examples, ...whole] });
}

/** Exit codes of this command besides 0, 1 and 2. */
export function exits(command: Command, meanings: Readonly<Record<number, string>>): Command {
  const more = Object.entries(meanings).map(([code, meaning]): [number, string] => [Number(code), meaning]);
  return add(command, { exits: new Map([...helpOf(command).exits, ...more].toSorted(([one], [two]) => one - two)) });
}

/** Those of a command that opens an installation, on Kafka or in a data directory. */
export const INSTALLATION_EXITS: Readonly<Record<number, string>> = {
  [EXIT.notFound]: 'there is no data directory, or no such topic on the brokers',
  [EXIT.auth]: 'the brokers or the bucket refuse these credentials',
  [EXIT.unreachable]: 'the brokers, the bucket or the owner of the directory do not answer',
  [EXIT.configuration]: 'a setting is wrong; the message names each',
};

export type Leaf = { readonly path: string; readonly command: Command };

/** Every command that does something, by the words that lead to it. */
export function leavesOf(command: Command, path: readonly string[] = []): Leaf[] {
  if (command.commands.length === 0) return [{ path: path.join(' '), command }];
  return command.commands.flatMap((child) => leavesOf(child, [...path, child.name()]));
}

/** What the codes mean everywhere. */
export const EXIT_MEANINGS: Readonly<Record<number, string>> = {
  [EXIT.ok]: 'done',
  [EXIT.failed]: 'failed',
  [EXIT.usage]: 'a word or an option is wrong',
  [EXIT.notFound]: 'not found',
  [EXIT.auth]: 'credentials are refused',
  [EXIT.unreachable]: 'somebody does not answer',
  [EXIT.conflict]: 'it contradicts what there is',
  [EXIT.partial]: 'only a part was done',
  [EXIT.timeout]: 'its time was up',
  [EXIT.unhealthy]: 'something is not as it should be',
  [EXIT.configuration]: 'a setting is wrong',
  [EXIT.interrupted]: 'interrupted by Ctrl-C; nothing that was stored is lost',
};

function textOf(help: Help): string {
  const layout = new Layout();
  const width = Math.min(process.stdout.columns ?? COLUMNS, COLUMNS);
  const codes = [...help.exits].map(([code, meaning]) => `  ${String(code).padEnd(3)}  ${meaning}`);
  const codesTitle = help.exits.has(EXIT.ok) ? 'Exit codes:' : 'Exit codes besides 0 done, 1 failed and 2 wrong usage:';
  return [
    ...help.notes.flatMap((paragraph) => ['', layout.boxWrap(paragraph, width)]),
    ...(help.examples.length === 0
      ? []
      : ['', help.examples.length === 1 ? 'Example:' : 'Examples:', ...help.examples.map((line) => `  ${line}`)]),
    ...(codes.length === 0 ? [] : ['', codesTitle, ...codes]),
  ].join('\n');
}
