import type { Row } from '../store/record-lines.ts';
import { html, type Html } from './html.ts';
import { table } from './table.ts';
import { decimalsOf, fixed, FLAGS, flagOf, flagWord, numberAt, objectOf, text, valueAt } from './values.ts';

const NAMES: Readonly<Record<string, string>> = {
  temp: 'temperature',
  wind_deg: 'wind direction',
  wind_gust: 'gusts',
  rain_1h: 'rain',
  snow_1h: 'snow',
};

function nameOf(field: string): string {
  return NAMES[field] ?? field.replaceAll('_', ' ');
}

/** What each test of `weatherline-qc/1` finds when it is not passed. */
export const TESTS: Readonly<Record<string, string>> = {
  'validity.range': 'Outside what has ever been measured on Earth.',
  'validity.gross': 'Outside what the latitude and the half-year allow.',
  'validity.supersaturation': 'More than 100 % humidity; taken as 100 %.',
  'validity.rain_rate': 'More than 100 mm in an hour.',
  'internal.gust_ge_speed': 'The gust is weaker than the mean wind.',
  'internal.gust_factor': 'The gust is more than three times the mean wind.',
  'internal.temp_spread': "Outside the provider's own lowest and highest temperature.",
  'internal.pressure_sea_level': 'The two pressures of the answer differ.',
  'internal.pressure_reduction': 'Pressure at the ground and at sea level do not fit the elevation.',
  'internal.snow_temperature': 'Snow in air warmer than 5 °C.',
  'internal.fog': 'Fog in clear or dry air.',
  'internal.clear_sky': 'A clear sky with clouds in it.',
  'internal.dry_rain': 'Rain or snow, but no word of it in the conditions.',
  'internal.coordinates': 'The answer is for another point than was asked for.',
  'internal.light': 'Day or night does not fit the height of the sun.',
  'temporal.age': 'Observed more than two hours before the slot.',
  'temporal.future': 'Observed after it was collected.',
  'temporal.stale_dt': 'The observation of the previous slot again.',
  'temporal.step': 'Changed faster since the previous slot than air does.',
  spatial: 'Does not fit its neighbours.',
};

/** The fields of a record that have a flag, suspect (3) or failed (4). */
function fieldsWith(row: Row | undefined, flag: 3 | 4): string[] {
  return Object.entries(objectOf(objectOf(row?.['qc'])['fields']))
    .filter(([, own]) => own === flag)
    .map(([field]) => nameOf(field));
}

/** The record's flag, and the fields that were not passed: the flag alone judges only four of them. */
export function quality(row: Row | undefined): Html {
  const overall = flagOf(row);
  const { mark, word, tone } = flagWord(overall);
  const others = ([4, 3] as const).flatMap((flag) => {
    const fields = fieldsWith(row, flag);
    if (fields.length === 0) return [];
    // The record's own flag is said already.
    return [html`<span class="fields">${flag === overall ? '' : flagMark(flag)} ${fields.join(', ')}</span>`];
  });
  const but = others.length > 0 && overall !== 3 && overall !== 4 ? ', but' : '';
  return html`<span class="flag ${tone}">${mark} ${word}</span>${but} ${others}`;
}

/** The mark of a value that is suspect or failed; nothing beside one that passed. */
export function flagMark(flag: number): Html | '' {
  if (flag !== 3 && flag !== 4) return '';
  const { mark, word, tone } = flagWord(flag);
  return html` <b class="${tone}" role="img" aria-label="${word}" title="${word}">${mark}</b>`;
}

/** A cell with a number: always to the right, also where there is none, with its mark. */
export function cell(row: Row | undefined, field: string): Html {
  const mark = flagMark(flagOf(row, field));
  return html`<td class="n">${fixed(valueAt(row, field), decimalsOf(field))}${mark}</td>`;
}

/** An arrow that points where the wind blows to, beside the sector it comes from, as weather people say it. */
export function wind(row: Row | undefined): Html {
  if (numberAt(row, 'wind_speed') === 0) return html`calm`;
  const degrees = numberAt(row, 'wind_deg');
  const sector = text(valueAt(row, 'derived.wind_sector'));
  if (degrees === null) return html`<span class="soft">–</span>`;
  const arrow = html`<svg class="wind" viewBox="-8 -8 16 16" aria-hidden="true">
    <path transform="rotate(${(degrees + 180) % 360})" d="M0-7 4 5 0 2-4 5z" />
  </svg>`;
  return html`${arrow} ${sector === '–' ? `${degrees.toFixed(0)}°` : sector}${flagMark(flagOf(row, 'wind_deg'))}`;
}

/**
 * The weather in words. The provider may have been asked for another language than the page's, and nobody says which:
 * words that do not hold the English group are replaced by it.
 */
export function weather(row: Row | undefined): string {
  const said = text(row?.['weather']);
  const conditions: unknown = row?.['conditions'];
  const groups = Array.isArray(conditions) ? conditions.map((condition) => text(objectOf(condition)['group'])) : [];
  const [group = '–'] = groups;
  return group === '–' || said.toLowerCase().includes(group.toLowerCase()) ? said : group;
}

/** What the marks mean (QARTOD). */
export function flagLegend(): Html {
  const items = Object.values(FLAGS).map(
    ({ mark, word, tone }) => html`<li><b class="${tone}">${mark}</b> ${word}</li>`,
  );
  return html`<ul class="legend">
    <li>Quality (QARTOD):</li>
    ${items}
    <li>
      A record's flag is the worst of temperature, humidity, pressure and wind speed; other fields are named beside it.
    </li>
    <li>A doubtful value is shown with its mark, never left out.</li>
  </ul>`;
}

/** Which tests were not passed, in words, with what was found. */
export function notPassed(row: Row | undefined): Html | '' {
  const failed = objectOf(row?.['qc'])['failed'];
  if (!Array.isArray(failed) || failed.length === 0) return '';
  const rows = failed.map((item) => {
    const { test, fields, flag, detail } = objectOf(item);
    const { mark, word, tone } = flagWord(typeof flag === 'number' ? flag : 2);
    const names = Array.isArray(fields) ? fields.map((field) => nameOf(text(field))).join(', ') : '–';
    return html`<tr>
      <th scope="row">${names}</th>
      <td><span class="flag ${tone}">${mark} ${word}</span></td>
      <td class="wide">${TESTS[text(test)] ?? text(test)}</td>
      <td class="soft wide">${text(detail)}</td>
    </tr>`;
  });
  const columns = ['Field', 'Flag', 'Why', 'What was found'].map((name) => ({ name }));
  return html`<h2>What was not passed</h2>
    ${table({ label: 'What was not passed', columns, rows })}`;
}
