import type { Operation } from './contract/operation.ts';
import { contentOperations } from './routes/content.ts';
import { docsOperations } from './routes/docs.ts';
import { placeOperations } from './routes/places.ts';
import { productOperations } from './routes/products.ts';
import { recordOperations } from './routes/records.ts';
import { runOperations } from './routes/runs.ts';
import { seedOperations } from './routes/seed.ts';
import { serviceOperations } from './routes/service.ts';
import { statusOperations } from './routes/status.ts';

/** Every route of the API, in the order of the document. */
export const operations: readonly Operation[] = [
  ...productOperations,
  ...contentOperations,
  ...recordOperations,
  ...placeOperations,
  ...runOperations,
  ...statusOperations,
  ...seedOperations,
  ...serviceOperations,
  ...docsOperations,
];
