import { slotInstant } from '@weatherline/events';
import type { Run, RunState } from '../store/runs.ts';
import { sparkline, type Value } from './chart.ts';
import { html, type Html } from './html.ts';
import { layout } from './layout.ts';
import { map } from './map.ts';
import type { PageModel, PlaceView } from './model.ts';
import { clockTime, FLAGS, fixed, flagOf, numberAt, quality, span, text, valueAt, wind } from './values.ts';

/** The map, the latest values, the runs of the week. */
export function homePage(model: PageModel): Html {
  const shown = model.places.filter(({ newest }) => newest !== undefined);
  const body =
    shown.length === 0
      ? html`<h1>Latest values</h1>
          <p>${empty(model)}</p>
          ${timeline(model)}`
      : html`<h1>Latest values</h1>
          ${map(shown.map(spotOf))}${table(model, shown)}${without(model)}${timeline(model)}`;
  return layout(model, { title: 'weatherline: latest values', here: 'home', body });
}

function empty({ product }: PageModel): string {
  if (product === undefined) return 'There is no product yet. The first one appears here when its run has ended.';
  return product.isRead
    ? 'The newest product has no record.'
    : `The newest product has ${product.parts.stored} parts: more places than a page can show. The API has them all.`;
}

function spotOf({ location, newest }: PlaceView): Parameters<typeof map>[0][number] {
  return { ...location, temp: numberAt(newest?.row, 'temp') };
}

export function seriesOf({ samples }: PlaceView, field: string): Value[] {
  return samples.map(({ at, row }) => ({
    at,
    value: numberAt(row, field),
    flag: row === undefined ? 9 : flagOf(row, field),
  }));
}

function table({ product, now }: PageModel, places: readonly PlaceView[]): Html {
  const rows = places.map((place) => {
    const { location, newest } = place;
    const row = newest?.row;
    const slot = newest === undefined ? undefined : slotInstant(newest.slot);
    const observed = Date.parse(text(row?.['observed_at'] ?? row?.['collected_at']));
    const seen = Number.isNaN(observed) ? slot : new Date(observed);
    const isOlder = newest !== undefined && newest.slot !== product?.id;
    return html`<tr>
      <th scope="row"><a href="/locations/${location.id}">${location.name}</a></th>
      <td class="n">${fixed(row?.['temp'], 1)}</td>
      <td class="n">${fixed(valueAt(row, 'derived.apparent_temp') ?? row?.['feels_like'], 1)}</td>
      <td class="n">${fixed(row?.['humidity'], 0)}</td>
      <td class="n">${fixed(row?.['pressure'], 0)}</td>
      <td class="n">${fixed(row?.['wind_speed'], 1)}</td>
      <td>${wind(row)}</td>
      <td>${text(row?.['weather'])}</td>
      <td>${sparkline(seriesOf(place, 'temp'), `Temperature of ${location.name}`)}</td>
      <td>${quality(row)}</td>
      <td class="soft">
        ${seen === undefined ? '–' : `${span(now.getTime() - seen.getTime())} ago`}${isOlder ? ', older product' : ''}
      </td>
    </tr>`;
  });
  const kinds = new Set(places.map(({ newest }) => text(newest?.row['kind'])));
  return html`<div class="frame scroll" tabindex="0" role="region" aria-label="Latest values">
      <table>
        <caption>
          ${places.length}
          places${product === undefined ? '' : html`, product <a href="/v1/products/${product.id}">${product.id}</a>`} ·
          kind: ${[...kinds].toSorted().join(', ')}
        </caption>
        <thead>
          <tr>
            <th scope="col">Place</th>
            <th scope="col" class="n">Temp.<span class="unit">°C</span></th>
            <th scope="col" class="n">Apparent<span class="unit">°C</span></th>
            <th scope="col" class="n">Humidity<span class="unit">%</span></th>
            <th scope="col" class="n">Pressure<span class="unit">hPa (sea)</span></th>
            <th scope="col" class="n">Wind<span class="unit">m/s, 10 m</span></th>
            <th scope="col">From<span class="unit">sector</span></th>
            <th scope="col">Weather</th>
            <th scope="col">Temp.<span class="unit">7 days</span></th>
            <th scope="col">Quality</th>
            <th scope="col">Observed</th>
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>
    ${flagLegend()}`;
}

/** What the marks mean (QARTOD). */
export function flagLegend(): Html {
  const items = Object.values(FLAGS).map(
    ({ mark, word, tone }) => html`<li><b class="${tone}">${mark}</b> ${word}</li>`,
  );
  return html`<ul class="legend">
    <li>Quality (QARTOD):</li>
    ${items}
    <li>A doubtful value is shown with its mark, never left out.</li>
  </ul>`;
}

function without({ product }: PageModel): Html | '' {
  if (product === undefined || product.failures.length === 0) return '';
  const rows = product.failures.map(
    ({ location, code, detail = '' }) =>
      html`<tr>
        <th scope="row">${location}</th>
        <td>${code}</td>
        <td>${detail}</td>
      </tr>`,
  );
  return html`<h2>Without a value</h2>
    <div class="frame scroll">
      <table>
        <caption>
          Places that the newest run asked for in vain
        </caption>
        <thead>
          <tr>
            <th scope="col">Place</th>
            <th scope="col">Code</th>
            <th scope="col">Why</th>
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>`;
}

const STATES: Readonly<Record<RunState, readonly [mark: string, tone: string]>> = {
  complete: ['●', 'ok'],
  running: ['◔', 'late'],
  incomplete: ['◑', 'late'],
  missing: ['○', 'bad'],
};

/** Every slot of the week, day by day; a slot that has nothing is there all the same. */
function timeline({ runs }: PageModel): Html {
  const days = Map.groupBy(runs, ({ id }) => id.slice(0, 8));
  const rows = [...days].toReversed().map(([day, ofDay]) => {
    const date = new Date(`${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6, 8)}T00:00:00Z`);
    const name = date.toLocaleDateString('en-GB', {
      weekday: 'short',
      day: 'numeric',
      month: 'short',
      timeZone: 'UTC',
    });
    return html`<tr>
      <th scope="row">${name}</th>
      <td>
        <ul class="runs">
          ${ofDay.map(runMark)}
        </ul>
      </td>
    </tr>`;
  });
  const missing = runs.filter(({ state }) => state === 'missing').length;
  const legend = Object.entries(STATES).map(
    ([word, [mark, tone]]) => html`<li><b class="${tone}">${mark}</b> ${word}</li>`,
  );
  return html`<h2>Runs of the last seven days</h2>
    <div class="frame scroll" tabindex="0" role="region" aria-label="Runs of the last seven days">
      <table>
        <caption>
          ${runs.length} slots, ${missing} missing
        </caption>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>
    <ul class="legend">
      ${legend}
    </ul>`;
}

function runMark({ id, state, slot }: Run): Html {
  const [mark, tone] = STATES[state];
  const time = `${id.slice(9, 11)}:${id.slice(11, 13)}`;
  const parts = slot === undefined ? '' : `, ${slot.parts.length} of ${slot.expected} parts`;
  const at = slotInstant(id);
  const said = `${at === undefined ? id : clockTime(at)}: ${state}${parts}`;
  return html`<li>
    <a href="/v1/runs/${id}" title="${said}" aria-label="${said}"><b class="${tone}">${mark}</b> ${time}</a>
  </li>`;
}
