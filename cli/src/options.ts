import { InvalidArgumentError, Option, type Command } from 'commander';
import { duration } from '@weatherline/runtime';
import type { Output } from './output.ts';

/** What a command is told by the tree that it hangs in. */
export type Tools = {
  readonly output: () => Output;
  readonly run: <Args extends readonly unknown[]>(
    action: (...args: Args) => number | Promise<number>,
  ) => (...args: Args) => Promise<void>;
};

export const data = (): Option => new Option('--data <dir>', 'the data directory').default('./.weatherline');

export const timeout = (): Option =>
  new Option('--timeout <duration>', 'give up after this long').default('10m').argParser((text) => {
    try {
      duration(text);
    } catch (error) {
      throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
    }
    return text;
  });

export const limit = (most = 20): Option =>
  new Option('--limit <n>', 'how many at most').default(most).argParser((text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('expected a whole number of 1 or more');
    return value;
  });

/** Examples at the end of a command's help. */
export function examples(command: Command, ...lines: readonly string[]): Command {
  const shown = lines.map((line) => `  weatherline ${line}`).join('\n');
  return command.addHelpText('after', `\n${lines.length === 1 ? 'Example' : 'Examples'}:\n${shown}`);
}
