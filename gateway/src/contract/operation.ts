import type { GenericSchema } from 'valibot';
import type { ProblemSlug } from '../http/problem.ts';
import type { Reply } from '../http/reply.ts';
import type { RoutePorts } from '../route-ports.ts';
import type { Parameters, ValuesOf } from './parameter.ts';

export type Format = 'json' | 'ndjson' | 'csv' | 'geojson';

/** What a route is asked. */
export type Ask<Path extends Parameters, Query extends Parameters> = {
  readonly path: ValuesOf<Path>;
  readonly query: ValuesOf<Query>;
  /** By `f`, or else by `Accept`; json where a route has one format. */
  readonly format: Format;
  /** Path and query as they were sent. */
  readonly href: string;
  readonly search: URLSearchParams;
  readonly prefersHtml: boolean;
};

/** A successful answer as the document describes it. */
export type Answered = {
  readonly status: 200 | 206 | 302;
  readonly description: string;
  /** By media type; undefined = bytes or text that no schema describes. */
  readonly content: Readonly<Record<string, GenericSchema | undefined>>;
};

type Definition<Path extends Parameters, Query extends Parameters> = {
  readonly id: string;
  /** `/v1/products/{slot}`. */
  readonly route: string;
  readonly tag: 'products' | 'locations' | 'records' | 'runs' | 'service' | 'seed';
  readonly summary: string;
  readonly path: Path;
  readonly query: Query;
  /** More than one = negotiated, with `f`. */
  readonly formats: readonly Format[];
  /** Does it take parameters that it does not know? Only the seed's API did. */
  readonly ignoresUnknown?: boolean;
  readonly answers: readonly Answered[];
  readonly problems: readonly ProblemSlug[];
  readonly handle: (ask: Ask<Path, Query>, ports: RoutePorts) => Promise<Reply>;
};

/** One route with everything that validates it, serves it and documents it. */
export type Operation = Definition<Parameters, Parameters>;

export function operation<const Path extends Parameters, const Query extends Parameters>(
  definition: Definition<Path, Query>,
): Operation {
  // The router hands each handler what its own parameters read, which the common type cannot say.
  const { handle } = definition;
  return { ...definition, handle: async (ask, ports) => handle(narrowed(ask), ports) };
}

function narrowed<Path extends Parameters, Query extends Parameters>(
  ask: Ask<Parameters, Parameters>,
): Ask<Path, Query> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see `operation`
  return ask as Ask<Path, Query>;
}
