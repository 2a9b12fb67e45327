import { instantText, slotInstant, type Location } from '@weatherline/events';

export type Row = Readonly<Record<string, unknown>>;

/** One line of a product as it is stored; read as an object only when somebody wants one. */
export class Line {
  /** As it is stored, which is what the seed's API serves. */
  readonly text: string;
  readonly locationId: string;
  /** What a record of another pipeline lacks: its location's id and its slot. */
  readonly #lacking: Row | undefined;

  constructor(text: string, locationId: string, lacking?: Row) {
    this.text = text;
    this.locationId = locationId;
    this.#lacking = lacking;
  }

  /** The record as `/v1` has it. */
  get record(): Row {
    const stored = objectOf(this.text) ?? {};
    return this.#lacking === undefined ? stored : { ...stored, ...this.#lacking };
  }

  /** The record as `/v1` has it, as JSON: the stored text itself, if it lacks nothing. */
  get json(): string {
    return this.#lacking === undefined ? this.text : JSON.stringify(this.record);
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

export type Parsing = { readonly locations: readonly Location[]; readonly slot: string | undefined };

/** Reads JSONL; a line that is no object is left out and reported by its number. */
export function parseLines(body: Uint8Array, { locations, slot }: Parsing): { lines: Line[]; broken: number[] } {
  const lines: Line[] = [];
  const broken: number[] = [];
  for (const [at, text] of Buffer.from(body).toString('utf8').split('\n').entries()) {
    if (text.trim() === '') continue;
    const record = objectOf(text);
    if (record === undefined) broken.push(at + 1);
    else lines.push(lineOf(text.trim(), record, { locations, slot }));
  }
  return { lines, broken };
}

function lineOf(text: string, record: Row, { locations, slot }: Parsing): Line {
  if (typeof record['location_id'] === 'string') return new Line(text, record['location_id']);
  const locationId = locationIdOf(record, locations);
  const instant = slot === undefined ? undefined : slotInstant(slot);
  const at = instant === undefined ? {} : { slot: instantText(instant) };
  return new Line(text, locationId, { location_id: locationId, ...at });
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
  const { location_name: name, lat, lon } = record;
  const near = locations.find(
    (place) => Math.abs(place.lat - Number(lat)) <= NEAR && Math.abs(place.lon - Number(lon)) <= NEAR,
  );
  return near?.id ?? (slug(typeof name === 'string' ? name : '') || positionOf(lat, lon));
}

/** For a name without a Latin letter: places that are apart must not become one. */
function positionOf(lat: unknown, lon: unknown): string {
  if (typeof lat !== 'number' || typeof lon !== 'number') return 'unknown';
  const [north, east] = [lat, lon].map((degrees) => Math.abs(degrees).toFixed(2).replace('.', '-'));
  return `at-${north}${lat < 0 ? 's' : 'n'}-${east}${lon < 0 ? 'w' : 'e'}`;
}

function slug(name: string): string {
  const plain = name
    .normalize('NFKD')
    .replaceAll(/\p{Diacritic}/gu, '')
    .toLowerCase();
  return plain
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 63);
}
