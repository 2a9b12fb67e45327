import { Derived, WeatherRecord } from '@weatherline/events';
import { getMetadata } from 'valibot';
import type { Row } from '../store/record-lines.ts';
import { html, type Html } from './html.ts';
import { type Column, table } from './table.ts';
import { clockTime, decimalsOf, fixed, flagOf, flagWord, localTime, objectOf, span, text, valueAt } from './values.ts';

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
/** Unix seconds are for programs. */
const CLOCKS = new Set(['sunrise', 'sunset']);
const UNITS: Readonly<Record<string, string>> = { Cel: '°C', deg: '°', '1': '', 'g/m3': 'g/m³', 'kg/m3': 'kg/m³' };

/** Every field with its unit, what it is or by which formula it was computed, and its flag. */
export function everyField(row: Row, timezone: string | undefined): Html {
  const rows = FIELDS.map(([name, about]) => {
    const flag = objectOf(objectOf(row['qc'])['fields'])[name];
    const { mark, word, tone } = flagWord(flagOf(row, name));
    const ucum = typeof about['x-ucum'] === 'string' ? about['x-ucum'] : '';
    const isTime = CLOCKS.has(name) || name === 'derived.daylight_s';
    const description = CLOCKS.has(name) ? 'none in polar day and night' : about.description;
    return html`<tr>
      <th scope="row">${name}</th>
      <td class="n" ${name === 'weather' ? OTHER_LANGUAGE : ''}>${shown(name, valueAt(row, name), timezone)}</td>
      <td>${isTime ? '' : (UNITS[ucum] ?? ucum)}</td>
      <td>${flag === undefined ? '' : html`<span class="flag ${tone}">${mark} ${word}</span>`}</td>
      <td class="soft wide">${typeof description === 'string' ? description : ''}</td>
    </tr>`;
  });
  const caption = 'As the provider gave it; derived as the named formula has it';
  return html`<h2>Every field of the newest record</h2>
    ${table({ label: 'Every field of the newest record', caption, columns: COLUMNS, rows })}`;
}

const COLUMNS: readonly Column[] = [
  { name: 'Field' },
  { name: 'Value', isNumber: true },
  { name: 'Unit' },
  { name: 'Quality' },
  { name: 'What it is' },
];

/** The provider's words are in the language that it was asked for, which nobody says. */
const OTHER_LANGUAGE = html` lang=""`;

function shown(name: string, value: unknown, timezone: string | undefined): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value !== 'number') return text(value);
  if (name === 'derived.daylight_s') return span(value * 1000);
  if (!CLOCKS.has(name)) return fixed(value, decimalsOf(name));
  const at = new Date(value * 1000);
  if (Number.isNaN(at.getTime())) return '–';
  const local = localTime(at, timezone);
  return `${clockTime(at)}${local === undefined ? '' : ` (${local} there)`}`;
}
