import { packed, textWidth, wrapText, wrapWords } from './text-width.ts';

/** Where a command's result goes: data to stdout, words to stderr. */
export type Output = {
  readonly json: boolean;
  /** Writes the result: JSON as it is, or what `text` makes of it for people. */
  readonly result: <Result>(result: Result, text: (result: Result) => string) => void;
  readonly print: (line: string) => void;
  readonly say: (text: string) => void;
};

export function createOutput(json: boolean, host: NodeJS.Process): Output {
  // A reader that has seen enough (head, say) is no error.
  host.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') host.exit(0);
    throw error;
  });
  const print = (line: string): void => {
    host.stdout.write(`${line}\n`);
  };
  return {
    json,
    print,
    say: (text) => {
      host.stderr.write(`${wrapText(text, columnsOf(host.stderr))}\n`);
    },
    result: (result, text) =>
      print(json ? JSON.stringify(result, null, 2) : wrapText(text(result), columnsOf(host.stdout))),
  };
}

type Cell = string | number;
type Rows = readonly (readonly Cell[])[];

export type Fit = {
  /** Default: those of the terminal; elsewhere there is no bound. */
  readonly columns?: number;
  /** Titles of what is left out, in this order, where it gets too wide. */
  readonly spare?: readonly string[];
};

/** How wide a line may be: where nobody looks, as wide as it likes. */
export function columnsOf(stream: { readonly isTTY?: boolean; readonly columns?: number }): number {
  return stream.isTTY === true ? Math.max(20, stream.columns ?? 80) : Infinity;
}

/**
 * Columns padded to their widest cell; numbers to the right.
 *
 * What is too wide for a terminal loses its spare columns; then its last one is wrapped in its place, and where even
 * that is no help, cells go on below, indented.
 */
export function table(head: readonly string[], rows: Rows, fit: Fit = {}): string {
  const { columns = columnsOf(process.stdout), spare = [] } = fit;
  const all = [head, ...rows];
  const widths = head.map((_, at) => Math.max(...all.map((row) => textWidth(String(row[at] ?? '')))));
  const whole = sum(widths) + GAP * (widths.length - 1);
  const [first, ...others] = spare;
  if (whole > columns && first !== undefined) {
    const gone = head.indexOf(first);
    const without = <Item>(items: readonly Item[]): Item[] => items.filter((_, at) => at !== gone);
    return table(without(head), rows.map(without), { columns, spare: others });
  }
  const padded = all.map((row) => row.map((cell, at) => pad(cell, widths[at] ?? 0)));
  const room = columns - (whole - (widths.at(-1) ?? 0));
  if (whole <= columns || (room >= NARROWEST && rows.every((row) => typeof row.at(-1) === 'string'))) {
    return padded.map((row) => wrapLast(row, room)).join('\n');
  }
  return padded.map((row) => packed(row, columns)).join('\n');
}

const GAP = 2;
/** Narrower than this a column of words is no pleasure. */
const NARROWEST = 24;

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0);
}

function pad(cell: Cell, width: number): string {
  const blanks = ' '.repeat(Math.max(0, width - textWidth(String(cell))));
  return typeof cell === 'number' ? `${blanks}${cell}` : `${cell}${blanks}`;
}

function wrapLast(row: readonly string[], room: number): string {
  const before = row.slice(0, -1).join('  ');
  const lines = wrapWords(row.at(-1) ?? '', room);
  const indent = ' '.repeat(before === '' ? 0 : textWidth(before) + GAP);
  return lines.map((line, at) => `${at === 0 && before !== '' ? `${before}  ` : indent}${line}`.trimEnd()).join('\n');
}
