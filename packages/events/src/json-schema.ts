import { toJsonSchema } from '@valibot/to-json-schema';
import { EVENTS } from './catalog.ts';
import { WeatherRecord } from './record.ts';

/** JSON Schema, as an object. */
export type JsonSchema = Readonly<Record<string, unknown>>;

const OPTIONS = { errorMode: 'ignore', target: 'draft-2020-12' } as const;

/** The name under which a schema is published: the last segment of `dataschema`. */
export const RECORD_SCHEMA = 'weatherline.product-1.json';

/** Every published schema by its file name, made from the very ones that validate. */
export function publishedSchemas(): ReadonlyMap<string, JsonSchema> {
  const events = EVENTS.map(({ type, schema }): [string, JsonSchema] => [
    `${type}.json`,
    { ...toJsonSchema(schema, OPTIONS), $id: `https://weatherline.dev/schemas/${type}.json`, title: type },
  ]);
  const record = {
    ...toJsonSchema(WeatherRecord, OPTIONS),
    $id: `https://weatherline.dev/schemas/${RECORD_SCHEMA}`,
    title: 'weatherline.product/1',
  };
  return new Map<string, JsonSchema>([...events, [RECORD_SCHEMA, record]]);
}
