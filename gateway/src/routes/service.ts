import { operation } from '../contract/operation.ts';
import { openApiDocument } from '../contract/openapi.ts';
import { word } from '../contract/parameter.ts';
import { Problem, PROBLEMS, type ProblemSlug } from '../http/problem.ts';
import { json } from '../http/reply.ts';
import { html, page } from './html-page.ts';

const document = operation({
  id: 'getOpenApi',
  route: '/openapi.json',
  tag: 'service',
  summary: 'This document (OpenAPI 3.1)',
  path: {},
  query: {},
  formats: ['json'],
  answers: [{ status: 200, description: 'OpenAPI 3.1', content: { 'application/openapi+json': undefined } }],
  problems: ['unknown-parameter'],
  async handle(_, { version, operations }) {
    const { body } = json(openApiDocument(operations, version));
    return { kind: 'whole', type: 'application/openapi+json; charset=utf-8', body, keeping: 'until-next' };
  },
});

const schema = operation({
  id: 'getSchema',
  route: '/schemas/{name}',
  tag: 'service',
  summary: 'The schema of an event or of a record, where dataschema points to: the same that validates',
  path: {
    name: word('A schema', /^[\w.-]{1,80}$/, 'must be the name of a schema, such as weatherline.product-1.json'),
  },
  query: {},
  formats: ['json'],
  answers: [{ status: 200, description: 'JSON Schema', content: { 'application/schema+json': undefined } }],
  problems: ['invalid-parameter', 'unknown-parameter', 'not-found'],
  async handle({ path }) {
    // Loaded when asked for: no other request needs it.
    const { publishedSchemas } = await import('@weatherline/events/json-schema');
    const schemas = publishedSchemas();
    const found = schemas.get(path.name ?? '');
    if (found === undefined) {
      throw new Problem('not-found', `there is no such schema; there are ${[...schemas.keys()].join(', ')}`);
    }
    return json(found, { type: 'application/schema+json; charset=utf-8' });
  },
});

const problem = operation({
  id: 'getProblemType',
  route: '/problems/{slug}',
  tag: 'service',
  summary: 'What the type of a problem document means',
  path: { slug: word('A type of problem', /^[a-z-]{1,40}$/, 'must be a type of problem') },
  query: {},
  formats: ['json'],
  answers: [{ status: 200, description: 'A page', content: { 'text/html': undefined } }],
  problems: ['invalid-parameter', 'unknown-parameter', 'not-found'],
  async handle({ path }) {
    const slug = slugs().find((known) => known === path.slug);
    if (slug === undefined) throw new Problem('not-found', `there is no such type; there are ${slugs().join(', ')}`);
    const [status, title, about] = PROBLEMS[slug];
    const others = slugs().map((other) => html`<li><a href="/problems/${other}">${other}</a></li>`);
    const body = html`<h1>${title}</h1>
      <p>Status ${status} · type <code>/problems/${slug}</code></p>
      <p>${about}</p>
      <h2>All types</h2>
      <ul>
        ${others}
      </ul>`;
    return page(title, body);
  },
});

function slugs(): ProblemSlug[] {
  return Object.keys(PROBLEMS).filter((slug): slug is ProblemSlug => slug in PROBLEMS);
}

export const serviceOperations = [document, schema, problem];
