import { toJsonSchema } from '@valibot/to-json-schema';
import type { GenericSchema } from 'valibot';
import { PROBLEM_TYPE, PROBLEMS, type ProblemSlug } from '../http/problem.ts';
import { cursor } from './cursor.ts';
import type { Answered, Operation } from './operation.ts';
import { choice, type Parameter, type Parameters } from './parameter.ts';
import * as schemas from './schemas.ts';

type Json = Readonly<Record<string, unknown>>;

const TAGS = {
  products: 'What each slot published',
  records: 'Observations over time',
  locations: 'The places',
  runs: 'The passes of the chain',
  service: 'The service itself',
  seed: 'The API that came before /v1, kept as it was',
} as const;

/** Shapes that have a name in the document. */
const NAMED = new Map<GenericSchema, string>([
  [schemas.PublishedRecord, 'Record'],
  [schemas.ProductMeta, 'Product'],
  [schemas.LatestProduct, 'LatestProduct'],
  [schemas.PlaceItem, 'Location'],
  [schemas.PlaceLatest, 'LatestRecord'],
  [schemas.RunItem, 'Run'],
  [schemas.RunDetail, 'RunDetail'],
  [schemas.Status, 'Status'],
  [schemas.Download, 'Download'],
  [schemas.Landing, 'Landing'],
  [schemas.FeatureCollection, 'FeatureCollection'],
  [schemas.ProblemDocument, 'Problem'],
]);

/** The OpenAPI 3.1 document of the operations, made from what validates and serves them. */
export function openApiDocument(operations: readonly Operation[], version: string): Json {
  return {
    openapi: '3.1.1',
    info: {
      title: 'weatherline',
      version,
      summary: 'Weather products, read back',
      description:
        'Products of a serverless weather pipeline: observations and analyses with units, quality flags (QARTOD) and lineage. Units are those of the World Meteorological Organization (°C, hPa, m/s, mm, m); times are UTC.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths: Object.fromEntries([LANDING, ...operations].map((said) => [said.route, { get: describe(said) }])),
    components: {
      schemas: Object.fromEntries([...NAMED].map(([schema, name]) => [name, jsonSchema(schema)])),
      securitySchemes: {
        key: {
          type: 'http',
          scheme: 'bearer',
          description: 'An API key or a JSON Web Token, where the service asks for one',
        },
        header: { type: 'apiKey', in: 'header', name: 'X-Api-Key' },
      },
    },
    security: [{}, { key: [] }, { header: [] }],
  };
}

type Said = Omit<Operation, 'handle'>;

/** The page at `/`, which has links for programs. */
const LANDING: Said = {
  id: 'getLanding',
  route: '/',
  tag: 'service',
  summary: 'Where everything is, as links; a page for who prefers HTML',
  path: {},
  query: {},
  formats: ['json'],
  answers: [
    { status: 200, description: 'Links', content: { 'application/json': schemas.Landing, 'text/html': undefined } },
  ],
  problems: [],
};

/** For one caller and one moment: there is nothing to ask again about. */
const NEVER_KEPT: ReadonlySet<string> = new Set(['downloadProduct', 'seedHealth']);

function describe(said: Said): Json {
  const { id, tag, summary, path, query, formats, answers, problems } = said;
  const negotiated = formats.length > 1 ? { f: formatParameter(said) } : {};
  const isKept = !NEVER_KEPT.has(id);
  return {
    operationId: id,
    tags: [tag],
    summary,
    parameters: [...parameters('path', path), ...parameters('query', { ...query, ...negotiated })],
    responses: {
      ...Object.fromEntries(answers.map((one) => answered(one, isKept))),
      ...(isKept ? { 304: NOT_MODIFIED } : {}),
      ...problemResponses(isKept ? [...problems, 'precondition-failed'] : problems),
    },
  };
}

const NOT_MODIFIED = { description: 'What the caller has is current (If-None-Match, If-Modified-Since)' };

/** The parameter that names a format, which wins over Accept. */
export function formatParameter({ formats }: Pick<Operation, 'formats'>): Parameter<string> {
  return choice('The format; without it the Accept header decides', ...formats);
}

function parameters(where: 'path' | 'query', known: Parameters): Json[] {
  return Object.entries(known).map(([name, { description, schema, example }]) => {
    const shape = jsonSchema(schema);
    const isList = shape['type'] === 'array';
    return {
      name,
      in: where,
      required: where === 'path',
      description,
      schema: name === 'cursor' ? { ...jsonSchema(cursor.schema) } : shape,
      ...(isList ? { style: 'form', explode: false } : {}),
      ...(example === undefined || isList ? {} : { example: exampleOf(shape, example) }),
    };
  });
}

function exampleOf(shape: Json, example: string): unknown {
  return shape['type'] === 'integer' || shape['type'] === 'number' ? Number(example) : example;
}

function answered({ status, description, content }: Answered, isKept: boolean): [string, Json] {
  const media = Object.entries(content).map(([type, schema]) => [
    type,
    schema === undefined ? {} : { schema: referenced(schema) },
  ]);
  const headers =
    status === 302
      ? { Location: { description: 'Where to go', schema: { type: 'string' } } }
      : isKept
        ? { ETag: { description: 'Strong; one for each encoding', schema: { type: 'string' } } }
        : {};
  return [
    String(status),
    { description, headers, ...(media.length > 0 ? { content: Object.fromEntries(media) } : {}) },
  ];
}

/** Every route may also be refused for who asks and how often; those are not repeated by the routes. */
const ALWAYS: readonly ProblemSlug[] = [
  'invalid-request',
  'unauthorized',
  'insufficient-scope',
  'method-not-allowed',
  'request-timeout',
  'body-not-allowed',
  'expectation-failed',
  'headers-too-large',
  'rate-limited',
  'internal',
  'store-unavailable',
  'keys-unavailable',
  'overloaded',
];

function problemResponses(own: readonly ProblemSlug[]): Json {
  const bySlug = [...new Set([...own, ...ALWAYS])].map((slug) => ({ slug, status: PROBLEMS[slug][0] }));
  const groups = Map.groupBy(bySlug, ({ status }) => status);
  const media = PROBLEM_TYPE.split(';')[0] ?? PROBLEM_TYPE;
  return Object.fromEntries(
    [...groups].map(([status, slugs]) => [
      String(status),
      {
        description: slugs.map(({ slug }) => slug).join(', '),
        content: { [media]: { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    ]),
  );
}

function referenced(schema: GenericSchema): Json {
  const name = NAMED.get(schema);
  return name === undefined ? jsonSchema(schema) : { $ref: `#/components/schemas/${name}` };
}

/** A schema as JSON Schema; shapes with a name are referred to by it. */
function jsonSchema(schema: GenericSchema): Json {
  const definitions = Object.fromEntries(
    [...NAMED].filter(([named]) => named !== schema).map(([named, name]) => [name, named]),
  );
  const made = toJsonSchema(schema, { target: 'draft-2020-12', typeMode: 'input', errorMode: 'ignore', definitions });
  const { $schema: _, $defs: __, ...shape } = made;
  return JSON.parse(JSON.stringify(shape).replaceAll('"#/$defs/', '"#/components/schemas/'));
}
