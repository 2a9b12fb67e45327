import { firstRows } from './explore-rows.ts';
import { html, type Html } from './html.ts';
import { layout } from './layout.ts';
import type { PageModel } from './model.ts';

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
      <dd><code>GATEWAY=http://127.0.0.1:8080</code><br /><code>curl --compressed "$GATEWAY${path}"</code></dd>
      <dt>Command line</dt>
      <dd>
        <code>${commandOf(model, query)}</code>
        <span class="soft">(beside the data of <code>npm start</code>)</span>
      </dd>
    </dl>
    ${firstRows(model, query, startOf(model, query))}`;
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

/** The whole minute, which is what the address says. */
function startOf({ now }: PageModel, { days }: Query): number {
  return Math.floor((now.getTime() - days * DAY_MS) / 60_000) * 60_000;
}

/** The query as the API and the command line both name it; the format has a name of its own in each. */
function partsOf(model: PageModel, query: Query): [name: string, value: string][] {
  const { location, fields } = query;
  const from = new Date(startOf(model, query));
  const parts: [string, string][] = [['datetime', `${from.toISOString().slice(0, 19)}Z/..`]];
  if (location.length > 0) parts.unshift(['location', location.join(',')]);
  if (fields.length > 0) parts.push(['fields', `slot,location_id,${fields.join(',')}`]);
  return parts;
}

/** What a query may hold as it is, and people read better so: commas, colons, slashes. */
const READABLE = /%(?:2C|3A|2F)/g;

function pathOf(model: PageModel, query: Query): string {
  const parts = [...partsOf(model, query), ['f', query.f]].map(
    ([name = '', value = '']) => `${name}=${encodeURIComponent(value).replaceAll(READABLE, decodeURIComponent)}`,
  );
  return `/v1/records?${parts.join('&')}`;
}

function commandOf(model: PageModel, query: Query): string {
  const options = [...partsOf(model, query), ['format', query.f]].map(
    ([name = '', value = '']) => `--${name} ${quoted(value)}`,
  );
  return `npm run -s weatherline -- records ${options.join(' ')}`;
}

/** As a shell takes it for one word. */
function quoted(value: string): string {
  return /^[\w.,:/+-]+$/.test(value) ? value : `'${value.replaceAll("'", String.raw`'\''`)}'`;
}
