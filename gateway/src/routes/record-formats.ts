import type { Format } from '../contract/operation.ts';
import type { Link } from '../http/reply.ts';
import type { Line, Row } from '../store/record-lines.ts';
import { COLUMNS, pick, valueOf } from './fields.ts';

export const MEDIA_TYPES = {
  json: 'application/json; charset=utf-8',
  ndjson: 'application/x-ndjson; charset=utf-8',
  csv: 'text/csv; charset=utf-8; header=present',
  geojson: 'application/geo+json; charset=utf-8',
} as const satisfies Readonly<Record<Format, string>>;

export type Writing = {
  readonly format: Format;
  readonly fields: readonly string[] | undefined;
  readonly excel: boolean;
  readonly links: readonly Link[];
};

/** Records as text, piece by piece, in the order they come. */
export type Writer = {
  readonly head: string;
  readonly record: (line: Line, at: number) => string;
  readonly foot: (count: number, nextCursor: string | null) => string;
};

const comma = (at: number): string => (at === 0 ? '' : ',');

export function writerOf({ format, fields, excel, links }: Writing): Writer {
  if (format === 'csv') return csv(fields ?? COLUMNS, excel);
  if (format === 'ndjson') return { head: '', record: (line) => `${textOf(line, fields)}\n`, foot: () => '' };
  if (format === 'geojson') {
    return {
      head: '{"type":"FeatureCollection","features":[',
      record: (line, at) => comma(at) + JSON.stringify(feature(line.record, fields)),
      foot: (count) => `],"numberReturned":${count},"links":${JSON.stringify(links)}}\n`,
    };
  }
  return {
    head: '{"items":[',
    record: (line, at) => comma(at) + textOf(line, fields),
    foot: (_, next) => `],"next_cursor":${JSON.stringify(next)},"links":${JSON.stringify(links)}}\n`,
  };
}

/** The text as it is, unless only some fields are wanted. */
function textOf(line: Line, fields: readonly string[] | undefined): string {
  return fields === undefined ? line.json : JSON.stringify(pick(line.record, fields));
}

/** RFC 7946: longitude before latitude, then metres. */
function feature(record: Row, fields: readonly string[] | undefined): Record<string, unknown> {
  const { id, lat, lon, elevation } = record;
  const hasPlace = typeof lat === 'number' && typeof lon === 'number';
  const height = typeof elevation === 'number' ? [elevation] : [];
  return {
    type: 'Feature',
    ...(typeof id === 'string' ? { id } : {}),
    geometry: hasPlace ? { type: 'Point', coordinates: [lon, lat, ...height] } : null,
    properties: fields === undefined ? record : pick(record, fields),
  };
}

/** RFC 4180: a header, CRLF, quotes where they are needed; nothing between two commas is a value that is absent. */
function csv(columns: readonly string[], excel: boolean): Writer {
  const cell = (value: unknown): string => {
    if (value === null || value === undefined) return '';
    let text = typeof value === 'string' ? value : JSON.stringify(value);
    if (excel && typeof value === 'string' && /^[=+\-@\t\r]/.test(text)) text = `'${text}`;
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return {
    head: `${columns.join(',')}\r\n`,
    record: (line) => {
      const { record } = line;
      return `${columns.map((column) => cell(valueOf(record, column))).join(',')}\r\n`;
    },
    foot: () => '',
  };
}

/** Everything as one text. */
export function written(writer: Writer, lines: readonly Line[], nextCursor: string | null): string {
  return (
    writer.head + lines.map((line, at) => writer.record(line, at)).join('') + writer.foot(lines.length, nextCursor)
  );
}

/** The same, piece by piece; each is made when the one before it has been sent, and none for somebody who has gone. */
export async function* streamed(
  writer: Writer,
  pieces: AsyncIterable<{ readonly lines: readonly Line[] }>,
  signal: AbortSignal,
): AsyncGenerator<string> {
  let count = 0;
  let pending = writer.head;
  for await (const { lines } of pieces) {
    signal.throwIfAborted();
    for (const line of lines) {
      pending += writer.record(line, count);
      count += 1;
    }
    if (pending.length > 0) yield pending;
    pending = '';
  }
  yield pending + writer.foot(count, null);
}

/** CSV is a file to a browser, with a name. */
export function naming(format: Format, name: string): Readonly<Record<string, string>> {
  return format === 'csv' ? { 'content-disposition': `attachment; filename="weatherline_${name}.csv"` } : {};
}
