import type { Context } from 'koa';
import type { Ask, Format, Operation } from './contract/operation.ts';
import { type Parameters, readPath, readQuery } from './contract/parameter.ts';
import type { Visit } from './front.ts';
import { invalidParameter, Problem } from './http/problem.ts';

const MEDIA: Readonly<Record<Format, string>> = {
  json: 'application/json',
  ndjson: 'application/x-ndjson',
  csv: 'text/csv',
  geojson: 'application/geo+json',
};

/** Reads what a route is asked; throws the problem that says what is wrong with it. */
export function askOf(
  operation: Operation,
  ctx: Context & { params: Record<string, string> },
  { target }: Visit,
): Ask<Parameters, Parameters> {
  const { formats, query: known, ignoresUnknown = false } = operation;
  const negotiated = formats.length > 1;
  const search = ignoresUnknown ? only(target.search, Object.keys(known)) : new URLSearchParams(target.search);
  const named = search.get('f');
  if (negotiated && search.getAll('f').length > 1) throw invalidParameter('f', 'must be given once', 'f');
  if (negotiated) search.delete('f');
  const query = readQuery(search, known);
  return {
    path: readPath(ctx.params, operation.path),
    query,
    format: negotiated ? formatOf(ctx, operation, named) : 'json',
    href: target.href,
    search: target.search,
    prefersHtml: ctx.accepts('json', 'html') === 'html',
  };
}

function only(search: URLSearchParams, names: readonly string[]): URLSearchParams {
  return new URLSearchParams([...search].filter(([name]) => names.includes(name)));
}

/** The format that `f` names, or else the first that `Accept` allows. */
function formatOf(ctx: Context, { formats }: Operation, named: string | null): Format {
  const found = named === null ? formats[acceptedIndex(ctx, formats)] : formats.find((format) => format === named);
  if (found !== undefined) return found;
  const available = named === null ? formats.map((format) => MEDIA[format]) : [...formats];
  const what = named === null ? 'none of the accepted media types' : `no format '${named.slice(0, 40)}'`;
  throw new Problem('not-acceptable', `there is ${what}; there are ${available.join(', ')}`, { extra: { available } });
}

function acceptedIndex(ctx: Context, formats: readonly Format[]): number {
  const types = formats.map((format) => MEDIA[format]);
  const accepted = ctx.accepts(...types);
  return accepted === false ? -1 : types.indexOf(accepted);
}
