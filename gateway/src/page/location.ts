import { Derived, slotInstant, WeatherRecord } from '@weatherline/events';
import { getMetadata } from 'valibot';
import { chart, type ChartOptions } from './chart.ts';
import { pointsOf } from './chart-points.ts';
import { flagLegend } from './home.ts';
import { html, Html } from './html.ts';
import { layout } from './layout.ts';
import { DAYS, type PageModel, type PlaceView } from './model.ts';
import { clockTime, fixed, flagOf, flagWord, localTime, objectOf, quality, text, valueAt } from './values.ts';

const DAY_MS = 86_400_000;

/** With scripts the charts can be zoomed and read off; without them they are as they are. */
const SCRIPTS = new Html(
  '<link rel="stylesheet" href="/assets/uplot.css" /><script src="/assets/uplot.js" defer></script><script src="/assets/charts.js" defer></script>',
);

type Wanted = Omit<ChartOptions, 'lines' | 'from' | 'to'> & {
  readonly fields: readonly (readonly [field: string, name: string])[];
};

const CHARTS: readonly Wanted[] = [
  {
    title: 'Temperature',
    unit: '°C',
    decimals: 1,
    bounds: { leastSpan: 1 },
    fields: [
      ['temp', 'air'],
      ['derived.dew_point', 'dew point'],
    ],
  },
  {
    title: 'Pressure',
    unit: 'hPa',
    about: 'reduced to sea level',
    decimals: 1,
    bounds: { leastSpan: 4 },
    fields: [['pressure', 'pressure']],
  },
  {
    title: 'Wind at 10 m',
    unit: 'm/s',
    decimals: 1,
    bounds: { leastSpan: 2, least: 0 },
    fields: [
      ['wind_speed', 'mean'],
      ['wind_gust', 'gust'],
    ],
  },
  {
    title: 'Relative humidity',
    unit: '%',
    decimals: 0,
    bounds: { leastSpan: 100, least: 0, most: 100 },
    fields: [['humidity', 'humidity']],
  },
  {
    title: 'Precipitation',
    unit: 'mm',
    about: 'in the last hour',
    decimals: 2,
    form: 'bar',
    bounds: { leastSpan: 1, least: 0 },
    fields: [
      ['rain_1h', 'rain'],
      ['snow_1h', 'snow, as water'],
    ],
  },
];

/** One place: what was last seen, and the days before it. */
export function locationPage(model: PageModel, place: PlaceView, days: number): Html {
  const { location, newest } = place;
  const { id, name, lat, lon, elevation, country, timezone } = location;
  const to = model.now;
  const from = new Date(to.getTime() - days * DAY_MS);
  const where = [
    `${fixed(Math.abs(lat), 2)}° ${lat < 0 ? 'S' : 'N'}, ${fixed(Math.abs(lon), 2)}° ${lon < 0 ? 'W' : 'E'}`,
    ...(elevation === undefined ? [] : [`${fixed(elevation, 0)} m above sea level`]),
    ...(country === undefined ? [] : [country]),
  ].join(' · ');
  const range = `${from.toISOString().slice(0, 19)}Z/${to.toISOString().slice(0, 16)}:00Z`;
  const records = `/v1/records?location=${id}&datetime=${range}`;
  const spans = Array.from({ length: DAYS }, (_, at) => at + 1)
    .filter((count) => [1, 2, 3, 7].includes(count))
    .map(
      (count) =>
        html`<a href="/locations/${id}?days=${count}" ${count === days ? html` aria-current="true"` : ''}
          >${count === 1 ? '1 day' : `${count} days`}</a
        >`,
    );
  const inSpan = { ...place, samples: place.samples.filter(({ at }) => at.getTime() >= from.getTime()) };
  const body = html`<h1>${name}</h1>
    <p class="soft">${where}</p>
    ${newest === undefined ? html`<p>No record in the last seven days.</p>` : latest(newest, timezone)}
    <h2>The days before</h2>
    <p class="spans">
      ${spans} <a href="${records}&amp;f=csv" download>CSV</a> <a href="${records}&amp;f=ndjson">NDJSON</a>
      <a href="${records}">JSON</a>
    </p>
    <div class="charts">
      ${CHARTS.map(({ fields, ...options }) => chart({ ...options, from, to, lines: linesOf(inSpan, fields) }))}
    </div>
    ${flagLegend()}${newest === undefined ? '' : everything(newest.row)}${SCRIPTS}`;
  return layout(model, { title: `${name}: weatherline`, here: 'location', body });
}

function linesOf(place: PlaceView, fields: Wanted['fields']): ChartOptions['lines'] {
  return fields.map(([field, name]) => ({ name, values: pointsOf(place, field) }));
}

function latest({ row, slot }: NonNullable<PlaceView['newest']>, timezone: string | undefined): Html {
  const observed = new Date(text(row['observed_at'] ?? row['collected_at']));
  const at = Number.isNaN(observed.getTime()) ? slotInstant(slot) : observed;
  const local = at === undefined ? undefined : localTime(at, timezone);
  const when = at === undefined ? '' : `${clockTime(at)}${local === undefined ? '' : ` (${local} there)`}`;
  return html`<p class="now"><b>${fixed(row['temp'], 1)} °C</b> ${text(row['weather'])} · ${quality(row)}</p>
    <p class="soft">${when} · ${kindWord(row['kind'])} · product <a href="/v1/products/${slot}">${slot}</a></p>`;
}

const KINDS: Readonly<Record<string, string>> = {
  observation: 'an observation of a station',
  analysis: "an analysis: the provider's model for this point, not a measurement at it",
  reconstruction: 'a reconstruction of the past from a recorded series',
};

function kindWord(kind: unknown): string {
  return KINDS[String(kind)] ?? 'its kind is not said';
}

type Described = { readonly description?: unknown; readonly 'x-ucum'?: unknown };

const SKIPPED = new Set(['schema', 'id', 'content_hash', 'derived', 'qc', 'lineage', 'license', 'conditions']);
const FIELDS: readonly (readonly [name: string, about: Described])[] = [
  ...Object.entries(WeatherRecord.entries)
    .filter(([name]) => !SKIPPED.has(name))
    .map(([name, schema]): readonly [string, Described] => [name, getMetadata(schema)]),
  ...Object.entries(Derived.entries)
    .filter(([name]) => name !== 'method_set')
    .map(([name, schema]): readonly [string, Described] => [`derived.${name}`, getMetadata(schema)]),
];
const UNITS: Readonly<Record<string, string>> = { Cel: '°C', deg: '°', '1': '', 'g/m3': 'g/m³', 'kg/m3': 'kg/m³' };

/** Every field with its unit, what it is or by which formula it was computed, and its flag. */
function everything(row: Readonly<Record<string, unknown>>): Html {
  const rows = FIELDS.map(([name, about]) => {
    const value = valueAt(row, name);
    const flag = objectOf(objectOf(row['qc'])['fields'])[name];
    const { mark, word, tone } = flagWord(flagOf(row, name));
    const ucum = typeof about['x-ucum'] === 'string' ? about['x-ucum'] : '';
    return html`<tr>
      <th scope="row">${name}</th>
      <td class="n">
        ${typeof value === 'number' ? fixed(value, Number.isInteger(value) ? 0 : 2) : typeof value === 'boolean' ? (value ? 'yes' : 'no') : text(value)}
      </td>
      <td>${UNITS[ucum] ?? ucum}</td>
      <td>${flag === undefined ? '' : html`<span class="flag ${tone}">${mark} ${word}</span>`}</td>
      <td class="soft wide">${typeof about.description === 'string' ? about.description : ''}</td>
    </tr>`;
  });
  return html`<h2>Every field of the newest record</h2>
    <div class="frame scroll" tabindex="0" role="region" aria-label="Every field of the newest record">
      <table>
        <caption>
          Measured as the provider says, derived as the named formula has it
        </caption>
        <thead>
          <tr>
            <th scope="col">Field</th>
            <th scope="col" class="n">Value</th>
            <th scope="col">Unit</th>
            <th scope="col">Quality</th>
            <th scope="col">What it is</th>
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>`;
}
