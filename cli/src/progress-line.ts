import { textWidth, widthCut } from './text-width.ts';

/** How far long work is; a rate and a time are told when they are known. */
export type State = {
  readonly label: string;
  readonly unit: string;
  readonly done: number;
  readonly total: number;
  /** Of the unit, a second. */
  readonly rate: number | undefined;
  readonly note: string;
};

const LONGEST_BAR = 30;
const SHORTEST_BAR = 5;
const BAR_BESIDE_NOTE = 8;
/** Beyond this nobody waits, and the estimate is worth nothing. */
const MOST_LEFT_S = 99 * 86_400;

/** 0 to 100; 100 only at the end. Of nothing everything is done. */
export function percentOf({ done, total }: Pick<State, 'done' | 'total'>): number {
  return total <= 0 ? 100 : Math.min(100, Math.floor((done / total) * 100));
}

/** One line no wider than `columns`: what matters least goes first when it gets narrow. */
export function barLine(state: State, columns: number, paint: (bar: string) => string): string {
  const { label, unit, done, total, rate, note } = state;
  const counts = `${count(done)}/${count(total)}`;
  const fixed = [label, `${String(percentOf(state)).padStart(3)} %`, counts];
  const fits = (cells: readonly string[]): number => columns - textWidth(cells.join('  '));
  const more = [timeLeft(state), unit, rate === undefined ? '' : `${rateText(rate)}/s`];
  const shown = more.map(() => '');
  for (const [at, text] of more.entries()) {
    const tried = [...fixed, ...shown.filter(Boolean), text];
    if (text !== '' && fits(tried) >= SHORTEST_BAR + 2) shown[at] = text;
  }
  const [left = '', unitText = '', speed = ''] = shown;
  const [first = '', percent = ''] = fixed;
  const after = [percent, unitText === '' ? counts : `${counts} ${unitText}`, speed, left].filter(Boolean).join('  ');
  const room = columns - textWidth(`${first}    ${after}`);
  if (room < SHORTEST_BAR) return widthCut(`${first}  ${after}`, columns);
  // Whoever waits wants to know for what: a note takes the room of the bar.
  const spare = note === '' ? room : Math.max(Math.min(room, BAR_BESIDE_NOTE), room - 2 - textWidth(note));
  const bar = Math.min(LONGEST_BAR, spare);
  const filled = total <= 0 ? bar : Math.floor(Math.min(1, done / total) * bar);
  const line = `${first}  ${paint('█'.repeat(filled))}${'░'.repeat(bar - filled)}  ${after}`;
  const forNote = room - bar - 2;
  return note === '' || forNote < SHORTEST_BAR ? line : `${line}  ${widthCut(note, forNote)}`;
}

/** The same in words, for a log. */
export function plainProgress(state: State): string {
  const { label, unit, done, total, rate, note } = state;
  return [
    `${label}: ${percentOf(state)} %`,
    `${count(done)} of ${count(total)} ${unit}`,
    rate === undefined ? '' : `${rateText(rate)}/s`,
    timeLeft(state),
    note,
  ]
    .filter(Boolean)
    .join(', ');
}

function timeLeft({ done, total, rate = 0 }: State): string {
  const seconds = Math.ceil((total - done) / rate);
  return rate > 0 && seconds > 0 && seconds <= MOST_LEFT_S ? `${spanText(seconds)} left` : '';
}

/** `8 s`, `3 min 20 s`, `2 h 5 min`, `4 d 3 h`: the two largest units. */
export function spanText(seconds: number): string {
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ] as const;
  const first = parts.findIndex(([amount]) => amount > 0);
  if (first === -1) return '0 s';
  const two = parts.slice(first, first + 2).filter(([amount]) => amount > 0);
  return two.map(([amount, name]) => `${amount} ${name}`).join(' ');
}

const WHOLE = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const SHORT = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
const LONGEST_WHOLE = 1e9;

function count(value: number): string {
  return (value < LONGEST_WHOLE ? WHOLE : SHORT).format(value);
}

function rateText(rate: number): string {
  return rate < 10 ? rate.toFixed(1) : count(rate);
}
