import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { KubeObject } from '../objects.ts';
import { isTree, textAt } from '../tree.ts';
import { watch } from './watch.ts';

export type Violation = { readonly path: string; readonly expected: string; readonly got: string };

/** Says everything that an object's schema has against it, unknown fields included. */
export type Validator = (body: unknown) => readonly Violation[];
export type Schemas = ReadonlyMap<string, Validator>;

/** Whose npm package holds the schemas of a group, compiled from its CustomResourceDefinitions or from Kubernetes' OpenAPI. */
const PACKAGES: Readonly<Record<string, string>> = {
  'kafka.strimzi.io': '@kubernetes-models/strimzi-kafka-operator',
  'cert-manager.io': '@kubernetes-models/cert-manager',
  'trust.cert-manager.io': '@kubernetes-models/cert-manager',
  'monitoring.coreos.com': '@kubernetes-models/prometheus-operator',
};
const BUILT_IN = /^$|^[a-z]+$|\.k8s\.io$/;
const WRITTEN = join(import.meta.dirname, '..', 'schemas');

export function schemaKey({ apiVersion, kind }: { readonly apiVersion: string; readonly kind: string }): string {
  return `${apiVersion}/${kind}`;
}

const loaded = new Map<string, Validator>();

/** The schemas of every kind among the objects; a kind that nobody knows is not in the answer. */
export async function loadSchemas(objects: readonly KubeObject[]): Promise<Schemas> {
  if (loaded.size === 0) for (const [key, validator] of writtenSchemas()) loaded.set(key, validator);
  for (const object of objects) {
    const key = schemaKey(object);
    if (loaded.has(key)) continue;
    const validator = await packagedSchema(object);
    if (validator !== undefined) loaded.set(key, remembered(validator));
  }
  return loaded;
}

async function packagedSchema({ group, apiVersion, kind }: KubeObject): Promise<Validator | undefined> {
  const from = PACKAGES[group] ?? (BUILT_IN.test(group) ? 'kubernetes-models' : undefined);
  if (from === undefined || !/^[\w./-]+$/.test(apiVersion) || !/^\w+$/.test(kind)) return undefined;
  let module: unknown;
  try {
    module = await import(`${from}/${apiVersion}/${kind}`);
  } catch {
    return undefined;
  }
  const model: unknown = isTree(module) ? module[kind] : undefined;
  if (typeof model !== 'function') return undefined;
  const prototype: unknown = model.prototype;
  const validate = isTree(prototype) ? prototype['validate'] : undefined;
  if (typeof validate !== 'function') return undefined;
  return (body) => violationsOf((value) => Reflect.apply(validate, value, []), body);
}

/** The packages' generator takes fields that are called `description` for the schema's own and drops them. */
const LOST: Readonly<Record<string, readonly string[]>> = { PriorityClass: ['description'] };

function isLost(body: unknown, path: string): boolean {
  return LOST[textAt(body, 'kind') ?? '']?.includes(path) ?? false;
}

/** Runs a compiled schema over a value that takes note of what is read. */
export function violationsOf(validate: (value: unknown) => unknown, body: unknown): Violation[] {
  const { value, unread, isRead } = watch(body);
  const violations: Violation[] = [];
  try {
    validate(value);
  } catch (error) {
    violations.push(...errorsOf(error));
  }
  // What has looked at nothing has not validated anything.
  if (!isRead()) violations.push({ path: '', expected: 'a schema that reads the object', got: 'one that does not' });
  for (const path of unread().filter((one) => !isLost(body, one))) {
    violations.push({ path, expected: 'no such field in the schema', got: 'the field' });
  }
  return violations;
}

function errorsOf(error: unknown): Violation[] {
  const found = isTree(error) || error instanceof Error ? Reflect.get(error, 'errors') : undefined;
  const list: unknown[] = Array.isArray(found) ? found : [];
  if (list.length === 0) return [{ path: '', expected: 'an object that its schema accepts', got: String(error) }];
  return list.map((item) => ({
    path: (textAt(item, 'instancePath') ?? '').slice(1).replaceAll('/', '.'),
    expected: textAt(item, 'message') ?? 'another value',
    got: JSON.stringify(isTree(item) ? item['params'] : item),
  }));
}

/** Kinds without a schema in npm, or with one that is too old: written down in `schemas/`, each with its source. */
function writtenSchemas(): [string, Validator][] {
  const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true });
  return readdirSync(WRITTEN).map((file) => {
    const schema: unknown = JSON.parse(readFileSync(join(WRITTEN, file), 'utf8'));
    if (!isTree(schema)) throw new TypeError(`${file} is not a schema`);
    const key = `${textAt(schema, 'properties', 'apiVersion', 'const')}/${textAt(schema, 'properties', 'kind', 'const')}`;
    return [key, writtenValidator(ajv.compile(schema))];
  });
}

/** The same object against the same schema says the same: overlays share most of what they hold. */
function remembered(validator: Validator): Validator {
  const known = new WeakMap<object, readonly Violation[]>();
  return (body) => {
    if (!isTree(body)) return validator(body);
    const before = known.get(body);
    if (before !== undefined) return before;
    const violations = validator(body);
    known.set(body, violations);
    return violations;
  };
}

function writtenValidator(validate: ValidateFunction): Validator {
  return (body) => {
    validate(body);
    return (validate.errors ?? []).map(({ instancePath, message = '', params }) => ({
      path: instancePath.slice(1).replaceAll('/', '.'),
      expected: message.replace('must NOT have additional properties', 'no such field in the schema'),
      got: JSON.stringify(params),
    }));
  };
}
