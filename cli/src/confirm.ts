import { createInterface } from 'node:readline/promises';
import { EXIT } from '@weatherline/runtime';
import { Failure } from './failure.ts';

export type Question = {
  /** What will be done, as a sentence. */
  readonly about: string;
  /** What must be typed for it. */
  readonly answer: string;
  /** The option `--yes` was given: nothing is asked. */
  readonly yes: boolean;
};

/** Asks a person at a terminal; where there is none, `--yes` must have been given. */
export async function confirm({ about, answer, yes }: Question, host: NodeJS.Process): Promise<void> {
  if (yes) return;
  if (!host.stdin.isTTY || !host.stderr.isTTY) {
    throw new Failure(EXIT.usage, `${about} Nobody can be asked here: add --yes, or --dry-run to see what it means`);
  }
  const asking = createInterface({ input: host.stdin, output: host.stderr });
  try {
    const typed = await asking.question(`${about} Type ${answer} to go on: `);
    if (typed.trim() !== answer) throw new Failure(EXIT.failed, 'nothing was changed');
  } finally {
    asking.close();
  }
}
