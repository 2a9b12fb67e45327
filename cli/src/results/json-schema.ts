import { toJsonSchema } from '@valibot/to-json-schema';
import { RESULTS } from './index.ts';

/** The file of a result's schema below docs/reference. */
export function schemaFileOf(name: string): string {
  return `schemas/commands/${name.replaceAll('--', '').replaceAll(' ', '-')}.json`;
}

/** Every result's schema by its file, made from the very one that the tests parse with. */
export function publishedResults(): ReadonlyMap<string, Readonly<Record<string, unknown>>> {
  return new Map(
    [...RESULTS].map(([name, schema]) => {
      const file = schemaFileOf(name);
      const $id = `https://weatherline.dev/${file}`;
      return [file, { ...toJsonSchema(schema, { target: 'draft-2020-12' }), $id, title: `weatherline ${name}` }];
    }),
  );
}
