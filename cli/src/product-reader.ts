import { Failure as ListedFailure, productMetaKey } from '@weatherline/events';
import type { ObjectReader } from '@weatherline/runtime';
import * as v from 'valibot';
import type { Plan } from './plan.ts';

const Meta = v.looseObject({ failures: v.array(ListedFailure) });

/** The locations of a run that did not become records, from the sidecars of its parts. */
export async function failuresOfRun(store: ObjectReader, plan: Plan): Promise<ListedFailure[]> {
  const failures: ListedFailure[] = [];
  for (const index of plan.parts.keys()) {
    failures.push(
      ...(await readFailures(store, productMetaKey(plan.run.id, { index: index + 1, count: plan.parts.length }))),
    );
  }
  return failures;
}

/** The locations that one sidecar lists as failed; none where there is no sidecar, or none that can be read. */
export async function readFailures(store: ObjectReader, key: string): Promise<readonly ListedFailure[]> {
  const object = await store.get(key);
  if (object === undefined) return [];
  try {
    const parsed: unknown = JSON.parse(Buffer.from(object.body).toString('utf8'));
    const result = v.safeParse(Meta, parsed);
    return result.success ? result.output.failures : [];
  } catch {
    return [];
  }
}
