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

type Terminal = {
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean };
};

/** Asks a person at a terminal; where there is none, `--yes` must have been given. */
export async function confirm({ about, answer, yes }: Question, host: Terminal): Promise<void> {
  if (yes) return;
  if (host.stdin.isTTY !== true || host.stderr.isTTY !== true) {
    throw new Failure(EXIT.usage, `${about} Nobody can be asked here: add --yes, or --dry-run to see what it means`);
  }
  const asking = createInterface({ input: host.stdin, output: host.stderr });
  const left = new AbortController();
  // Ctrl-C and Ctrl-D close the question; without this it would wait for ever.
  asking.once('close', () => left.abort());
  try {
    const typed = await asking.question(`${about} Type ${answer} to go on: `, { signal: left.signal });
    if (typed.trim() !== answer) throw new Failure(EXIT.failed, 'nothing was changed');
  } catch (cause) {
    if (!left.signal.aborted) throw cause;
    throw new Failure(EXIT.interrupted, 'nothing was changed', { cause });
  } finally {
    asking.close();
  }
}
