import type { Row } from '../store/record-lines.ts';
import { html, type Html } from './html.ts';

/** A member of a record, of `derived` or of another object in it, by a name with at most one dot. */
export function valueAt(row: Row | undefined, name: string): unknown {
  const [outer = '', inner] = name.split('.');
  const value = row?.[outer];
  return inner === undefined ? value : objectOf(value)[inner];
}

export function numberAt(row: Row | undefined, name: string): number | null {
  const value = valueAt(row, name);
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

export function objectOf(value: unknown): Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

export function fixed(value: unknown, decimals: number): string {
  // A true minus sign lines up with the digits; nothing is rounded to minus nought.
  if (typeof value !== 'number') return '–';
  const digits = value.toFixed(decimals);
  return Number(digits) === 0 ? digits.replace('-', '') : digits.replace('-', '−');
}

export function text(value: unknown): string {
  return typeof value === 'string' && value !== '' ? value : '–';
}

export function clockTime(instant: Date): string {
  return `${instant.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** As the place's own clocks show it; nothing where the time zone is not known. */
export function localTime(instant: Date, timeZone: string | undefined): string | undefined {
  if (timeZone === undefined) return undefined;
  try {
    const format = new Intl.DateTimeFormat('en-GB', { timeZone, weekday: 'short', hour: '2-digit', minute: '2-digit' });
    return format.format(instant);
  } catch {
    return undefined;
  }
}

export function span(ms: number): string {
  const minutes = Math.max(0, Math.round(ms / 60_000));
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.round(hours / 24)} days`;
}

/** How long ago something was, or how soon it will be; scripts keep what has a title true while a page is open. */
export function relative(instant: Date, now: Date): Html {
  const ms = now.getTime() - instant.getTime();
  const said = ms < 0 ? `in ${span(-ms)}` : `${span(ms)} ago`;
  return html`<time datetime="${instant.toISOString()}" title="${clockTime(instant)}">${said}</time>`;
}

/** `1 place`, `2 places`. */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

const DECIMALS: Readonly<Record<string, number>> = {
  humidity: 0,
  cloud_cover: 0,
  wind_deg: 0,
  visibility: 0,
  utc_offset: 0,
  'derived.beaufort': 0,
  lat: 4,
  lon: 4,
  rain_1h: 2,
  snow_1h: 2,
  'derived.absolute_humidity': 2,
  'derived.vapour_pressure_deficit': 2,
  'derived.air_density': 3,
};

/** How many decimals a field is shown with, wherever it is shown. */
export function decimalsOf(field: string): number {
  return DECIMALS[field] ?? 1;
}

export type FlagWord = { readonly mark: string; readonly word: string; readonly tone: string };

/** QARTOD flags (UNESCO IOC 54:V3), each with a mark and a word: never a colour alone. */
export const FLAGS: Readonly<Record<string, FlagWord>> = {
  1: { mark: '✓', word: 'passed', tone: 'ok' },
  2: { mark: '□', word: 'not checked', tone: 'soft' },
  3: { mark: '?', word: 'suspect', tone: 'late' },
  4: { mark: '✗', word: 'failed', tone: 'bad' },
  9: { mark: '∅', word: 'missing', tone: 'soft' },
};
const UNCHECKED: FlagWord = { mark: '□', word: 'not checked', tone: 'soft' };

/** The flag of one field, or of the record; 2 where nobody checked. */
export function flagOf(row: Row | undefined, field?: string): number {
  const qc = objectOf(row?.['qc']);
  const flag = field === undefined ? qc['overall'] : objectOf(qc['fields'])[field];
  return typeof flag === 'number' ? flag : 2;
}

export function flagWord(flag: number): FlagWord {
  return FLAGS[String(flag)] ?? UNCHECKED;
}
