import type { Row } from '../store/record-lines.ts';
import type { Query } from './explore.ts';
import { html, type Html } from './html.ts';
import { table } from './table.ts';
import { type PageModel, thinning } from './model.ts';
import { cell, flagMark, quality, weather } from './quality.ts';
import { flagOf, text, valueAt } from './values.ts';

const FIRST_ROWS = 20;
/** What is shown where no field was asked for. */
const USUAL = ['temp', 'derived.dew_point', 'humidity', 'pressure', 'wind_speed', 'wind_deg'];
const UNITS: Readonly<Record<string, string>> = {
  temp: '°C',
  'derived.dew_point': '°C',
  humidity: '%',
  pressure: 'hPa (sea)',
  wind_speed: 'm/s',
  wind_deg: '°, from',
  wind_gust: 'm/s',
  rain_1h: 'mm',
  cloud_cover: '%',
};

type Found = { readonly name: string; readonly at: Date; readonly row: Row };

function found({ places }: PageModel, location: readonly string[], from: number): Found[] {
  return places
    .filter(({ location: { id } }) => location.length === 0 || location.includes(id))
    .flatMap(({ location: { name }, samples }) =>
      samples.flatMap(({ at, row }) => (row === undefined || at.getTime() < from ? [] : [{ name, at, row }])),
    )
    .toSorted((a, b) => a.at.getTime() - b.at.getTime());
}

/** What the query finds first; the address has all of it. */
export function firstRows(model: PageModel, { location, fields }: Query, from: number): Html {
  const shown = fields.length === 0 ? USUAL : fields;
  const all = found(model, location, from);
  const first = all.slice(0, FIRST_ROWS);
  // Where slots were left out nobody has counted the records.
  const total = model.every === 1 ? ` of ${all.length} records` : ` records of ${thinning(model)}; the address has all`;
  const columns = [
    { name: 'Slot, UTC' },
    { name: 'Place' },
    ...shown.map((name) => ({ name, unit: UNITS[name], isNumber: UNITS[name] !== undefined })),
    { name: 'Quality' },
  ];
  const rows = first.map((line) => lineOf(line, shown));
  return html`<h2>First rows</h2>
    ${table({ label: 'First rows', caption: `${first.length}${total}`, columns, rows })}`;
}

function lineOf({ name, at, row }: Found, shown: readonly string[]): Html {
  const cells = shown.map((field) => {
    if (field === 'weather') return html`<td>${weather(row)}${flagMark(flagOf(row, 'conditions'))}</td>`;
    return UNITS[field] === undefined ? html`<td>${text(valueAt(row, field))}</td>` : cell(row, field);
  });
  return html`<tr>
    <th scope="row" class="when">${at.toISOString().slice(0, 16).replace('T', ' ')}</th>
    <td class="place">${name}</td>
    ${cells}
    <td>${quality(row)}</td>
  </tr>`;
}
