import { styleText } from 'node:util';
import type { RunState, StageShown } from '../results/runs.ts';

export type Mood = 'good' | 'bad' | 'open' | 'quiet' | 'strong';

/** Colours a text, or leaves it as it is where nobody sees colours. */
export type Paint = (mood: Mood, text: string) => string;

const COLOURS = { good: 'green', bad: 'red', open: 'yellow', quiet: 'dim', strong: 'bold' } as const;

/** Colours for a terminal; none in files and pipes, and none with NO_COLOR or TERM=dumb. */
export function painter({ stdout, env }: NodeJS.Process): Paint {
  const plain = !stdout.isTTY || Boolean(env['NO_COLOR']) || env['TERM'] === 'dumb';
  if (plain) return (_mood, text) => text;
  return (mood, text) => styleText(COLOURS[mood], text, { validateStream: false });
}

export const noPaint: Paint = (_mood, text) => text;

const MOODS = {
  complete: 'good',
  done: 'good',
  partial: 'open',
  open: 'open',
  waiting: 'open',
  missing: 'open',
  failed: 'bad',
  dead_letter: 'bad',
  not_reached: 'quiet',
} as const satisfies Record<RunState | StageShown['state'], Mood>;

export function moodOf(state: RunState | StageShown['state']): Mood {
  return MOODS[state];
}
