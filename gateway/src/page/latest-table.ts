import { slotInstant } from '@weatherline/events';
import { sparkline } from './chart.ts';
import { html, type Html } from './html.ts';
import { DAYS, type PageModel, type PlaceView, thinning } from './model.ts';
import { cell, flagLegend, flagMark, quality, weather, wind } from './quality.ts';
import { pointsOf } from './chart-points.ts';
import { counted, flagOf, relative, text } from './values.ts';

const COLUMNS: readonly (readonly [name: string, unit?: string, kind?: string])[] = [
  ['Place'],
  ['Temp.', '°C', 'n'],
  ['Apparent', '°C', 'n'],
  ['Humidity', '%', 'n'],
  ['Pressure', 'hPa (sea)', 'n'],
  ['Wind', 'm/s, 10 m', 'n'],
  ['Wind from', 'sector'],
  ['Weather'],
  ['Temp.', '7 days'],
  ['Quality'],
  ['Observed'],
];

/** The newest record of every place; a place without one is there all the same. */
export function latestTable(model: PageModel): Html {
  const { places, product } = model;
  const kinds = new Set(places.flatMap(({ newest }) => (newest === undefined ? [] : [text(newest.row['kind'])])));
  const thinned = thinning(model);
  return html`<div class="frame scroll" tabindex="0" role="region" aria-label="Latest values">
      <table>
        <caption>
          ${counted(places.length, 'place')}${product === undefined ? '' : html`, product <a href="/v1/products/${product.id}">${product.id}</a>`}
          · kind: ${[...kinds].toSorted().join(', ')}${thinned === '' ? '' : ` · small charts: ${thinned}`}
        </caption>
        <thead>
          <tr>
            ${COLUMNS.map(
              ([name, unit, kind]) =>
                html`<th scope="col" ${kind === undefined ? '' : html` class="n"`}>
                  ${name}${unit === undefined ? '' : html`<span class="unit">${unit}</span>`}
                </th>`,
            )}
          </tr>
        </thead>
        <tbody>
          ${places.map((place) => rowOf(model, place))}
        </tbody>
      </table>
    </div>
    ${flagLegend()}`;
}

function rowOf({ product, now }: PageModel, place: PlaceView): Html {
  const { location, newest } = place;
  const name = html`<th scope="row"><a href="/locations/${encodeURIComponent(location.id)}">${location.name}</a></th>`;
  if (newest === undefined)
    return html`<tr>
      ${name}
      <td colspan="${COLUMNS.length - 1}" class="soft">no record in ${DAYS} days</td>
    </tr>`;
  const { row } = newest;
  const observed = observedAt(newest);
  return html`<tr>
    ${name}${cell(row, 'temp')}${cell(row, 'derived.apparent_temp')}${cell(row, 'humidity')}${cell(row, 'pressure')}
    ${cell(row, 'wind_speed')}
    <td>${wind(row)}</td>
    <td>${weather(row)}${flagMark(flagOf(row, 'conditions'))}</td>
    <td>${sparkline(pointsOf(place, 'temp'), `Temperature of ${location.name}`)}</td>
    <td>${quality(row)}</td>
    <td class="soft">
      ${observed === undefined ? '–' : relative(observed, now)}${newest.slot === product?.id ? '' : ', older product'}
    </td>
  </tr>`;
}

/** When it was observed; where a record does not say, when it was collected, or its slot. */
export function observedAt({ row, slot }: NonNullable<PlaceView['newest']>): Date | undefined {
  const said = new Date(text(row['observed_at'] ?? row['collected_at']));
  return Number.isNaN(said.getTime()) ? slotInstant(slot) : said;
}
