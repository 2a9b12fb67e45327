import type { Ask, Format, Operation } from './contract/operation.ts';
import { type Parameters, readPath, readQuery } from './contract/parameter.ts';
import { invalidParameter, Problem } from './http/problem.ts';

const MEDIA: Readonly<Record<Format, string>> = {
  json: 'application/json',
  ndjson: 'application/x-ndjson',
  csv: 'text/csv',
  geojson: 'application/geo+json',
};

/** A request as far as a route is concerned. */
export type Asked = {
  /** The named pieces of the path. */
  readonly params: Readonly<Record<string, string>>;
  readonly search: URLSearchParams;
  readonly href: string;
  /** The first of these types that the caller prefers; false = none of them will do. */
  readonly accepts: (first: string, ...further: string[]) => string | false;
};

/** Reads what a route is asked; throws the problem that says what is wrong with it. */
export function readAsk(operation: Operation, asked: Asked): Ask<Parameters, Parameters> {
  const { formats, query: known, ignoresUnknown = false } = operation;
  const negotiated = formats.length > 1;
  const search = ignoresUnknown ? only(asked.search, Object.keys(known)) : new URLSearchParams(asked.search);
  const named = search.get('f');
  if (negotiated && search.getAll('f').length > 1) throw invalidParameter('f', 'must be given once', 'f');
  if (negotiated) search.delete('f');
  const query = readQuery(search, known);
  return {
    path: readPath(asked.params, operation.path),
    query,
    format: negotiated ? formatOf(asked, operation, named) : 'json',
    href: asked.href,
    search: asked.search,
    prefersHtml: asked.accepts('json', 'html') === 'html',
  };
}

function only(search: URLSearchParams, names: readonly string[]): URLSearchParams {
  return new URLSearchParams([...search].filter(([name]) => names.includes(name)));
}

/** The format that `f` names, or else the first that `Accept` allows. */
function formatOf(asked: Asked, { formats }: Operation, named: string | null): Format {
  const found = named === null ? formats[acceptedIndex(asked, formats)] : formats.find((format) => format === named);
  if (found !== undefined) return found;
  const available = named === null ? formats.map((format) => MEDIA[format]) : [...formats];
  const what = named === null ? 'none of the accepted media types' : `no format '${named.slice(0, 40)}'`;
  throw new Problem('not-acceptable', `there is ${what}; there are ${available.join(', ')}`, { extra: { available } });
}

function acceptedIndex({ accepts }: Asked, formats: readonly Format[]): number {
  const types = formats.map((format) => MEDIA[format]);
  const [first = MEDIA.json, ...further] = types;
  const accepted = accepts(first, ...further);
  return accepted === false ? -1 : types.indexOf(accepted);
}
