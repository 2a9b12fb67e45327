import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { objectOf } from '../objects.ts';
import { isTree, textAt } from '../tree.ts';
import { loadSchemas, schemaKey, violationsOf, type Violation } from './registry.ts';

async function violations(body: unknown): Promise<readonly Violation[]> {
  const object = objectOf(body);
  const validator = (await loadSchemas([object])).get(schemaKey(object));
  if (validator === undefined) throw new Error(`no schema for ${schemaKey(object)}`);
  return validator(object.body);
}

const deployment = (container: object): object => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'a', labels: { any: 'label' } },
  spec: {
    selector: { matchLabels: { a: 'b' } },
    template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'a', image: 'b', ...container }] } },
  },
});

test('a valid object has no violation, whatever its labels are called', async (t) => {
  t.deepEqual(await violations(deployment({ resources: { limits: { cpu: 1, 'example.com/chip': '2' } } })), []);
});

test('an unknown field is found at any depth and named by its path', async (t) => {
  const found = await violations(deployment({ imagee: 'x', ports: [{ containerPort: 1, nam: 'x' }] }));
  t.deepEqual(
    found.map(({ path }) => path),
    ['spec.template.spec.containers[0].imagee', 'spec.template.spec.containers[0].ports[0].nam'],
  );
});

test('a wrong type and a missing field are found', async (t) => {
  t.regex(JSON.stringify(await violations(deployment({ ports: [{ containerPort: 'x' }] }))), /integer/);
  t.regex(JSON.stringify(await violations({ apiVersion: 'apps/v1', kind: 'Deployment', spec: {} })), /template/);
});

test('a field whose schema is free of form may hold anything', async (t) => {
  const topic = { apiVersion: 'kafka.strimzi.io/v1', kind: 'KafkaTopic', metadata: { name: 't' } };
  t.deepEqual(await violations({ ...topic, spec: { partitions: 1, replicas: 1, config: { 'retention.ms': 1 } } }), []);
  const [found] = await violations({ ...topic, spec: { partition: 1 } });
  t.is(found?.path, 'spec.partition');
});

test('a kind that no package and no file knows has no schema', async (t) => {
  const forecast = objectOf({ apiVersion: 'weatherline.dev/v1', kind: 'Forecast' });
  const pod = objectOf({ apiVersion: 'v2', kind: 'Pod' });
  const schemas = await loadSchemas([forecast, pod]);
  t.false(schemas.has(schemaKey(forecast)));
  t.false(schemas.has(schemaKey(pod)));
});

test('a schema that looks at nothing is a violation itself', (t) => {
  t.is(violationsOf(() => undefined, { kind: 'Any' }).length, 1);
});

test('every written schema refuses unknown fields and says where it comes from', (t) => {
  const folder = join(import.meta.dirname, '..', 'schemas');
  for (const file of readdirSync(folder)) {
    const schema: unknown = JSON.parse(readFileSync(join(folder, file), 'utf8'));
    t.regex(textAt(schema, '$comment') ?? '', /https:\/\//, file);
    t.deepEqual(openObjects(schema, file), [], file);
  }
});

/** Places of a schema that list properties and let others pass. */
function openObjects(schema: unknown, path: string): string[] {
  if (Array.isArray(schema)) return schema.flatMap((item, index) => openObjects(item, `${path}[${index}]`));
  if (!isTree(schema)) return [];
  const isOpen =
    isTree(schema['properties']) && schema['type'] === 'object' && schema['additionalProperties'] !== false;
  return [
    ...(isOpen ? [path] : []),
    ...Object.entries(schema).flatMap(([key, inner]) => openObjects(inner, `${path}.${key}`)),
  ];
}
