import { html, type Html } from './html.ts';
import { layout } from './layout.ts';
import type { PageModel } from './model.ts';
import { fixed, quality, text, valueAt } from './values.ts';

export type Query = {
  readonly location: readonly string[];
  readonly days: number;
  readonly fields: readonly string[];
  readonly f: string;
};

const FORMATS = ['json', 'ndjson', 'csv', 'geojson'] as const;
const FIELDS = [
  'temp',
  'derived.dew_point',
  'humidity',
  'pressure',
  'wind_speed',
  'wind_deg',
  'wind_gust',
  'rain_1h',
  'cloud_cover',
  'weather',
] as const;
const DAYS = [1, 2, 3, 7] as const;
const FIRST_ROWS = 20;
const DAY_MS = 86_400_000;

/** A form that makes a query: its address, the line for a shell, the first rows. It needs no script. */
export function explorePage(model: PageModel, asked: URLSearchParams): Html {
  const query = readQuery(model, asked);
  const path = pathOf(model, query);
  const places = model.places.map(({ location }) =>
    box('location', location.id, location.name, query.location.includes(location.id)),
  );
  const body = html`<h1>Explore</h1>
    <form method="get" action="/explore">
      <fieldset>
        <legend>Places (none = all)</legend>
        <div class="boxes">${places}</div>
      </fieldset>
      <fieldset>
        <legend>Days</legend>
        <div class="boxes">
          ${DAYS.map((days) => box('days', String(days), String(days), query.days === days, 'radio'))}
        </div>
      </fieldset>
      <fieldset>
        <legend>Fields (none = all)</legend>
        <div class="boxes">${FIELDS.map((field) => box('fields', field, field, query.fields.includes(field)))}</div>
      </fieldset>
      <fieldset>
        <legend>Format</legend>
        <div class="boxes">${FORMATS.map((format) => box('f', format, format, query.f === format, 'radio'))}</div>
      </fieldset>
      <p><button>Show</button></p>
    </form>
    <h2>The query</h2>
    <dl class="lines">
      <dt>Address</dt>
      <dd>
        <a href="${path}"><code>${path}</code></a>
      </dd>
      <dt>Shell</dt>
      <dd><code>curl --compressed "$GATEWAY${path}"</code></dd>
      <dt>Command line</dt>
      <dd>
        <code>${commandOf(model, query)}</code>
        <span class="soft">(beside the data of <code>npm start</code>)</span>
      </dd>
    </dl>
    ${rows(model, query)}`;
  return layout(model, { title: 'Explore: weatherline', here: 'explore', body });
}

function box(name: string, value: string, label: string, isOn: boolean, type = 'checkbox'): Html {
  return html`<label
    ><input type="${type}" name="${name}" value="${value}" ${isOn ? html` checked` : ''} /> ${label}</label
  >`;
}

function readQuery({ places }: PageModel, asked: URLSearchParams): Query {
  const known = new Set(places.map(({ location }) => location.id));
  const days = Number(asked.get('days') ?? 1);
  return {
    // Only what the form offers: nothing of what a caller wrote is repeated.
    location: asked.getAll('location').filter((id) => known.has(id)),
    days: DAYS.find((count) => count === days) ?? 1,
    fields: FIELDS.filter((field) => asked.getAll('fields').includes(field)),
    f: FORMATS.find((format) => format === asked.get('f')) ?? 'json',
  };
}

/** The query as the API and the command line both name it; the format has a name of its own in each. */
function partsOf({ now }: PageModel, { location, days, fields }: Query): [name: string, value: string][] {
  const from = new Date(now.getTime() - days * DAY_MS);
  const parts: [string, string][] = [['datetime', `${from.toISOString().slice(0, 16)}:00Z/..`]];
  if (location.length > 0) parts.unshift(['location', location.join(',')]);
  if (fields.length > 0) parts.push(['fields', `slot,location_id,${fields.join(',')}`]);
  return parts;
}

function pathOf(model: PageModel, query: Query): string {
  const parts = [...partsOf(model, query), ['f', query.f]].map((part) => part.join('='));
  return `/v1/records?${parts.join('&')}`;
}

function commandOf(model: PageModel, query: Query): string {
  const options = [...partsOf(model, query), ['format', query.f]].map((part) => `--${part.join(' ')}`);
  return `npm run -s weatherline -- records ${options.join(' ')}`;
}

function rows({ places, now }: PageModel, { location, days, fields }: Query): Html {
  const from = now.getTime() - days * DAY_MS;
  const shown = fields.length === 0 ? FIELDS.slice(0, 6) : fields;
  const found = places
    .filter(({ location: place }) => location.length === 0 || location.includes(place.id))
    .flatMap(({ location: place, samples }) =>
      samples.flatMap(({ at, row }) => (row === undefined || at.getTime() < from ? [] : [{ place, at, row }])),
    )
    .toSorted((a, b) => a.at.getTime() - b.at.getTime());
  const lines = found.slice(0, FIRST_ROWS).map(({ place, at, row }) => {
    const cells = shown.map((field) => {
      const value = valueAt(row, field);
      return typeof value === 'number' ? html`<td class="n">${fixed(value, 1)}</td>` : html`<td>${text(value)}</td>`;
    });
    return html`<tr>
      <th scope="row">${at.toISOString().slice(0, 16).replace('T', ' ')}</th>
      <td>${place.name}</td>
      ${cells}
      <td>${quality(row)}</td>
    </tr>`;
  });
  return html`<h2>First rows</h2>
    <div class="frame scroll" tabindex="0" role="region" aria-label="First rows">
      <table>
        <caption>
          ${Math.min(found.length, FIRST_ROWS)} of ${found.length} records
        </caption>
        <thead>
          <tr>
            <th scope="col">Slot, UTC</th>
            <th scope="col">Place</th>
            ${shown.map((field) => html`<th scope="col">${field}</th>`)}
            <th scope="col">Quality</th>
          </tr>
        </thead>
        <tbody>
          ${lines}
        </tbody>
      </table>
    </div>`;
}
