import { chart, type ChartOptions } from './chart.ts';
import { pointsOf } from './chart-points.ts';
import { everyField } from './field-table.ts';
import { html, Html } from './html.ts';
import { observedAt } from './latest-table.ts';
import { layout } from './layout.ts';
import { DAYS, type PageModel, type PlaceView, thinning } from './model.ts';
import { flagLegend, notPassed, quality, weather } from './quality.ts';
import { clockTime, counted, fixed, localTime, relative } from './values.ts';

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
  const to = model.now;
  const from = new Date(to.getTime() - days * DAY_MS);
  const inSpan = { ...place, samples: place.samples.filter(({ at }) => at.getTime() >= from.getTime()) };
  const thinned = thinning(model);
  const body = html`<h1>${location.name}</h1>
    <p class="soft">${whereOf(location)}</p>
    ${newest === undefined ? html`<p>No record in the last seven days.</p>` : latest(model, newest, location.timezone)}
    <h2>The days before</h2>
    ${spans(location.id, days, from, to)}${thinned === '' ? '' : html`<p class="soft">The charts show ${thinned}.</p>`}
    <div class="charts">
      ${CHARTS.map(({ fields, ...options }) => chart({ ...options, from, to, lines: linesOf(inSpan, fields) }))}
    </div>
    ${flagLegend()}${newest === undefined ? '' : html`${notPassed(newest.row)}${everyField(newest.row, location.timezone)}`}${SCRIPTS}`;
  return layout(model, { title: `${location.name}: weatherline`, here: 'location', body });
}

function whereOf({ lat, lon, elevation, country }: PlaceView['location']): string {
  return [
    `${fixed(Math.abs(lat), 2)}° ${lat < 0 ? 'S' : 'N'}, ${fixed(Math.abs(lon), 2)}° ${lon < 0 ? 'W' : 'E'}`,
    ...(elevation === undefined ? [] : [`${fixed(elevation, 0)} m above sea level`]),
    ...(country === undefined ? [] : [country]),
  ].join(' · ');
}

/** The spans to choose from, with the one that is shown, and the same records as files. */
function spans(id: string, days: number, from: Date, to: Date): Html {
  const name = encodeURIComponent(id);
  const range = `${from.toISOString().slice(0, 19)}Z/${to.toISOString().slice(0, 16)}:00Z`;
  const records = `/v1/records?location=${name}&datetime=${range}`;
  const choices = [...new Set([1, 2, 3, DAYS, days])]
    .toSorted((a, b) => a - b)
    .map(
      (count) =>
        html`<a href="/locations/${name}?days=${count}" ${count === days ? html` aria-current="true"` : ''}
          >${counted(count, 'day')}</a
        >`,
    );
  return html`<p class="spans">
    ${choices} <a href="${records}&amp;f=csv" download>CSV</a> <a href="${records}&amp;f=ndjson">NDJSON</a>
    <a href="${records}">JSON</a>
  </p>`;
}

function linesOf(place: PlaceView, fields: Wanted['fields']): ChartOptions['lines'] {
  return fields.map(([field, name]) => ({ name, values: pointsOf(place, field) }));
}

function latest(
  { product, now }: PageModel,
  newest: NonNullable<PlaceView['newest']>,
  timezone: string | undefined,
): Html {
  const { row, slot } = newest;
  const at = observedAt(newest);
  const local = at === undefined ? undefined : localTime(at, timezone);
  const when =
    at === undefined
      ? ''
      : html`${relative(at, now)}: ${clockTime(at)}${local === undefined ? '' : ` (${local} there)`} · `;
  const isOlder = product !== undefined && slot !== product.id;
  return html`<p class="now"><b>${fixed(row['temp'], 1)} °C</b> ${weather(row)} · ${quality(row)}</p>
    <p class="soft">${when}${kindWord(row['kind'])} · product <a href="/v1/products/${slot}">${slot}</a></p>
    ${
      isOlder
        ? html`<p class="note">
            The newest product, <a href="/v1/products/${product.id}">${product.id}</a>, has no record of this place:
            this one is older.
          </p>`
        : ''
    }`;
}

const KINDS: Readonly<Record<string, string>> = {
  observation: 'an observation of a station',
  analysis: "an analysis: the provider's model for this point, not a measurement at it",
  reconstruction: 'a reconstruction of the past from a recorded series',
};

function kindWord(kind: unknown): string {
  return KINDS[String(kind)] ?? 'its kind is not said';
}
