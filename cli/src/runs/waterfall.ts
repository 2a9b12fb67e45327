import { plainLine } from '../plain-text.ts';
import type { PassShown, StageShown } from '../results/runs.ts';
import { moodOf, type Paint } from './paint.ts';
import { indexOf } from './run-letters.ts';
import { durationText } from './time-text.ts';

const WORK = '█';
const WAIT = '░';
const GAVE_UP = '✗';
const ASKED = '▏';
const LEAST_BAR = 10;
const NARROWEST = 60;
/** Above this only the parts that took longest are drawn. */
export const MOST_PARTS_DRAWN = 20;
const DRAWN_OF_MANY = 10;

type Part = PassShown['parts'][number];

/** One row for each part and stage, with bars on a common axis; as wide as the terminal, where that is wide enough. */
export function waterfall(pass: PassShown, width: number, paint: Paint): string[] {
  const { drawn, left } = chosen(pass.parts);
  const rows = drawn.flatMap((part) => part.stages.map((stage, at) => ({ part, stage, before: part.stages[at - 1] })));
  const cells = rows.map(({ part, stage, before }) => cellsOf(part, stage, before === undefined));
  const widths = HEAD.map((title, at) => Math.max(title.length, ...cells.map((row) => row[at]?.length ?? 0)));
  const words = widths.reduce((sum, one) => sum + one + 2, 0);
  const room = Math.max(LEAST_BAR, Math.max(width, NARROWEST) - words);
  const axis = axisOf(pass, room);
  return [
    paint('quiet', `${padded(HEAD, widths)}${axis.head}`.trimEnd()),
    ...rows.map(({ stage, before }, at) => {
      const [part = '', name = '', waited = '', took = '', state = ''] = paddedCells(cells[at] ?? [], widths);
      const texts = [part, name, waited, took, paint(moodOf(stage.state), state)];
      return `${texts.join('')}${barOf({ stage, before }, axis, paint)}`.trimEnd();
    }),
    ...(left.length === 0 ? [] : [summaryOf(left)]),
    ...sumLines(pass, widths),
  ];
}

const HEAD = ['PART', 'STAGE', 'WAITED', 'TOOK', 'STATE'];
const TO_THE_RIGHT: ReadonlySet<number> = new Set([2, 3]);

function cellsOf({ part, outcome }: Part, stage: StageShown, isFirst: boolean): string[] {
  const count = Number(part.slice(-5));
  return [
    isFirst ? `${indexOf(part)}/${count}` : '',
    stage.stage,
    stage.waited_ms === null ? '' : durationText(stage.waited_ms),
    stage.duration_ms === null ? '' : durationText(stage.duration_ms),
    stateText(stage, outcome),
  ];
}

function stateText({ stage, state, attempts, times }: StageShown, outcome: string | null): string {
  const tries = attempts !== null && attempts > 1 ? `, ${attempts} tries` : '';
  // Of what upload did there is more to say.
  const word =
    stage === 'upload' && state === 'done' && outcome !== null ? plainLine(outcome, 20) : state.replace('_', ' ');
  return `${word}${tries}${times > 1 ? `, ${times} times` : ''}`;
}

function paddedCells(cells: readonly string[], widths: readonly number[]): string[] {
  return widths.map((width, at) => {
    const text = cells[at] ?? '';
    return `${TO_THE_RIGHT.has(at) ? text.padStart(width) : text.padEnd(width)}  `;
  });
}

function padded(cells: readonly string[], widths: readonly number[]): string {
  return paddedCells(cells, widths).join('');
}

/** The parts that are worth a look: all of a few; of many those that are not done, then those that took longest. */
export function chosen(parts: readonly Part[]): { readonly drawn: readonly Part[]; readonly left: readonly Part[] } {
  if (parts.length <= MOST_PARTS_DRAWN) return { drawn: parts, left: [] };
  const ranked = parts.toSorted(
    (one, other) => weightOf(other) - weightOf(one) || indexOf(one.part) - indexOf(other.part),
  );
  return {
    drawn: ranked.slice(0, DRAWN_OF_MANY).toSorted((one, other) => indexOf(one.part) - indexOf(other.part)),
    left: ranked.slice(DRAWN_OF_MANY),
  };
}

function weightOf(part: Part): number {
  return isDone(part) ? spanOf(part) : Infinity;
}

function isDone({ stages }: Part): boolean {
  return stages.every(({ state }) => state === 'done');
}

/** From the first instant of a part to its last. */
export function spanOf({ stages }: Part): number {
  const known = stages
    .flatMap(({ started_at: from, ended_at: to }) => [from, to])
    .flatMap((instant) => (instant === null ? [] : [Date.parse(instant)]));
  return known.length === 0 ? 0 : Math.max(...known) - Math.min(...known);
}

function summaryOf(left: readonly Part[]): string {
  const spans = left.map(spanOf).toSorted((one, other) => one - other);
  const median = spans[Math.floor(spans.length / 2)] ?? 0;
  const undone = left.filter((part) => !isDone(part)).length;
  const others = undone === 0 ? 'all done' : `${undone} not done`;
  const [fastest = 0, slowest = 0] = [spans[0], spans.at(-1)];
  const range = `${durationText(fastest)} to ${durationText(slowest)}, median ${durationText(median)}`;
  return `and ${left.length} parts more: ${others}, ${range}`;
}

type Axis = { readonly from: number; readonly span: number; readonly cells: number; readonly head: string };

function axisOf({ started_at: from, duration_ms: span }: PassShown, cells: number): Axis {
  const end = span === null ? '' : durationText(span);
  const head = from === null ? '' : `0${end.padStart(cells - 1)}`;
  return { from: from === null ? 0 : Date.parse(from), span: span ?? 0, cells, head };
}

/** The cell that an instant lies in. */
function cellOf(instant: number, { from, span, cells }: Axis): number {
  if (span <= 0) return 0;
  return Math.min(cells - 1, Math.max(0, Math.floor(((instant - from) / span) * cells)));
}

type Row = { readonly stage: StageShown; readonly before: StageShown | undefined };

function barOf({ stage, before }: Row, axis: Axis, paint: Paint): string {
  const { started_at: startedAt, ended_at: endedAt, duration_ms: took, state } = stage;
  if (endedAt === null) return '';
  const end = Date.parse(endedAt);
  const start = startedAt === null ? end : Date.parse(startedAt);
  const work = cellOf(start, axis);
  const first = Math.min(work, before?.ended_at ? cellOf(Date.parse(before.ended_at), axis) : work);
  // An instant on a cell's border belongs to the cell before it, once anything was drawn.
  const last = Math.max(work, cellOf(end - axis.span / axis.cells / 1000, axis));
  const mark = state === 'dead_letter' ? GAVE_UP : took === null ? ASKED : WORK.repeat(last - work + 1);
  return `${' '.repeat(first)}${paint('quiet', WAIT.repeat(work - first))}${paint(moodOf(state), mark)}`;
}

function sumLines({ sums, parts }: PassShown, widths: readonly number[]): string[] {
  if (parts.length < 2) return [];
  return sums.map(({ stage, waited_ms: waited, duration_ms: took }, at) =>
    padded([at === 0 ? 'sum' : '', stage, durationText(waited), durationText(took)], widths).trimEnd(),
  );
}
