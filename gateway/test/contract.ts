import { Ajv2020 } from 'ajv/dist/2020.js';
import { openApiDocument } from '../src/contract/openapi.ts';
import { operations } from '../src/operations.ts';

type Media = { readonly schema?: object };
type Answered = { readonly content?: Readonly<Record<string, Media>>; readonly headers?: object };
type Described = { readonly get: { readonly responses: Readonly<Record<string, Answered>> } };
export type Document = {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Described>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
};

export const document = JSON.parse(JSON.stringify(openApiDocument(operations, '1.2.3'))) as Document;

const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
ajv.addSchema({ $id: 'openapi', ...document });

/** Every answer of the suite is held against the document: its status, its media type, its body. */
export async function fetch(url: string | URL, init: RequestInit = {}): Promise<Response> {
  const response = await globalThis.fetch(url, init);
  const { pathname } = new URL(url);
  const wrong = await faultsOf(pathname, init.method ?? 'GET', response.clone());
  if (wrong !== undefined) throw new Error(`${init.method ?? 'GET'} ${pathname} ${response.status}: ${wrong}`);
  return response;
}

async function faultsOf(path: string, method: string, response: Response): Promise<string | undefined> {
  const { status } = response;
  const type = (response.headers.get('content-type') ?? '').split(';')[0] ?? '';
  const route = routeOf(path);
  for (const name of ['x-request-id', 'x-content-type-options'])
    if (!response.headers.has(name)) return `there is no ${name}`;
  if (route === undefined || (method !== 'GET' && method !== 'HEAD')) {
    return status >= 400 ? invalid(document.components.schemas['Problem'], await response.json()) : undefined;
  }
  const answered = document.paths[route]?.get.responses[String(status)];
  if (answered === undefined) return `the document has no ${status} for ${route}`;
  if (status === 304 || status === 302 || status === 206 || method === 'HEAD') return undefined;
  if (status < 400 && type !== 'application/json' && answered.content?.[type] === undefined)
    return `the document has no ${type} for ${status} of ${route}`;
  const schema = answered.content?.[type]?.schema;
  return schema === undefined ? undefined : invalid(schema, JSON.parse(await response.text()));
}

function routeOf(path: string): string | undefined {
  const literal = document.paths[path] === undefined ? undefined : path;
  return (
    literal ??
    Object.keys(document.paths).find((route) => new RegExp(`^${route.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path))
  );
}

/** What is wrong with a value by a schema of the document. */
export function invalid(schema: object | undefined, value: unknown): string | undefined {
  const text = JSON.stringify(schema).replaceAll('"#/', '"openapi#/');
  const validate = ajv.compile(JSON.parse(text));
  return validate(value) ? undefined : ajv.errorsText(validate.errors);
}
