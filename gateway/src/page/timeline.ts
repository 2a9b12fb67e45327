import { slotInstant } from '@weatherline/events';
import type { Run, RunState } from '../store/runs.ts';
import { html, type Html } from './html.ts';
import { table } from './table.ts';
import type { PageModel } from './model.ts';
import { clockTime, counted } from './values.ts';

const STATES: Readonly<Record<RunState, readonly [mark: string, tone: string]>> = {
  complete: ['●', 'ok'],
  running: ['◔', 'late'],
  incomplete: ['◑', 'late'],
  missing: ['○', 'bad'],
};

/** A day of more slots than this is summed up: only what is not complete is listed. */
const MOST_MARKS = 24;

/** Every slot of the week, day by day; a slot that has nothing is there all the same. */
export function timeline({ runs }: PageModel): Html {
  const days = [...Map.groupBy(runs, ({ id }) => id.slice(0, 8))].toReversed();
  const isDense = days.some(([, ofDay]) => ofDay.length > MOST_MARKS);
  const rows = days.map(
    ([day, ofDay]) =>
      html`<tr>
        <th scope="row" class="when">${dayName(day)}</th>
        ${isDense ? html`<td>${summary(ofDay)}</td>` : ''}
        <td>
          <ul class="runs">
            ${isDense ? stretches(ofDay) : ofDay.map((run) => mark([run]))}
          </ul>
        </td>
      </tr>`,
  );
  const missing = runs.filter(({ state }) => state === 'missing').length;
  const listed = isDense ? '; listed are those that are not complete' : '';
  const said = `${counted(runs.length, 'slot')}, ${missing} missing${listed}`;
  const legend = Object.entries(STATES).map(
    ([word, [sign, tone]]) => html`<li><b class="${tone}">${sign}</b> ${word}</li>`,
  );
  return html`<h2>Runs of the last seven days</h2>
    ${table({ label: 'Runs of the last seven days', caption: said, rows })}
    <ul class="legend">
      ${legend}
    </ul>`;
}

function dayName(day: string): string {
  const date = new Date(`${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6, 8)}T00:00:00Z`);
  return date.toLocaleDateString('en-GB', { weekday: 'short', day: 'numeric', month: 'short', timeZone: 'UTC' });
}

/** `143 of 144, 1 missing`. */
function summary(runs: readonly Run[]): string {
  const counts = Map.groupBy(runs, ({ state }) => state);
  const others = [...counts].filter(([state]) => state !== 'complete');
  return [
    `${counts.get('complete')?.length ?? 0} of ${runs.length}`,
    ...others.map(([state, { length }]) => `${length} ${state}`),
  ].join(', ');
}

/** Neighbours of one state as one mark; more than a day can show are counted. */
function stretches(runs: readonly Run[]): Html[] {
  const found: Run[][] = [];
  let before: RunState = 'complete';
  for (const run of runs) {
    if (run.state !== 'complete') {
      if (run.state === before) found.at(-1)?.push(run);
      else found.push([run]);
    }
    before = run.state;
  }
  const rest = found.slice(MOST_MARKS).reduce((sum, { length }) => sum + length, 0);
  return [...found.slice(0, MOST_MARKS).map(mark), ...(rest === 0 ? [] : [html`<li>and ${rest} more</li>`])];
}

function mark(runs: readonly Run[]): Html {
  const [first] = runs;
  const last = runs.at(-1);
  if (first === undefined || last === undefined) return html``;
  const { id, state, slot } = first;
  const [sign, tone] = STATES[state];
  const time = runs.length === 1 ? timeOf(id) : `${timeOf(id)} to ${timeOf(last.id)}`;
  const parts = slot === undefined ? '' : `, ${slot.parts.length} of ${slot.expected} parts`;
  const at = slotInstant(id);
  const detail = runs.length === 1 ? parts : `, ${runs.length} slots`;
  const said = `${at === undefined ? id : clockTime(at)}: ${state}${detail}`;
  return html`<li>
    <a href="/v1/runs/${id}" title="${said}" aria-label="${said}"><b class="${tone}">${sign}</b> ${time}</a>
  </li>`;
}

function timeOf(id: string): string {
  return `${id.slice(9, 11)}:${id.slice(11, 13)}`;
}
