import { Failure as ListedFailure, productMetaKey } from '@weatherline/events';
import type { ObjectReader } from '@weatherline/runtime';
import * as v from 'valibot';
import type { Plan } from './plan.ts';

const Meta = v.looseObject({ failures: v.array(ListedFailure) });

/** The locations of a run that did not become records, from the sidecars of its parts. */
export async function failuresOfRun(store: ObjectReader, plan: Plan): Promise<ListedFailure[]> {
  const failures: ListedFailure[] = [];
  for (const index of plan.parts.keys()) {
    const object = await store.get(productMetaKey(plan.run.id, { index: index + 1, count: plan.parts.length }));
    if (object === undefined) continue;
    const parsed: unknown = JSON.parse(Buffer.from(object.body).toString('utf8'));
    const result = v.safeParse(Meta, parsed);
    if (result.success) failures.push(...result.output.failures);
  }
  return failures;
}
