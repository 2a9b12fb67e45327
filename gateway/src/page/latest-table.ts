import { slotInstant } from '@weatherline/events';
import { sparkline } from './chart.ts';
import { html, type Html } from './html.ts';
import { type Column, table } from './table.ts';
import { DAYS, type PageModel, type PlaceView, thinning } from './model.ts';
import { cell, flagLegend, flagMark, quality, weather, wind } from './quality.ts';
import { pointsOf } from './chart-points.ts';
import { counted, flagOf, relative, text } from './values.ts';

const COLUMNS: readonly Column[] = [
  { name: 'Place' },
  { name: 'Temp.', unit: '°C', isNumber: true },
  { name: 'Apparent', unit: '°C', isNumber: true },
  { name: 'Humidity', unit: '%', isNumber: true },
  { name: 'Pressure', unit: 'hPa (sea)', isNumber: true },
  { name: 'Wind', unit: 'm/s, 10 m', isNumber: true },
  { name: 'Wind from', unit: 'sector' },
  { name: 'Weather' },
  { name: 'Temp.', unit: '7 days' },
  { name: 'Quality' },
  { name: 'Observed' },
];

/** The newest record of every place; a place without one is there all the same. */
export function latestTable(model: PageModel): Html {
  const { places, product } = model;
  const kinds = new Set(places.flatMap(({ newest }) => (newest === undefined ? [] : [text(newest.row['kind'])])));
  const thinned = thinning(model);
  const caption = html`${counted(places.length, 'place')}${product === undefined ? '' : html`, product <a href="/v1/products/${product.id}">${product.id}</a>`}
  · kind: ${[...kinds].toSorted().join(', ')}${thinned === '' ? '' : ` · small charts: ${thinned}`}`;
  const rows = places.map((place) => rowOf(model, place));
  return html`${table({ label: 'Latest values', caption, columns: COLUMNS, rows })}${flagLegend()}`;
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
