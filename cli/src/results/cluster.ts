import * as v from 'valibot';
import { oneOf, text } from './fields.ts';

export const ClusterConfigured = v.strictObject({
  environment: text('The environment that the outputs are of'),
  file: text('The file of its overlay'),
  state: oneOf(
    ['written', 'unchanged', 'differs', 'shown'],
    'What became of the file; differs = --check found another text, shown = --stdout wrote nothing',
  ),
  differences: v.pipe(
    v.array(
      v.strictObject({
        key: text('The name'),
        from: v.nullable(text('Its value in the file before; null = it was not there')),
        to: v.nullable(text('Its value in the outputs; null = it is no more')),
      }),
    ),
    v.description('Names whose values differ between the file and the outputs'),
  ),
  text: text('The whole file as it should be'),
});
export type ClusterConfigured = v.InferOutput<typeof ClusterConfigured>;
