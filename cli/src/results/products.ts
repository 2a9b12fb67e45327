import { WeatherRecord } from '@weatherline/events';
import * as v from 'valibot';

/** What `products list --json` prints. */
export const ProductsList = v.strictObject({
  items: v.pipe(
    v.array(
      v.strictObject({
        slot: v.pipe(v.string(), v.regex(/^\d{8}T\d{6}Z$/), v.description('The slot id, such as 20261123T060000Z')),
        key: v.pipe(v.string(), v.description('The key of the object, which holds one part')),
        etag: v.pipe(v.string(), v.description('Its ETag')),
        bytes: v.pipe(v.number(), v.integer(), v.minValue(0), v.description('Its length')),
        modified: v.pipe(v.string(), v.isoTimestamp(), v.description('When it was stored, or replaced; RFC 3339 UTC')),
      }),
    ),
    v.description('Newest slot first; the parts of a slot in their order'),
  ),
});
export type ProductsList = v.InferOutput<typeof ProductsList>;

/** What `products latest --json` and `products get --json` print: the lines as they are stored. */
export const ProductRecords = v.pipe(
  v.array(
    v.union([WeatherRecord, v.pipe(v.looseObject({}), v.description('A line that another pipeline wrote, as it is'))]),
  ),
  v.description('The records of the product, part by part, in the order of their location ids'),
);
