import { finding, type Check } from '../check.ts';
import { schemaKey } from '../schema/registry.ts';

/** Every object against its own schema. A kind that no schema knows is a mistake, never a pass. */
export const schema: Check = {
  name: 'schema',
  answers: [],
  find: (objects, { knowledge: { schemas } }) =>
    objects.flatMap((object) => {
      const validator = schemas.get(schemaKey(object));
      if (validator === undefined) {
        return [
          finding(object, 'kind', {
            expected: 'a kind whose schema is known',
            got: schemaKey(object),
            todo: 'correct apiVersion and kind, or write its schema into test/manifests/schemas',
          }),
        ];
      }
      return validator(object.body).map(({ path, expected, got }) =>
        finding(object, path === '' ? '(the object)' : path, { expected, got, todo: 'correct the field' }),
      );
    }),
};
