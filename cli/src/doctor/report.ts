import { redact } from '@weatherline/runtime';
import { wrapWords } from '../text-width.ts';
import type { Checked, Status } from './check.ts';

/** What `doctor --json` prints; these fields and words stay. */
export type Report = {
  readonly checks: readonly Checked[];
  /** The worst of them: `fail`, `warn` or `ok`. */
  readonly status: Exclude<Status, 'skipped'>;
};

export function reportOf(checks: readonly Checked[], secrets: readonly string[]): Report {
  const clean = checks.map(({ name, status, detail, fix }) => ({
    name,
    status,
    detail: redact(detail, secrets),
    fix: fix === null ? null : redact(fix, secrets),
  }));
  const has = (wanted: Status): boolean => clean.some(({ status }) => status === wanted);
  return { checks: clean, status: has('fail') ? 'fail' : has('warn') ? 'warn' : 'ok' };
}

const SIGNS = { ok: '✓', warn: '!', fail: '✗', skipped: '-' } as const satisfies Record<Status, string>;
/** Codes of the terminal: green, yellow, red, dim. */
const COLOURS = { ok: 32, warn: 33, fail: 31, skipped: 2 } as const satisfies Record<Status, number>;

/** Colour only where a person looks, and has not asked for none. */
export function wantsColour(isTerminal: boolean, env: Readonly<Record<string, string | undefined>>): boolean {
  return isTerminal && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
}

const NARROWEST = 24;

/** A line for each check, with what to do below it; the sign and the word say all that the colour says. */
export function textOf({ checks }: Report, isColoured: boolean, columns = Infinity): string {
  const width = Math.max(...checks.map(({ name }) => name.length));
  const indent = ' '.repeat('✗ skipped'.length + 2 + width + 2);
  const lines = checks.flatMap(({ name, status, detail, fix }) => {
    const word = `${SIGNS[status]} ${status.padEnd('skipped'.length)}`;
    const shown = isColoured ? `\u001B[${COLOURS[status]}m${word}\u001B[0m` : word;
    const said = [...detail.split('\n').map((line) => line.trim()), ...(fix === null ? [] : [`fix: ${fix}`])];
    const [first = '', ...below] = said.flatMap((line) =>
      wrapWords(line, Math.max(NARROWEST, columns - indent.length)),
    );
    return [`${shown}  ${name.padEnd(width)}  ${first}`, ...below.map((line) => `${indent}${line}`)];
  });
  return [...lines, '', summaryOf(checks)].join('\n');
}

function summaryOf(checks: readonly Checked[]): string {
  const count = (wanted: Status): number => checks.filter(({ status }) => status === wanted).length;
  return `${count('ok')} ok, ${count('warn')} to look at, ${count('fail')} failed, ${count('skipped')} skipped`;
}
