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
      host.stderr.write(`${text}\n`);
    },
    result: (result, text) => print(json ? JSON.stringify(result, null, 2) : text(result)),
  };
}

/** Columns padded to their widest cell; numbers to the right. */
export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const widths = head.map((title, at) => Math.max(title.length, ...rows.map((row) => String(row[at] ?? '').length)));
  const line = (cells: readonly (string | number)[]): string =>
    cells
      .map((cell, at) => {
        const width = widths[at] ?? 0;
        return typeof cell === 'number' ? String(cell).padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  return [line(head), ...rows.map(line)].join('\n');
}
