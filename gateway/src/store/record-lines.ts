import type { Location } from '@weatherline/events';

export type Row = Readonly<Record<string, unknown>>;

/** One line of a product as it is stored; read as an object only when somebody wants one. */
export class Line {
  readonly text: string;
  readonly locationId: string;

  constructor(text: string, locationId: string) {
    this.text = text;
    this.locationId = locationId;
  }

  get record(): Row {
    return objectOf(this.text) ?? {};
  }
}

/** Degrees: a record of the seed's pipeline, which has no location id, belongs to the place this near. */
const NEAR = 0.05;

const LOCATION_ID = /"location_id":"([a-z0-9][a-z0-9-]{0,62})"/;

/**
 * Lines of bytes that are known to be what upload wrote: none is parsed. A quotation mark within a text is escaped, so
 * the first member of that name is the record's own.
 */
export function trustedLines(body: Uint8Array): Line[] | undefined {
  const lines: Line[] = [];
  for (const text of Buffer.from(body).toString('utf8').split('\n')) {
    if (text === '') continue;
    const [, locationId] = LOCATION_ID.exec(text) ?? [];
    if (locationId === undefined) return undefined;
    lines.push(new Line(text, locationId));
  }
  return lines;
}

/** Reads JSONL; a line that is no object is left out and reported by its number. */
export function parseLines(body: Uint8Array, locations: readonly Location[]): { lines: Line[]; broken: number[] } {
  const lines: Line[] = [];
  const broken: number[] = [];
  for (const [at, text] of Buffer.from(body).toString('utf8').split('\n').entries()) {
    if (text.trim() === '') continue;
    const record = objectOf(text);
    if (record === undefined) broken.push(at + 1);
    else lines.push(new Line(text.trim(), locationIdOf(record, locations)));
  }
  return { lines, broken };
}

function objectOf(text: string): Row | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return undefined;
    return { ...parsed };
  } catch {
    return undefined;
  }
}

function locationIdOf(record: Row, locations: readonly Location[]): string {
  const { location_id: id, location_name: name, lat, lon } = record;
  if (typeof id === 'string') return id;
  const near = locations.find(
    (place) => Math.abs(place.lat - Number(lat)) <= NEAR && Math.abs(place.lon - Number(lon)) <= NEAR,
  );
  return near?.id ?? slug(typeof name === 'string' ? name : 'unknown');
}

function slug(name: string): string {
  const plain = name
    .normalize('NFKD')
    .replaceAll(/\p{Diacritic}/gu, '')
    .toLowerCase();
  return (
    plain
      .replaceAll(/[^a-z0-9]+/g, '-')
      .replaceAll(/^-+|-+$/g, '')
      .slice(0, 63) || 'unknown'
  );
}
