import { InvalidArgumentError, Option } from 'commander';
import { duration } from '@weatherline/runtime';
import type { Output } from './output.ts';

export { examples } from './help.ts';

/** What a command is told by the tree that it hangs in. */
export type Tools = {
  readonly output: () => Output;
  readonly run: <Args extends readonly unknown[]>(
    action: (...args: Args) => number | Promise<number>,
  ) => (...args: Args) => Promise<void>;
};

export const DEFAULT_DATA = './.weatherline';

export const data = (): Option => new Option('--data <dir>', 'the data directory').default(DEFAULT_DATA);

export const timeout = (says = 'give up after this long'): Option =>
  new Option('--timeout <duration>', says).default('10m').argParser((text) => {
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

const RATE = /^([1-9]\d{0,8})\/([sm])$/;

/** How much a second or a minute: `10/s`, `60/m`. Its value is an amount a second. */
export const rate = (says: string): Option =>
  new Option('--rate <rate>', says).argParser((text) => {
    const [, amount, per] = RATE.exec(text) ?? [];
    if (amount === undefined) throw new InvalidArgumentError('expected a rate such as 10/s or 60/m');
    return Number(amount) / (per === 'm' ? 60 : 1);
  });
